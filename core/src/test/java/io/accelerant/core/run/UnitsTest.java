package io.accelerant.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.job.Shared;
import io.accelerant.core.job.SparkTest;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest extends SparkTest {
  /** Tasks of these tests run in this process. */
  private static final AtomicInteger OPENED = new AtomicInteger();

  private static final AtomicInteger CLOSED = new AtomicInteger();
  private static final AtomicInteger MADE = new AtomicInteger();

  private record Result(int unit, String text, double[] numbers) implements Serializable {}

  /** What is shared: not serializable, as a model is not. */
  private static final class Model implements AutoCloseable {
    private final int number = OPENED.incrementAndGet();
    private boolean isClosed;

    Result result(int unit) {
      assertThat(isClosed).isFalse();
      return new Result(unit, "model", new double[] {unit / 3.0, number});
    }

    @Override
    public void close() {
      isClosed = true;
      CLOSED.incrementAndGet();
    }
  }

  private record Cell(String name) implements SavedUnit {
    @Override
    public String stage() {
      return "cell." + name;
    }

    @Override
    public String description() {
      return "test: " + name;
    }
  }

  @TempDir Path folder;

  @BeforeEach
  void startCounting() {
    OPENED.set(0);
    CLOSED.set(0);
    MADE.set(0);
  }

  private static Units<Model> units(int partitions) {
    return new Units<>(context(), GpuStage.NONE, partitions, Model::new);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, Units.ONE_EACH})
  void resultsAreInTheOrderOfUnitsHoweverTheyAreCut(int partitions) {
    List<Result> results = units(partitions).map("test", 13, Model::result);
    assertThat(results).extracting(Result::unit).isEqualTo(IntStream.range(0, 13).boxed().toList());
    assertThat(results)
        .allSatisfy(r -> assertThat(r.numbers()[0]).isEqualTo(r.unit() / 3.0))
        .allSatisfy(r -> assertThat(r.text()).isEqualTo("model"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void aPartitionOpensOnceAndCloses(int partitions) {
    units(partitions).map("test", 13, Model::result);
    assertThat(OPENED).hasValue(partitions);
    assertThat(CLOSED).hasValue(partitions);
  }

  @Test
  void noUnitsOpenNothing() {
    assertThat(units(0).map("test", 0, Model::result)).isEmpty();
    assertThat(OPENED).hasValue(0);
  }

  @Test
  void unitsThatEndedAreCounted() {
    var counter = RunMetrics.of(spark().sparkContext()).counter("units");
    long before = counter.value();
    units(3).map("test", 5, Model::result);
    assertThat(counter.value() - before).isEqualTo(5);
  }

  @Test
  void aSharedValueIsCopiedOncePerPartition() {
    try (Shared<Counted> shared = Shared.of(context(), new Counted())) {
      units(2).map("test", 9, (model, unit) -> shared.copy().number);
    }
    assertThat(MADE).hasValue(2);
  }

  private static final class Counted implements Serializable {
    private final int number = 5;

    private Object readResolve() {
      MADE.incrementAndGet();
      return this;
    }
  }

  @Test
  void aFailureIsThrownAsItWasAndTheModelIsClosed() {
    assertThatThrownBy(
            () ->
                units(1)
                    .map(
                        "test",
                        3,
                        (model, unit) -> {
                          throw new ConfigException("unit " + unit + " is bad");
                        }))
        .isInstanceOf(ConfigException.class)
        .hasMessage("unit 0 is bad")
        .extracting(e -> ((AccelerantException) e).exitCode())
        .isEqualTo(2);
    assertThat(CLOSED).hasValue(1);
  }

  @Test
  void rowsComeInOrder() {
    List<Row> rows =
        units(3)
            .rows(
                4, (model, unit) -> List.of(RowFactory.create(unit, 0), RowFactory.create(unit, 1)))
            .collect();
    assertThat(rows)
        .extracting(row -> 2 * row.getInt(0) + row.getInt(1))
        .isEqualTo(IntStream.range(0, 8).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void keptResultsAreMappedAgainInOrderAndMadeOnce(int partitions) {
    Units<Model> units = units(partitions);
    try (Units<Model>.Kept<int[][]> kept =
        units.keep(
            9,
            (model, unit) -> {
              MADE.incrementAndGet();
              return new int[][] {{unit}, {unit * unit}};
            })) {
      for (int pass = 0; pass < 2; pass++) {
        int p = pass;
        assertThat(kept.map("test", (model, unit, states) -> states[p][0] + 100 * unit))
            .isEqualTo(
                IntStream.range(0, 9).mapToObj(u -> (p == 0 ? u : u * u) + 100 * u).toList());
      }
    }
    assertThat(MADE).hasValue(9);
  }

  private Stages stages(JobContext context) {
    return new Stages(
        context,
        StageStore.open(
            folder.resolve("stages").toString(),
            context.hadoop(),
            Map.of("seed", 1),
            "auto",
            Progress.SILENT));
  }

  private static final List<Cell> CELLS =
      List.of(new Cell("c"), new Cell("a"), new Cell("d"), new Cell("b"));

  private Map<Cell, Result> saved(JobContext context, List<String> said) {
    return new Units<>(context, GpuStage.NONE, 0, Model::new)
        .saved(
            stages(context),
            Result.class,
            CELLS,
            (model, cell) -> {
              MADE.incrementAndGet();
              return new Result(1, cell.name(), new double[] {0.1});
            },
            (cell, result, n, of) -> said.add(cell.name()));
  }

  @Test
  void savedUnitsAreNotMadeAgain() {
    List<String> said = new ArrayList<>();
    Map<Cell, Result> first = saved(context(), said);
    assertThat(first.keySet()).containsExactlyElementsOf(CELLS);
    assertThat(first)
        .allSatisfy((cell, result) -> assertThat(result.text()).isEqualTo(cell.name()));
    assertThat(said).containsExactlyInAnyOrder("a", "b", "c", "d");
    said.clear();
    assertThat(saved(context(), said)).usingRecursiveComparison().isEqualTo(first);
    assertThat(said).isEmpty();
    assertThat(MADE).hasValue(4);
  }

  @Test
  void aStopKeepsWhatWasSaved() {
    List<String> said = new ArrayList<>();
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            context().hadoop(),
            Progress.SILENT,
            () -> said.size() > 1,
            false,
            "");
    assertThatThrownBy(() -> saved(stopping, said)).isInstanceOf(StoppedException.class);
    assertThat(said).hasSize(2);
    List<String> rest = new ArrayList<>();
    assertThat(saved(context(), rest)).hasSize(4);
    assertThat(rest).hasSize(2).doesNotContainAnyElementsOf(said);
  }

  @Test
  void aSavedUnitsFailureIsThrownAsItWas() {
    assertThatThrownBy(
            () ->
                units(0)
                    .<Cell, Result>saved(
                        stages(context()),
                        Result.class,
                        CELLS,
                        (model, cell) -> {
                          throw new ConfigException(cell.name() + " is bad");
                        },
                        (cell, result, n, of) -> {}))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith("is bad");
  }

  /** The caller closes what tasks read: none of them may start afterwards. */
  @Test
  void aStopEndsTheUnitsThatRun() {
    AtomicInteger saved = new AtomicInteger();
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            context().hadoop(),
            Progress.SILENT,
            () -> saved.get() > 0,
            false,
            "");
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                new Units<>(stopping, GpuStage.NONE, 0, Model::new)
                    .saved(
                        stages(stopping),
                        Result.class,
                        CELLS,
                        (model, cell) -> {
                          if (!cell.name().equals("c")) {
                            sleepUntilInterrupted();
                          }
                          return model.result(0);
                        },
                        (cell, result, n, of) -> saved.incrementAndGet()))
        .isInstanceOf(StoppedException.class);
    assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    assertThat(saved).hasValue(1);
    assertThat(MADE.get()).isLessThanOrEqualTo(2); // as many as there are cores beside the first
  }

  /** A unit may take hours: what was made of it is given up, and the same command makes it anew. */
  @Test
  void aStopIsHeardInsideAUnitAndInsideAStage() {
    JobContext stopping =
        new JobContext(
            SparkTest::spark, context().hadoop(), Progress.SILENT, () -> MADE.get() > 0, false, "");
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                new Units<>(stopping, GpuStage.NONE, 0, Model::new)
                    .<Cell, Result>saved(
                        stages(stopping),
                        Result.class,
                        CELLS,
                        (model, cell) -> {
                          sleepUntilInterrupted();
                          return model.result(0);
                        },
                        (cell, result, n, of) -> {}))
        .isInstanceOf(StoppedException.class);
    MADE.set(0);
    assertThatThrownBy(
            () ->
                stages(stopping)
                    .whole(
                        "stage",
                        int[].class,
                        "test: a stage",
                        () -> new int[sleepOnCluster(stopping)]))
        .isInstanceOf(StoppedException.class);
    assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    MADE.set(0);
    assertThat(saved(context(), new ArrayList<>())).hasSize(4);
    assertThat(MADE).hasValue(4);
    assertThat(stages(context()).whole("stage", int[].class, "test: a stage", () -> new int[] {7}))
        .containsExactly(7);
    assertThat(stages(context()).whole("stage", int[].class, "test: a stage", () -> null))
        .containsExactly(7);
  }

  private static int sleepOnCluster(JobContext context) {
    return new Units<>(context, GpuStage.NONE, 0, Model::new)
        .map(
            "test",
            2,
            (model, unit) -> {
              sleepUntilInterrupted();
              return unit;
            })
        .size();
  }

  private static void sleepUntilInterrupted() {
    MADE.incrementAndGet();
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
