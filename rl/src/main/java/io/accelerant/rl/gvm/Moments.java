package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * What is known of prompts exactly, and optionally samples that somebody gave them.
 *
 * @param n {@code [prompts]}
 */
record Moments(EstimatorVariance variance, Optional<long[]> n) {
  /**
   * @throws DataException if a row is not valid, names it
   */
  static Moments of(RowsFile file) {
    List<JsonReader> rows = file.rows().get();
    if (rows.isEmpty()) {
      throw new DataException(file.uri() + " holds no rows.");
    }
    Optional<long[]> n =
        rows.get(0).has("n")
            ? Optional.of(rows.stream().mapToLong(Moments::n).toArray())
            : Optional.empty();
    if (n.isPresent() && LongStream.of(n.get()).sum() == 0) {
      throw new DataException(file.uri() + ": no n is above 0.");
    }
    return new Moments(
        new EstimatorVariance(
            rows.stream().mapToDouble(Probed::share).toArray(),
            rows.stream().mapToDouble(row -> Probed.atLeast0(row, "M2")).toArray(),
            rows.stream().mapToDouble(Moments::mu2).toArray()),
        n);
  }

  /**
   * With real numbers of samples {@code uniform}, {@code uniformBound}, {@code minimum}, {@code
   * boundMinimum}; with whole ones {@code rule}, of the published one, and {@code optimum}; where n
   * is given {@code closed}, {@code bound} and {@code dropped}.
   */
  Map<String, Object> closedForms(JobConfig config) {
    int m = variance.p().length;
    if (n.isPresent()) {
      config.refuse(List.of(ReplayKeys.TOTAL), "is the sum of n, which the table has.");
    }
    long total = ReplayKeys.total(config, m, n.map(x -> LongStream.of(x).sum()).orElse(8L * m));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("prompts", m);
    result.put("total", total);
    result.put("uniform", variance.uniform(total));
    result.put("uniformBound", variance.uniformBound(total));
    result.put("minimum", variance.minimum(total));
    result.put("boundMinimum", variance.boundMinimum(total));
    long[] rule = rule(total, ReplayKeys.allocation(config)).n();
    result.put("rule", variance.lemma1(rule));
    result.put("rule.dropped", variance.dropped(rule));
    result.put("optimum", variance.lemma1(optimum(total, config.get(ReplayKeys.FLOOR)).n()));
    n.ifPresent(
        given -> {
          result.put("closed", variance.lemma1(given));
          result.put("bound", variance.bound(given));
          result.put("dropped", variance.dropped(given));
        });
    return result;
  }

  /** With the root of the mean square as G. */
  private Allocation rule(long total, AllocationSettings settings) {
    double[] g = DoubleStream.of(variance.m2()).map(StrictMath::sqrt).toArray();
    return Allocation.of(ids(), variance.p(), g, total, settings);
  }

  private Allocation optimum(long total, long floor) {
    return Allocation.optimum(ids(), variance.p(), variance.m2(), variance.mu2(), total, floor);
  }

  private long[] ids() {
    return LongStream.range(0, variance.p().length).toArray();
  }

  private static double mu2(JsonReader row) {
    double mu2 = Probed.atLeast0(row, "mu2");
    if (mu2 > row.number("M2") * (1 + 1e-9)) { // both may be rounded
      throw row.expected("mu2", "at most M2, which is " + row.number("M2"));
    }
    return mu2;
  }

  private static long n(JsonReader row) {
    long n = row.wholeLong("n", "a whole number");
    if (n < 0) {
      throw row.expected("n", "at least 0");
    }
    return n;
  }
}
