package io.accelerant.distill.certainty;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.run.Run;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.compare.Judged;
import io.accelerant.distill.evaluate.DecoderTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a run, those of {@link DecoderTables} with them. {@value #TRAJECTORY}: {@code
 * tokens} of the answer; {@code committedAt} and {@code entropyAt} of each position of the row,
 * zeros where it was given; tempered answers are not in it. {@value #MASK}: the targets of each
 * view in the first epochs under the masking of the configuration, and what is masked behind them;
 * a variant's masks are not in it.
 */
final class CertaintyTables {
  static final String TRAJECTORY = "trajectory";
  static final String MASK = "mask";
  private static final int EPOCHS = 2;

  private static final StructType TRAJECTORY_SCHEMA =
      StructType.fromDDL(
          "promptId BIGINT NOT NULL, tokens ARRAY<INT> NOT NULL, committedAt ARRAY<INT> NOT NULL,"
              + " entropyAt ARRAY<DOUBLE> NOT NULL, evaluations INT NOT NULL,"
              + " correct BOOLEAN NOT NULL");

  private static final StructType MASK_SCHEMA =
      StructType.fromDDL(
          "seed BIGINT NOT NULL, epoch INT NOT NULL, promptId BIGINT NOT NULL, view INT NOT NULL,"
              + " positions ARRAY<INT> NOT NULL, behind ARRAY<INT> NOT NULL");

  private CertaintyTables() {}

  /**
   * Writes all of them.
   *
   * @return the fingerprint of each by its folder
   */
  static Map<String, String> write(Run run, CertaintyStages stages, CertaintyFindings findings) {
    Map<String, String> fingerprints = new LinkedHashMap<>();
    write(
        run,
        TRAJECTORY,
        trajectories(findings.trajectories(), stages.train()),
        TRAJECTORY_SCHEMA,
        fingerprints);
    write(run, MASK, masks(findings, stages.train()), MASK_SCHEMA, fingerprints);
    fingerprints.putAll(DecoderTables.write(run, judged(findings)));
    return fingerprints;
  }

  private static void write(
      Run run, String name, List<Row> rows, StructType schema, Map<String, String> fingerprints) {
    fingerprints.putAll(ArtifactTables.writeRows(run, name, rows, schema));
  }

  private static List<Row> trajectories(Trajectories own, Asked asked) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < own.count(); i++) {
      rows.add(
          RowFactory.create(
              asked.prompts().get(i).id(),
              own.answer(i),
              own.committedAt()[i],
              own.entropyAt()[i],
              own.evaluations()[i],
              own.correct()[i]));
    }
    return rows;
  }

  /** Of the rows that own answers give; as far as epochs begin. */
  private static List<Row> masks(CertaintyFindings findings, Asked asked) {
    CertaintySettings settings = findings.settings();
    Trajectories own = findings.trajectories();
    List<Row> rows = new ArrayList<>();
    int used = settings.correctOnly() ? own.right() : own.count();
    long drawn = (long) settings.rounds() * settings.batch();
    int epochs = (int) Math.min(EPOCHS, (drawn + used - 1) / used);
    for (long seed : settings.seeds()) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (int i = 0; i < own.count(); i++) {
          if (own.correct()[i] || !settings.correctOnly()) {
            add(rows, settings.masking(), seed, epoch, asked.prompts().get(i), own.rows()[i]);
          }
        }
      }
    }
    return rows;
  }

  private static void add(
      List<Row> rows, Masking masking, long seed, int epoch, Prompt prompt, int[] row) {
    int[] open = prompt.withIds(row).open();
    List<Masking.View> views = masking.views(open, row.length, seed, epoch, prompt.id());
    for (int view = 0; view < views.size(); view++) {
      rows.add(
          RowFactory.create(
              seed, epoch, prompt.id(), view, views.get(view).targets(), views.get(view).behind()));
    }
  }

  private static List<Judged> judged(CertaintyFindings findings) {
    List<Long> seeds = findings.settings().seeds();
    List<Judged> judged = new ArrayList<>();
    for (Line line : findings.lines()) {
      for (int s = 0; s < line.test().size(); s++) {
        judged.add(new Judged(line.label(), seeds.get(s), line.test().get(s)));
      }
    }
    return judged;
  }
}
