package io.accelerant.distill.measure;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Scoreboard.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What samples are held against.
 *
 * @param meter measures the main metric
 * @param bigramLaw law of neighbours in the data, [V * V], as counts or probabilities
 * @param entropy entropy of the symbols of the data, in nats
 * @param metric main metric of real data, where it can be told
 */
public record Reference(
    SampleMeter meter, double[] bigramLaw, double entropy, Optional<Double> metric) {
  /** The main metric of an entry, mean over seeds. */
  public double main(Entry<?, Measured> entry) {
    return entry.spread(meter::of).mean();
  }

  /** |entropy / entropy of the data - 1|, entropy of the law as mean over seeds. */
  public double entropyGap(Entry<?, Measured> entry) {
    return Math.abs(entry.spread(Measured::entropyMillerMadow).mean() / entropy - 1);
  }

  /** First minus second on the main metric, paired by seed and sample. */
  public PairedDifference difference(
      Entry<?, Measured> first, Entry<?, Measured> second, long seed) {
    return meter.difference(
        Measured.concatenate(first.seeds()), Measured.concatenate(second.seeds()), seed);
  }

  /**
   * Index of the best: the smallest main metric among those whose entropy is within the guard of
   * the data's, or, when none is, the smallest entropy gap.
   *
   * @param guard largest relative gap of entropy
   */
  public int best(List<Measured> measured, double guard) {
    int best = -1;
    int nearest = 0;
    for (int i = 0; i < measured.size(); i++) {
      Measured one = measured.get(i);
      boolean better = best < 0 || meter.of(one) < meter.of(measured.get(best));
      if (one.entropyGap(entropy) <= guard && better) {
        best = i;
      }
      if (one.entropyGap(entropy) < measured.get(nearest).entropyGap(entropy)) {
        nearest = i;
      }
    }
    return best >= 0 ? best : nearest;
  }

  /** Flat metrics of the data itself. */
  public Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("data.entropy", entropy);
    metric.ifPresent(m -> metrics.put("data." + meter.mainMetric(), m));
    return metrics;
  }

  /** Flat metrics of an entry. */
  public Map<String, Number> metrics(Entry<?, Measured> entry) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.putAll(entry.metrics(meter.mainMetric(), meter::of));
    if (meter.countsSequences()) {
      metrics.putAll(entry.metrics("sequenceError", Measured::anyError));
    }
    metrics.putAll(entry.metrics("entropy", Measured::entropy));
    metrics.putAll(entry.metrics("entropyMillerMadow", Measured::entropyMillerMadow));
    metrics.putAll(entry.metrics("bigramTv", m -> m.bigramTv(bigramLaw)));
    metrics.put(entry + ".nfe", entry.seeds().get(0).evaluations());
    return metrics;
  }
}
