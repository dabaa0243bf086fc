package io.accelerant.rl.gvm;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a run. {@value #PROBE}, {@value #ALLOCATION} and {@value #ROLLOUT} are of the first
 * seed, of every so manieth iteration, rollouts of its first step; {@value #CURVE} is of all. Where
 * {@value #ROLLOUT} has samples from {@link Answer#FIRST_PROBE} on, these were probes.
 */
final class GvmTables {
  static final String PROBE = "probe";
  static final String ALLOCATION = "allocation";
  static final String ROLLOUT = "rollout";
  static final String VARIANCE = "variance";
  static final String CURVE = "curve";

  private static final String WHERE =
      "arm STRING NOT NULL, seed BIGINT NOT NULL, iteration INT NOT NULL, ";
  private static final StructType PROBES =
      StructType.fromDDL(
          WHERE
              + "promptId BIGINT NOT NULL, sample INT NOT NULL, correct BOOLEAN NOT NULL,"
              + " tokens ARRAY<INT> NOT NULL, gradientNorm DOUBLE NOT NULL");
  private static final StructType ALLOCATIONS =
      StructType.fromDDL(
          WHERE
              + "promptId BIGINT NOT NULL, p DOUBLE NOT NULL, g DOUBLE NOT NULL,"
              + " score DOUBLE NOT NULL, real DOUBLE NOT NULL, n BIGINT NOT NULL");
  private static final StructType ROLLOUTS =
      StructType.fromDDL(
          WHERE
              + "step INT NOT NULL, promptId BIGINT NOT NULL, sample INT NOT NULL,"
              + " correct BOOLEAN NOT NULL, tokens ARRAY<INT> NOT NULL,"
              + " oldLogProbability ARRAY<DOUBLE> NOT NULL, logProbability DOUBLE NOT NULL,"
              + " advantage DOUBLE NOT NULL, weight DOUBLE NOT NULL");
  private static final StructType VARIANCES =
      StructType.fromDDL(
          "iteration INT NOT NULL, allocation STRING NOT NULL, probes INT NOT NULL,"
              + " closed DOUBLE NOT NULL, closedError DOUBLE NOT NULL, measured DOUBLE NOT NULL,"
              + " error DOUBLE NOT NULL, dropped DOUBLE NOT NULL");
  private static final StructType CURVES =
      StructType.fromDDL(
          "arm STRING NOT NULL, seed BIGINT NOT NULL, step INT NOT NULL,"
              + " accuracy DOUBLE NOT NULL, samples BIGINT NOT NULL, probes BIGINT NOT NULL,"
              + " updates INT NOT NULL, seconds DOUBLE NOT NULL");

  private final Run run;
  private final Map<String, String> fingerprints = new LinkedHashMap<>();

  private GvmTables(Run run) {
    this.run = run;
  }

  /**
   * Writes all of them.
   *
   * @return the fingerprint of each by its folder; seconds take no part
   */
  static Map<String, String> write(Run run, GvmFindings findings) {
    GvmTables tables = new GvmTables(run);
    List<Row> probes = new ArrayList<>();
    List<Row> allocations = new ArrayList<>();
    List<Row> rollouts = new ArrayList<>();
    List<Row> curves = new ArrayList<>();
    long first = findings.settings().seeds().get(0);
    findings
        .traces()
        .forEach(
            (unit, trace) -> {
              trace.curve().forEach(point -> curves.add(curve(unit, point)));
              if (unit.seed() == first) {
                trace
                    .emitted()
                    .forEach(
                        e -> {
                          e.probes().forEach(p -> probes.add(probe(unit, e.iteration(), p)));
                          e.allocation()
                              .forEach(a -> allocations.add(allocation(unit, e.iteration(), a)));
                          e.rollouts().forEach(r -> rollouts.add(rollout(unit, e.iteration(), r)));
                        });
              }
            });
    tables.add(PROBE, probes, PROBES);
    tables.add(ALLOCATION, allocations, ALLOCATIONS);
    tables.add(ROLLOUT, rollouts, ROLLOUTS);
    tables.add(CURVE, curves, CURVES);
    if (!findings.frozen().isEmpty()) {
      tables.add(VARIANCE, findings.frozen().stream().map(GvmTables::variance).toList(), VARIANCES);
    }
    return tables.fingerprints;
  }

  private void add(String name, List<Row> rows, StructType schema) {
    fingerprints.putAll(ArtifactTables.writeRows(run, name, rows, schema, "seconds"));
  }

  private static Row probe(GvmUnit unit, int iteration, Trace.ProbeRow row) {
    return RowFactory.create(
        unit.arm().label(),
        unit.seed(),
        iteration,
        row.promptId(),
        row.sample(),
        row.correct(),
        row.tokens(),
        row.gradientNorm());
  }

  private static Row allocation(GvmUnit unit, int iteration, Trace.AllocationRow row) {
    return RowFactory.create(
        unit.arm().label(),
        unit.seed(),
        iteration,
        row.promptId(),
        row.p(),
        row.g(),
        row.score(),
        row.real(),
        row.n());
  }

  private static Row rollout(GvmUnit unit, int iteration, Trace.RolloutRow row) {
    return RowFactory.create(
        unit.arm().label(),
        unit.seed(),
        iteration,
        row.step(),
        row.promptId(),
        row.sample(),
        row.correct(),
        row.tokens(),
        row.oldLogProbability(),
        row.logProbability(),
        row.advantage(),
        row.weight());
  }

  private static Row curve(GvmUnit unit, Trace.Point point) {
    return RowFactory.create(
        unit.arm().label(),
        unit.seed(),
        point.step(),
        point.accuracy(),
        point.samples(),
        point.probes(),
        point.updates(),
        point.seconds());
  }

  private static Row variance(FrozenStudy.Row row) {
    return RowFactory.create(
        0,
        row.allocation(),
        row.probes(),
        row.closed(),
        row.closedError(),
        row.measured(),
        row.error(),
        row.dropped());
  }
}
