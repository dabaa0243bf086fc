package io.accelerant.selection.lead;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a run: {@value #POOL}; {@value #CHOSEN} of all arms and seeds; {@value #BANDIT},
 * {@value #GRADIENT} and {@value #IDU} of those that draw clusters; {@value #ARM}, a row each.
 */
final class LeadTables {
  static final String POOL = "pool";
  static final String CHOSEN = "chosen";
  static final String BANDIT = "bandit";
  static final String GRADIENT = "gradient";
  static final String IDU = "idu";
  static final String ARM = "arm";

  /** Columns of a row by where it comes from, before those of a replay. */
  private static final String WHOSE = "arm STRING NOT NULL, seed BIGINT NOT NULL, ";

  private static final String POOL_COLUMNS =
      "id BIGINT NOT NULL, task STRING NOT NULL, ifd DOUBLE NOT NULL, iu0 DOUBLE NOT NULL,"
          + " cluster INT NOT NULL, warmLoss DOUBLE NOT NULL, duplicateOf BIGINT,"
          + " eligible BOOLEAN NOT NULL";
  private static final String CHOSEN_COLUMNS =
      "round INT NOT NULL, id BIGINT NOT NULL, loss DOUBLE NOT NULL, idu DOUBLE NOT NULL";
  private static final String BANDIT_COLUMNS =
      "round INT NOT NULL, cluster INT NOT NULL, probability DOUBLE NOT NULL,"
          + " drawn BOOLEAN NOT NULL, reward DOUBLE NOT NULL, normalisedReward DOUBLE NOT NULL,"
          + " weightBefore DOUBLE NOT NULL, weight DOUBLE NOT NULL";
  private static final String GRADIENT_COLUMNS =
      "round INT NOT NULL, cluster INT NOT NULL, deltaCluster DOUBLE NOT NULL,"
          + " deltaPrevious DOUBLE NOT NULL, dot DOUBLE NOT NULL, mix DOUBLE NOT NULL,"
          + " lossChange DOUBLE NOT NULL, rate DOUBLE NOT NULL";
  private static final String IDU_COLUMNS =
      "round INT NOT NULL, id BIGINT NOT NULL, before DOUBLE NOT NULL, after DOUBLE NOT NULL,"
          + " uses INT NOT NULL";
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
    List<Row> chosen = new ArrayList<>();
    List<Row> bandit = new ArrayList<>();
    List<Row> gradient = new ArrayList<>();
    List<Row> idu = new ArrayList<>();
    List<Row> arms = new ArrayList<>();
    findings
        .traces()
        .forEach(
            (unit, trace) -> {
              arms.add(row(unit, arm(findings, trace)));
              for (RoundTrace round : trace.rounds()) {
                chosen(round).forEach(values -> chosen.add(row(unit, values)));
                if (unit.arm().draw() != Arm.Draw.NONE) {
                  bandit(round).forEach(values -> bandit.add(row(unit, values)));
                  gradient.add(row(unit, gradient(round)));
                  idu(round).forEach(values -> idu.add(row(unit, values)));
                }
              }
            });
    tables.add(POOL, pool(findings), POOL_COLUMNS);
    tables.add(CHOSEN, chosen, WHOSE + CHOSEN_COLUMNS);
    tables.add(BANDIT, bandit, WHOSE + BANDIT_COLUMNS);
    tables.add(GRADIENT, gradient, WHOSE + GRADIENT_COLUMNS);
    tables.add(IDU, idu, WHOSE + IDU_COLUMNS);
    tables.add(ARM, arms, WHOSE + ARM_COLUMNS, "trainingSeconds", "selectionSeconds");
    return tables.fingerprints;
  }

  private void add(String name, List<Row> rows, String columns, String... unmeasured) {
    fingerprints.putAll(
        ArtifactTables.writeRows(run, name, rows, StructType.fromDDL(columns), unmeasured));
  }

  private static List<Row> pool(LeadFindings findings) {
    Pool pool = findings.pool();
    PoolRows rows = pool.rows();
    boolean[] eligible = findings.settings().rule().guard().passing(rows);
    return IntStream.range(0, rows.count())
        .mapToObj(
            i ->
                RowFactory.create(
                    rows.ids()[i],
                    rows.taskNames().get(rows.tasks()[i]),
                    pool.ifd()[i],
                    rows.initialLoss()[i],
                    rows.clusters()[i],
                    pool.warmLoss()[i],
                    rows.copyOf()[i] < 0 ? null : rows.ids()[rows.copyOf()[i]],
                    eligible[i]))
        .toList();
  }

  private static Row row(LeadUnit unit, Object[] values) {
    return RowFactory.create(
        Stream.concat(Stream.of(unit.arm().label(), unit.seed()), Stream.of(values)).toArray());
  }

  private static List<Object[]> chosen(RoundTrace round) {
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < round.ids().length; i++) {
      rows.add(new Object[] {round.number(), round.ids()[i], round.losses()[i], round.before()[i]});
    }
    return rows;
  }

  private static List<Object[]> bandit(RoundTrace round) {
    List<Object[]> rows = new ArrayList<>();
    for (int k = 0; k < round.probabilities().length; k++) {
      boolean drawn = k == round.cluster();
      rows.add(
          new Object[] {
            round.number(),
            k,
            round.probabilities()[k],
            drawn,
            drawn ? round.reward() : 0.0,
            drawn ? round.usedReward() : 0.0,
            round.weightsBefore()[k],
            round.weights()[k]
          });
    }
    return rows;
  }

  private static Object[] gradient(RoundTrace round) {
    LossChange change = round.change();
    return new Object[] {
      round.number(),
      round.cluster(),
      change.deltaCluster(),
      change.deltaPrevious(),
      change.dot(),
      change.mix(),
      change.value(),
      round.rate()
    };
  }

  private static List<Object[]> idu(RoundTrace round) {
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < round.ids().length; i++) {
      rows.add(
          new Object[] {
            round.number(), round.ids()[i], round.before()[i], round.after()[i], round.uses()[i]
          });
    }
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
