package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.core.train.Workers;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounds on images of 4 by 4 of two classes, in float64. */
class ChainStepTest extends SparkTest {
  private static final int PIXELS = 16;
  private static final int UNION = 8;
  private static final Sampling VP =
      new Sampling(
          VpLinear.standard(),
          new double[] {.3, .2, .1, 0}); // from high up an untrained network ends out of range
  private static final Sampling FLOW = new Sampling(new FlowPath(), new double[] {1, .5, 0});
  private static final PatchTransformer PATCHES =
      new PatchTransformer(1, 4, 2, 8, 1, 2, 16, 2, false);
  private static final MlpClassifier CLASSIFIER =
      new MlpClassifier(new Mlp(PIXELS, List.of(6), 2, Activation.SILU));
  private static final Training TRAINING =
      Training.of(OptimizerSpec.sgd(), LearningRate.constant(0));
  private static final Mmd MMD = new Mmd(Kernel.Gaussians.ofSigmas(1, 3), true, 0.5);

  /** The first {@value #UNION} rows, in any number of shards. */
  private static final Draw FIRST =
      Draw.chosen(round -> LongStream.range(0, UNION).map(i -> i + round).toArray());

  private record Sampling(Schedule schedule, double[] times) {}

  @TempDir Path temp;

  private static byte[] record(int id) {
    byte[] image = new byte[PIXELS];
    RandomStream stream = new RandomStream(7, 7, id, 0);
    for (int p = 0; p < PIXELS; p++) {
      image[p] = (byte) stream.nextInt(256);
    }
    return PixelRecord.pack(id % 2, image);
  }

  private static double[] numbers(NetworkSpec network, long seed) {
    double[] numbers = network.initial(seed);
    RandomStream stream = new RandomStream(seed, 9, 0, 0);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += 0.1 * stream.nextGaussian(); // a new patch transformer predicts 0
    }
    return numbers;
  }

  private static FeatureMap features() {
    double[] mean = new double[PIXELS];
    double[][] rows = new double[2][PIXELS];
    for (int p = 0; p < PIXELS; p++) {
      mean[p] = 0.5;
      rows[p % 2][p] = 1;
    }
    double[] deviations = {.5, 1, 2, .5, 1, 2};
    return new FeatureMap.Joined(
        List.of(
            new ClassifierFeatures(CLASSIFIER, 0.5, 0.4, new double[6], deviations, 3),
            new FeatureMap.Linear(mean, rows)));
  }

  private static ChainStep step(NetworkSpec network) {
    return step(network, VP);
  }

  private static ChainStep step(NetworkSpec network, Sampling sampling) {
    return new ChainStep(
        "test",
        new ChainObjective(PATCHES, network, 3), // does not divide the batch
        sampling.schedule(),
        sampling.times(),
        features(),
        true,
        true);
  }

  private static Sums sums(Workers workers, NetworkSpec network, double[] numbers, int round) {
    return sums(workers, step(network), numbers, round);
  }

  private static Sums sums(Workers workers, ChainStep step, double[] numbers, int round) {
    NetworkSpec network = step.objective().network();
    try (Roles roles =
        new Roles(Precision.FLOAT64)
            .trained(Loss.NETWORK, network, TRAINING, Flat.of(numbers))
            .frozen(ClassifierFeatures.ROLE, CLASSIFIER, Flat.of(numbers(CLASSIFIER, 2)))) {
      return new UnionRound(workers, UnionRound.Statistic.ofRound(MMD), step)
          .sums(step, FIRST, roles, round);
    }
  }

  private static LocalRound local() {
    Engine.start(1, "auto");
    return new LocalRound(
        new MemoryShards(20, ChainStepTest::record, 42),
        ProgramPool.ofJvm(20),
        Precision.FLOAT64,
        42);
  }

  private static void gradientIsThatOfFiniteDifferences(
      ChainStep step, double[] numbers, int parameters) {
    NetworkSpec network = step.objective().network();
    try (LocalRound workers = local()) {
      double[] gradient = sums(workers, step, numbers, 0).gradients().get(Loss.NETWORK).doubles();
      int[] trained =
          network.layout().tensors().stream()
              .filter(t -> network.trains(t.name()))
              .flatMapToInt(
                  t -> java.util.stream.IntStream.range(t.offset(), t.offset() + t.size()))
              .toArray();
      assertThat(gradient).hasSize(trained.length);
      for (int k = 0; k < trained.length; k += 1 + trained.length / parameters) {
        int at = trained[k];
        double slope =
            MmdTest.slope(
                numbers[at],
                v -> {
                  numbers[at] = v;
                  return sums(workers, step, numbers, 0).total("loss");
                });
        assertThat(gradient[k]).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
      }
      assertThat(Flat.of(gradient).norm()).isGreaterThan(1e-3);
    }
  }

  @Test
  void theGradientOfTheUnionIsThatOfFiniteDifferences() {
    gradientIsThatOfFiniteDifferences(step(PATCHES), numbers(PATCHES, 1), 30);
  }

  @Test
  void theGradientOnAFlowIsThatOfFiniteDifferences() {
    gradientIsThatOfFiniteDifferences(step(PATCHES, FLOW), numbers(PATCHES, 1), 10);
  }

  @Test
  void adaptersAloneAreDifferentiated() {
    Lora lora = new Lora(PATCHES, 2, 2, List.of("qkv", "proj"));
    gradientIsThatOfFiniteDifferences(step(lora), numbers(lora, 1), 30);
  }

  /** However examples are spread over workers, the union's statistic is differentiated. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void anyNumberOfWorkersHasTheSameGradient(int workers) {
    double[] numbers = numbers(PATCHES, 1);
    Sums one;
    try (LocalRound round = local()) {
      one = sums(round, PATCHES, numbers, 3);
    }
    KeptStates.drop("test");
    try (SyncRound round =
        new SyncRound(
            new JavaSparkContext(spark().sparkContext()),
            new Configuration(),
            shards(workers),
            EngineSettings.cpu(1),
            20,
            42)) {
      Sums many = sums(round, PATCHES, numbers, 3);
      assertThat(many.total("loss")).isCloseTo(one.total("loss"), within(1e-10));
      assertThat(
              many.gradients()
                  .get(Loss.NETWORK)
                  .copy()
                  .subtract(one.gradients().get(Loss.NETWORK))
                  .norm())
          .isLessThan(1e-10);
    }
  }

  private PackedShards shards(int workers) {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < 20; id++) {
      rows.add(RowFactory.create((long) id, record(id)));
    }
    Dataset<Row> table =
        spark().createDataFrame(rows, StructType.fromDDL("id BIGINT, record BINARY"));
    StageStore stages =
        StageStore.open(
            temp.toString(), new Configuration(), Map.of("w", workers), "never", Progress.SILENT);
    Snapshots snapshots =
        Snapshots.at(temp.toString(), new Configuration(), "key", Progress.SILENT);
    return PackedShards.open(stages, snapshots, "shards", table, workers, 42, "test");
  }

  /** Where the second phase runs elsewhere it makes the states again. */
  @Test
  void statesThatWereLostAreMadeAgainToTheSameBits() {
    double[] numbers = numbers(PATCHES, 1);
    try (LocalRound workers = local()) {
      Sums kept = sums(workers, PATCHES, numbers, 0);
      Workers forgetful =
          new Workers() {
            @Override
            public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
              KeptStates.drop("test");
              return workers.sums(step, draw, roles, round);
            }

            @Override
            public void close() {}
          };
      assertThat(sums(forgetful, PATCHES, numbers, 0).gradients().get(Loss.NETWORK).doubles())
          .isEqualTo(kept.gradients().get(Loss.NETWORK).doubles());
    }
  }

  /** Four updates with a checkpoint after each. */
  private double[] trained(String folder, Workers workers) {
    Training descent = Training.of(OptimizerSpec.sgd(), LearningRate.constant(0.1));
    ChainStep step = step(PATCHES);
    Snapshots snapshots =
        Snapshots.at(temp.resolve(folder).toString(), new Configuration(), "key", Progress.SILENT);
    try (Roles roles =
        new Roles(Precision.FLOAT64)
            .trained(Loss.NETWORK, PATCHES, descent, Flat.of(numbers(PATCHES, 1)))
            .frozen(ClassifierFeatures.ROLE, CLASSIFIER, Flat.of(numbers(CLASSIFIER, 2)))) {
      new Trainer(new UnionRound(workers, UnionRound.Statistic.ofRound(MMD), step), roles, 4)
          .checkpoints(snapshots, 1)
          .train(step, FIRST);
      return roles.parameters(Loss.NETWORK).doubles();
    }
  }

  /** The features of the third update are on the driver, its weights never come back. */
  @Test
  void aDeathBetweenTheTwoPhasesChangesNothing() {
    try (LocalRound workers = local()) {
      double[] whole = trained("whole", workers);
      AtomicInteger phases = new AtomicInteger();
      Workers dying =
          new Workers() {
            @Override
            public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
              if (phases.incrementAndGet() == 6) {
                throw new IllegalStateException("killed in round " + round);
              }
              return workers.sums(step, draw, roles, round);
            }

            @Override
            public void close() {}
          };
      assertThatThrownBy(() -> trained("killed", dying)).hasMessage("killed in round 2");
      KeptStates.drop("test"); // another process has none of them
      assertThat(trained("killed", workers)).isEqualTo(whole);
      assertThat(phases.get()).isEqualTo(6);
    }
  }
}
