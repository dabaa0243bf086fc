package io.accelerant.selection.lead;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a run: {@link OfflineTable#NAME}; of rounds {@link RoundTable#CHOSEN} of all arms
 * and seeds, the others of those that draw clusters; {@value #ARM}, a row each.
 */
final class LeadTables {
  static final String ARM = "arm";

  /** Columns of a row by where it comes from, before those of a replay. */
  private static final String WHOSE = "arm STRING NOT NULL, seed BIGINT NOT NULL, ";

  private static final String ARM_COLUMNS =
      "testLoss DOUBLE NOT NULL, accuracy DOUBLE NOT NULL, plantedShare DOUBLE NOT NULL,"
          + " distinct BIGINT NOT NULL, uses BIGINT NOT NULL, updates BIGINT NOT NULL,"
          + " rounds INT NOT NULL, trainingSeconds DOUBLE NOT NULL,"
          + " selectionSeconds DOUBLE NOT NULL";

  private final Run run;
  private final Map<String, String> fingerprints = new LinkedHashMap<>();

  private LeadTables(Run run) {
    this.run = run;
  }

  /**
   * Writes all of them.
   *
   * @return the fingerprint of each by its folder; seconds take no part
   */
  static Map<String, String> write(Run run, LeadFindings findings) {
    LeadTables tables = new LeadTables(run);
    Pool pool = findings.pool();
    boolean[] eligible = findings.settings().rule().guard().passing(pool.rows());
    tables.fingerprints.putAll(OfflineTable.write(run, pool, eligible));
    for (RoundTable table : RoundTable.values()) {
      tables.add(table.label(), rounds(findings, table), WHOSE + table.columns());
    }
    List<Row> arms = new ArrayList<>();
    findings.traces().forEach((unit, trace) -> arms.add(row(unit, arm(findings, trace))));
    tables.add(ARM, arms, WHOSE + ARM_COLUMNS, "trainingSeconds", "selectionSeconds");
    return tables.fingerprints;
  }

  private void add(String name, List<Row> rows, String columns, String... unmeasured) {
    fingerprints.putAll(
        ArtifactTables.writeRows(run, name, rows, StructType.fromDDL(columns), unmeasured));
  }

  private static Row row(LeadUnit unit, Object[] values) {
    return RowFactory.create(
        Stream.concat(Stream.of(unit.arm().label(), unit.seed()), Stream.of(values)).toArray());
  }

  private static List<Row> rounds(LeadFindings findings, RoundTable table) {
    List<Row> rows = new ArrayList<>();
    findings
        .traces()
        .forEach(
            (unit, trace) -> {
              if (table == RoundTable.CHOSEN || unit.arm().draw() != Arm.Draw.NONE) {
                trace.rounds().stream()
                    .flatMap(round -> table.rows(round).stream())
                    .forEach(values -> rows.add(row(unit, values)));
              }
            });
    return rows;
  }

  private static Object[] arm(LeadFindings findings, Trace trace) {
    return new Object[] {
      trace.judged().loss(),
      trace.judged().accuracy(),
      findings.truth().wrongShare(trace.chosen()),
      trace.distinct(),
      trace.uses(),
      trace.updates(),
      trace.rounds().size(),
      trace.trainingSeconds(),
      trace.selectionSeconds()
    };
  }
}
