package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest extends SparkTest {
  private static final int ROUNDS = 12;

  @TempDir Path temp;
  private final List<String> said = new ArrayList<>();

  /** What a run left: the learner's state and the log. */
  private record Trained(float[] network, float[] average, RoundLog log) {}

  private static final class Killed extends RuntimeException {}

  private final class Run {
    private final Path folder;
    private int rounds = ROUNDS;
    private int stopAfter = Integer.MAX_VALUE;
    private int checkpointEvery = 5;
    private double rate = 0.02;
    private Trainer.Watcher watcher = Trainer.Watcher.NONE;

    Run(String folder) {
      this.folder = temp.resolve(folder);
    }

    Run rounds(int value) {
      rounds = value;
      return this;
    }

    Run rate(double value) {
      rate = value;
      return this;
    }

    /** A signal that comes while the round is computed. */
    Run stopIn(int round) {
      stopAfter = round;
      return this;
    }

    Run killedAfter(int round) {
      watcher =
          done -> {
            if (done == round) {
              throw new Killed();
            }
          };
      return this;
    }

    Trained train() {
      StageStore stages =
          StageStore.open(
              folder.toString(), new Configuration(), Map.of("run", 1), "auto", said::add);
      Snapshots snapshots =
          Snapshots.at(
              folder.toString(),
              new Configuration(),
              StageStore.resumeKey(Map.of("run", 1)),
              said::add);
      Regression loss = Regression.small();
      PackedShards shards =
          PackedShards.open(
              stages, snapshots, "shards", Regression.rows(spark(), 60, 2), 3, 42, "test");
      AtomicInteger asked = new AtomicInteger();
      JobContext context =
          new JobContext(
              SparkTest::spark,
              new Configuration(),
              said::add,
              () -> asked.incrementAndGet() >= stopAfter,
              false,
              "");
      TrainSettings settings = new TrainSettings(3, rounds, 6, rate, checkpointEvery, 42);
      Training training =
          Training.of(OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.01), LearningRate.constant(rate))
              .clipped(1)
              .averaged(new ExponentialAverage(0.9, true), 1);
      try (Roles roles =
              new Roles(Precision.FLOAT32)
                  .trained(
                      Loss.NETWORK, loss.network(), training, loss.initial(Precision.FLOAT32));
          SyncRound workers =
              new SyncRound(
                  new JavaSparkContext(spark().sparkContext()),
                  new Configuration(),
                  shards,
                  EngineSettings.cpu(1),
                  2,
                  42)) {
        RoundLog log =
            Trainer.of(context, "test", settings, workers, roles, snapshots)
                .watch(watcher)
                .train(new GradientStep(loss), settings.draw());
        return new Trained(
            roles.parameters(Loss.NETWORK).floats(), roles.averages(Loss.NETWORK).floats(), log);
      }
    }
  }

  private static void assertSame(Trained a, Trained b) {
    assertThat(a.network()).isEqualTo(b.network());
    assertThat(a.average()).isEqualTo(b.average());
    assertThat(a.log().jsonLines()).isEqualTo(b.log().jsonLines());
  }

  private long resumes() {
    return said.stream().filter(line -> line.contains("goes on after round")).count();
  }

  @Test
  void theLossFalls() {
    double[] loss = new Run("whole").rounds(60).train().log().column("loss");
    assertThat(loss).hasSize(60);
    assertThat(mean(loss, 50, 60)).isLessThan(0.6 * mean(loss, 0, 10));
  }

  private static double mean(double[] numbers, int from, int to) {
    return java.util.Arrays.stream(numbers, from, to).average().orElseThrow();
  }

  @Test
  void aWatcherSeesGradientsBeforeTheyAreClipped() {
    List<Double> norms = new ArrayList<>();
    Run run = new Run("whole").rounds(3);
    run.watcher =
        new Trainer.Watcher() {
          @Override
          public void received(int round, Sums sums) {
            norms.add(norm(sums));
          }

          @Override
          public void after(int done) {}
        };
    double[] logged = run.train().log().column("gradientNorm");
    assertThat(logged[0]).isGreaterThan(1); // or none would be clipped
    assertThat(norms).hasSize(3);
    for (int round = 0; round < 3; round++) {
      assertThat(norms.get(round)).isCloseTo(logged[round], within(1e-5 * logged[round]));
    }
  }

  private static double norm(Sums sums) {
    return Math.sqrt(
        java.util.Arrays.stream(sums.gradients().get(Loss.NETWORK).toDoubles())
            .map(x -> x * x)
            .sum());
  }

  @Test
  void killedTwiceTheWeightsAreThoseOfAnUndisturbedRun() {
    Trained whole = new Run("whole").train();
    assertThatThrownBy(new Run("killed").killedAfter(7)::train).isInstanceOf(Killed.class);
    assertThatThrownBy(new Run("killed").killedAfter(11)::train).isInstanceOf(Killed.class);

    assertSame(new Run("killed").train(), whole);
    assertThat(said).anyMatch(line -> line.contains("goes on after round 5/12"));
    assertThat(said).anyMatch(line -> line.contains("goes on after round 10/12"));
  }

  @Test
  void aSignalFinishesTheRoundAndSavesIt() {
    Trained whole = new Run("whole").train();
    assertThatThrownBy(new Run("stopped").stopIn(7)::train).isInstanceOf(StoppedException.class);

    assertSame(new Run("stopped").train(), whole);
    assertThat(said).anyMatch(line -> line.contains("goes on after round 7/12"));
  }

  @Test
  void withoutItsCheckpointsARunStartsAnew() throws IOException {
    Trained whole = new Run("whole").train();
    assertThatThrownBy(new Run("killed").killedAfter(11)::train).isInstanceOf(Killed.class);
    try (Stream<Path> rounds = Files.list(temp.resolve("killed"))) {
      for (Path round :
          rounds.filter(p -> p.getFileName().toString().startsWith("round")).toList()) {
        org.apache.commons.io.FileUtils.deleteDirectory(round.toFile());
      }
    }

    assertSame(new Run("killed").train(), whole);
    assertThat(resumes()).isZero();
  }

  @Test
  void aCorruptedCheckpointFallsBackToTheOneBeforeWithAWarning() throws IOException {
    Trained whole = new Run("whole").train();
    assertThatThrownBy(new Run("killed").killedAfter(11)::train).isInstanceOf(Killed.class);
    Path file = temp.resolve("killed/round-00000010/state.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 3] ^= 1;
    Files.write(file, bytes);

    assertSame(new Run("killed").train(), whole);
    assertThat(said)
        .anyMatch(line -> line.startsWith("WARNING: the checkpoint of round 10 is damaged"));
    assertThat(said).anyMatch(line -> line.contains("goes on after round 5/12"));
  }

  @Test
  void theLastThreeCheckpointsAreKept() throws IOException {
    new Run("whole").rounds(24).train();
    try (Stream<Path> rounds = Files.list(temp.resolve("whole"))) {
      assertThat(rounds.map(p -> p.getFileName().toString()).filter(n -> n.startsWith("round")))
          .containsExactlyInAnyOrder("round-00000015", "round-00000020", "round-00000024");
    }
  }

  @Test
  void aLossThatIsNoNumberNamesTheLearningRate() {
    assertThatThrownBy(new Run("wild").rate(1e30).rounds(40)::train)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.learningRate");
  }

  /** Broadcasts are gone and the heap is flat; the first rounds fill Spark's bounded history. */
  @Test
  void hundredsOfRoundsLeaveNothingOnTheDriver() {
    List<Long> heap = new ArrayList<>();
    List<Integer> broadcasts = new ArrayList<>();
    Run run = new Run("long").rounds(400);
    run.checkpointEvery = 100;
    run.watcher =
        done -> {
          if (done == 100 || done == 400) {
            heap.add(usedHeap());
            broadcasts.add(
                SparkEnv.get().blockManager().getMatchingBlockIds(new OfBroadcasts()).size());
          }
        };
    run.train();
    assertThat(broadcasts.get(1)).isLessThanOrEqualTo(broadcasts.get(0) + 10);
    assertThat(heap.get(1) - heap.get(0)).isLessThan(12L << 20);
  }

  private static final class OfBroadcasts
      extends scala.runtime.AbstractFunction1<org.apache.spark.storage.BlockId, Object> {
    @Override
    public Object apply(org.apache.spark.storage.BlockId id) {
      return id.isBroadcast();
    }
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
