package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows on a cluster give the training that rows in a task give. */
class ClusterGroundTest extends SparkTest {
  private static final int ROWS = 27;
  private static final int CHECKPOINT_EVERY = 3;
  private static final RecursiveComparisonConfiguration BUT_TIME =
      RecursiveComparisonConfiguration.builder()
          .withIgnoredFields("trainingSeconds", "selectionSeconds")
          .build();

  @TempDir Path folder;

  private static final class Killed extends RuntimeException {}

  /** A ground that dies after an update. */
  private record Dying(Ground ground, int after) implements Ground {
    @Override
    public Candidates candidates(Arm arm) {
      return ground.candidates(arm);
    }

    @Override
    public Trainer trainer(Roles roles, int updates) {
      return ground
          .trainer(roles, updates)
          .watch(
              done -> {
                if (done == after) {
                  throw new Killed();
                }
              });
    }

    @Override
    public <T> T once(String name, Class<T> type, Supplier<T> work) {
      return ground.once(name, type, work);
    }

    @Override
    public Judged judge(float[] parameters) {
      return ground.judge(parameters);
    }

    @Override
    public void close() {
      ground.close();
    }
  }

  /** Three rounds of two updates. */
  private static Trainings trainings() {
    List<String> sets =
        List.of(
            "lead.model=none",
            "lead.pool=none",
            "lead.budget=24",
            "lead.rounds=3",
            "lead.clusters=3",
            "lead.guard.quantile=1",
            "train.batch=4",
            "train.microBatch=4",
            "train.learningRate=0.05",
            "run.output=none");
    return new Trainings(
        LeadSettings.of(JobConfig.load(List.of(), sets, LeadKeys.ALL)),
        LetterRows.LEAD,
        new Judge(LetterRows.LEAD, 2),
        GradientPart.of(LetterRows.NETWORK, "block"),
        2);
  }

  private static Given given(byte[][] records) {
    boolean[] clean = new boolean[ROWS];
    Arrays.fill(clean, true);
    TestRows test =
        new TestRows(
            new long[] {1, 2, 3},
            new int[] {0, 1, 0},
            List.of("task0", "task1"),
            LetterRows.records(3),
            new int[3][0],
            new String[3],
            new String[3],
            0,
            1,
            null,
            null);
    return new Given(LetterRows.base(), RandomPool.of(ROWS, 2, 3), records, clean, test);
  }

  private static Trace inTask(LeadUnit unit) {
    Trainings trainings = trainings();
    Given given = given(LetterRows.records(ROWS));
    trainings.settings().engine().start();
    try (ProgramPool pool = new ProgramPool(20);
        Ground ground =
            new TaskGround(
                trainings.settings(), given, trainings.judge(), pool, "a test", unit.seed())) {
      return trainings.train(unit, given, ground, Trace.Wanted.BOTH);
    }
  }

  private Cluster cluster(int workers) {
    StageStore stages = stages();
    Snapshots snapshots =
        Snapshots.at(
            folder.toString(), context().hadoop(), StageStore.resumeKey(Map.of()), Progress.SILENT);
    List<Row> rows = new ArrayList<>();
    for (byte[] record : LetterRows.records(ROWS)) {
      rows.add(RowFactory.create((long) rows.size(), record));
    }
    PackedShards shards =
        PackedShards.open(
            stages,
            snapshots,
            "rows",
            spark().createDataFrame(rows, StructType.fromDDL("id BIGINT, record BINARY")),
            workers,
            1,
            "the rows");
    return new Cluster(context(), stages, snapshots, shards, CHECKPOINT_EVERY);
  }

  private StageStore stages() {
    return StageStore.open(
        folder.toString(), context().hadoop(), Map.of(), "auto", Progress.SILENT);
  }

  private Ground onCluster(LeadUnit unit, int workers) {
    Trainings trainings = trainings();
    trainings.settings().engine().start();
    return new ClusterGround(
        cluster(workers),
        trainings.settings(),
        trainings.judge(),
        given(new byte[0][]),
        unit.name(),
        unit.seed());
  }

  private static Trace train(LeadUnit unit, Ground ground) {
    try (ground) {
      return trainings().train(unit, given(new byte[0][]), ground, Trace.Wanted.BOTH);
    }
  }

  /** The state is that of a round's middle; one that had ended is chosen again. */
  @Test
  void stoppedInARoundItChoosesTheRowsAndEndsWithTheBitsOfATask() {
    LeadUnit unit = new LeadUnit(Arm.LEAD_FAITHFUL, 4);
    Trace whole = inTask(unit);
    assertThat(whole.updates()).isEqualTo(6);
    assertThatThrownBy(() -> train(unit, new Dying(onCluster(unit, 1), 5)))
        .isInstanceOf(Killed.class);
    assertThat(train(unit, onCluster(unit, 1))).usingRecursiveComparison(BUT_TIME).isEqualTo(whole);
  }

  @Test
  void armsAndSeedsShareATableUnlessTheirOrderIsDrawn() {
    assertThat(ClusterGround.order(Arm.LEAD_NO_BANDIT, 1))
        .isEqualTo(ClusterGround.order(Arm.LEAD, 2))
        .isEqualTo("guard.idu");
    assertThat(ClusterGround.order(Arm.LEAD_FAITHFUL, 1)).isEqualTo("all.idu");
    assertThat(ClusterGround.order(Arm.LEAD_RANDOM_INSIDE, 1)).isEqualTo("guard.random.seed1");
    assertThat(ClusterGround.order(Arm.LEAD_SOFT, 2)).isEqualTo("guard.soft-loss.seed2");
  }

  @Test
  void moreWorkersSumUpTheSame() {
    LeadUnit unit = new LeadUnit(Arm.RANDOM, 4);
    Trace one = inTask(unit);
    Trace two = train(unit, onCluster(unit, 2));
    assertThat(two.rounds().get(0).ids()).isEqualTo(one.rounds().get(0).ids());
    assertThat(two.rounds().get(0).losses())
        .containsExactly(one.rounds().get(0).losses(), within(1e-4));
    for (int i = 0; i < one.model().length; i++) {
      assertThat(two.model()[i]).isCloseTo(one.model()[i], within(1e-3f));
    }
  }
}
