package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several networks, and what of them travels. */
class RolesTest extends SparkTest {
  private static final int ROUNDS = 12;

  @TempDir Path temp;

  private static final class Killed extends RuntimeException {}

  private Snapshots snapshots(String name) {
    String key = StageStore.resumeKey(Map.of("run", name));
    return Snapshots.at(temp.resolve(name).toString(), new Configuration(), key, Progress.SILENT);
  }

  private PackedShards shards(int workers) {
    String folder = temp.resolve("shards" + workers).toString();
    StageStore stages =
        StageStore.open(
            folder, new Configuration(), Map.of("w", workers), "never", Progress.SILENT);
    Snapshots place = Snapshots.at(folder, new Configuration(), "key", Progress.SILENT);
    return PackedShards.open(
        stages, place, "shards", Regression.rows(spark(), 60, 2), workers, 42, "test");
  }

  private SyncRound onSpark(PackedShards shards) {
    return new SyncRound(
        new JavaSparkContext(spark().sparkContext()),
        new Configuration(),
        shards,
        EngineSettings.cpu(1),
        4,
        42);
  }

  private static LocalRound inTask(ProgramPool pool) {
    Engine.start(1, "auto");
    MemoryShards shards = new MemoryShards(60, Regression::record, 42);
    return new LocalRound(shards, pool, Precision.FLOAT32, 42);
  }

  @Test
  void killedAndResumedOnAnotherNumberOfCoresTwoNetworksHaveTheSameBits()
      throws IOException, InterruptedException {
    float[] whole = TwoNetworks.train(spark(), temp.resolve("whole"), Trainer.Watcher.NONE);
    Path killed = temp.resolve("killed");
    assertThat(run("local[1]", killed, 10)).isEqualTo(9);
    List<Integer> rounds = new ArrayList<>();
    float[] resumed = TwoNetworks.train(spark(), killed, rounds::add);
    assertThat(rounds).startsWith(9); // the last checkpoint is of round 8
    assertThat(resumed).isEqualTo(whole);
  }

  /** A process of its own; its exit code. */
  private static int run(String master, Path folder, int last)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add") || option.startsWith("-D"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", // it ends before more would pay
            "-cp",
            System.getProperty("java.class.path"),
            TwoNetworks.class.getName(),
            master,
            folder.toString(),
            Integer.toString(last)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void theGeneratorMovesInEveryFifthRoundAndWhatIsFrozenNever() {
    try (ProgramPool pool = new ProgramPool(4);
        LocalRound workers = inTask(pool);
        Roles roles = TwoNetworks.roles()) {
      Trainer trainer = new Trainer(workers, roles, ROUNDS);
      float[] features = roles.parameters(TwoNetworks.FEATURES).floats();
      for (int round = 0; round < ROUNDS; round++) {
        float[] generator = roles.parameters(TwoNetworks.GENERATOR).floats();
        float[] critic = roles.parameters(TwoNetworks.CRITIC).floats();
        trainer.rounds(round, round + 1, TwoNetworks.step(), Draw.shuffled(6, 42));
        boolean moved = !Arrays.equals(roles.parameters(TwoNetworks.GENERATOR).floats(), generator);
        assertThat(moved).as("round %d", round).isEqualTo(round % 5 == 4);
        assertThat(roles.parameters(TwoNetworks.CRITIC).floats()).isNotEqualTo(critic);
      }
      assertThat(roles.parameters(TwoNetworks.FEATURES).floats()).isEqualTo(features);
      assertThat(trainer.log().column("generator.gradientNorm")[4]).isPositive();
      assertThat(trainer.log().column("generator.gradientNorm")[5]).as("no update").isNaN();
    }
  }

  @Test
  void oneWorkerOnSparkAndOneTaskHaveTheSameBits() {
    float[] spark;
    try (SyncRound workers = onSpark(shards(1));
        Roles roles = TwoNetworks.roles()) {
      new Trainer(workers, roles, ROUNDS).train(TwoNetworks.step(), Draw.shuffled(6, 42));
      spark = TwoNetworks.numbers(roles);
    }
    assertThat(trainedInTask("once", Trainer.Watcher.NONE)).isEqualTo(spark);
  }

  @Test
  void anArmThatIsKilledInItsTaskGoesOnToTheSameBits() {
    float[] whole = trainedInTask("whole", Trainer.Watcher.NONE);
    Trainer.Watcher kill =
        done -> {
          if (done == 7) {
            throw new Killed();
          }
        };
    assertThatThrownBy(() -> trainedInTask("killed", kill)).isInstanceOf(Killed.class);
    int[] first = {Integer.MAX_VALUE};
    Trainer.Watcher see = done -> first[0] = Math.min(first[0], done);
    assertThat(trainedInTask("killed", see)).isEqualTo(whole);
    assertThat(first[0]).isEqualTo(6);
  }

  private float[] trainedInTask(String arm, Trainer.Watcher watcher) {
    try (ProgramPool pool = new ProgramPool(4);
        LocalRound workers = inTask(pool);
        Roles roles = TwoNetworks.roles()) {
      new Trainer(workers, roles, ROUNDS)
          .checkpoints(snapshots(arm), 5)
          .watch(watcher)
          .train(TwoNetworks.step(), Draw.shuffled(6, 42));
      return TwoNetworks.numbers(roles);
    }
  }

  /** Next-symbol prediction on the bytes of a record. */
  private record Symbols(Transformer network) implements Loss {
    @Override
    public BatchShape shape() {
      return BatchShape.of(4, 8);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      scopes.crossEntropy(network.logits(scopes.of(NETWORK), shape));
    }

    @Override
    public void set(Program program, Batch batch) {
      int[] tokens = new int[32];
      double[] weights = new double[32];
      for (int i = 0; i < 8 * batch.size(); i++) {
        tokens[i] = batch.records().get(i / 8)[i % 8] & 7;
        weights[i] = 1.0 / (8 * batch.union());
      }
      program.set("tokens", tokens).set("targets", tokens).set("weights", weights);
    }
  }

  @Test
  void aRoundOfAdaptersMovesTheAdaptersAlone() {
    Transformer base = Transformer.gpt2(8, 8, 16, 1, 2);
    Lora lora = new Lora(base, 2, 4, List.of("c_attn"));
    int adapters = 2 * 16 + 48 * 2;
    Objective objective = new Symbols(base).with(Loss.NETWORK, lora);
    Training adam = Training.of(OptimizerSpec.adam(0.9, 0.99, 1e-8), LearningRate.constant(0.01));
    Flat initial = Flat.of(Precision.FLOAT32, lora.initial(1));
    try (SyncRound workers = onSpark(shards(2));
        Roles roles = new Roles(Precision.FLOAT32).trained(Loss.NETWORK, lora, adam, initial)) {
      Draw draw = Draw.shuffled(6, 42);
      Sums sums = workers.sums(new GradientStep(objective), draw, roles, 0);
      assertThat(sums.gradients().get(Loss.NETWORK).length()).isEqualTo(adapters);
      assertThat(sums.toBytes().length).isLessThan(4 * adapters + 100);
      new Trainer(workers, roles, 4).train(new GradientStep(objective), draw);
      long once = 4L * lora.layout().size(); // as it lies, of which the base is read
      assertThat(workers.bytes()).isEqualTo(once + 5 * 4 * adapters);

      Layout layout = base.layout();
      Flat before = Flat.zeros(Precision.FLOAT32, layout.size());
      Flat after = before.copy();
      lora.layout().copy(initial, layout, before);
      lora.layout().copy(roles.parameters(Loss.NETWORK), layout, after);
      assertThat(after.floats()).isEqualTo(before.floats());
      assertThat(roles.parameters(Loss.NETWORK).floats()).isNotEqualTo(initial.floats());
    }
  }

  /** Gives the number of each example back, and what its record begins with. */
  private static Sums told(Programs programs, Batch batch) {
    Sums sums = new Sums();
    for (int i = 0; i < batch.size(); i++) {
      int number = Math.toIntExact(batch.number(i));
      sums.items("first", batch)[number] = ByteBuffer.wrap(batch.records().get(i)).getDouble();
    }
    return sums;
  }

  @Test
  void chosenRecordsComeBackInTheOrderOfTheirChoice() {
    long[] chosen = {17, 3, 59, 3, 0};
    double[] expected =
        LongStream.of(chosen)
            .mapToDouble(id -> ByteBuffer.wrap(Regression.record((int) id)).getDouble())
            .toArray();
    for (int workers : new int[] {1, 4, 10}) {
      try (SyncRound round = onSpark(shards(workers));
          Roles roles = Regression.small().frozen(Precision.FLOAT32)) {
        Sums sums = round.sums(RolesTest::told, Draw.chosen(r -> chosen), roles, 0);
        assertThat(sums.items().get("first").doubles()).isEqualTo(expected);
      }
    }
  }

  /** What was learned of a round decides which records the next one draws. */
  @Test
  void anOuterLoopGoesOnWithWhatItKept() {
    List<long[]> whole = stretches("outer", Integer.MAX_VALUE);
    assertThatThrownBy(() -> stretches("cut", 5)).isInstanceOf(Killed.class);
    List<long[]> rest = stretches("cut", Integer.MAX_VALUE);
    assertThat(rest).hasSize(2);
    assertThat(rest.get(0)).isEqualTo(whole.get(1));
    assertThat(rest.get(1)).isEqualTo(whole.get(2));
  }

  private List<long[]> stretches(String name, int killAfter) {
    List<long[]> drawn = new ArrayList<>();
    try (ProgramPool pool = new ProgramPool(4);
        LocalRound workers = inTask(pool);
        Roles roles = TwoNetworks.roles()) {
      Trainer trainer = new Trainer(workers, roles, 9).checkpoints(snapshots(name), 2);
      trainer.watch(
          new Trainer.Watcher() {
            @Override
            public void summed(int done, Sums sums, Map<String, Double> logged) {
              trainer.keep("loss", Flat.of(new double[] {sums.total("loss")}));
              trainer.keep("seen", trainer.counter("seen") + done);
            }

            @Override
            public void after(int done) {
              if (done == killAfter) {
                throw new Killed();
              }
            }
          });
      for (int stretch = trainer.done() / 3; stretch < 3; stretch++) {
        if (trainer.done() == 3 * stretch) {
          double loss = trainer.kept("loss").map(l -> l.get(0)).orElse(0.0);
          long seed = Double.doubleToLongBits(loss) + trainer.counter("seen");
          trainer.keep("from", Math.floorMod(seed, 50L));
        }
        long from = trainer.counter("from");
        long[] ids = LongStream.range(from, from + 6).toArray();
        drawn.add(ids);
        Draw draw = Draw.chosen(round -> ids);
        trainer.rounds(3 * stretch, 3 * stretch + 3, TwoNetworks.step(), draw);
      }
    }
    return drawn;
  }

  @Test
  void aFrozenRoleThatIsReplacedIsReadAnewAndPartOfTheState() {
    Regression loss = Regression.small();
    Flat other = Flat.of(Precision.FLOAT32, loss.network().initial(9));
    try (ProgramPool pool = new ProgramPool(4);
        LocalRound workers = inTask(pool);
        Roles roles = loss.frozen(Precision.FLOAT32);
        Roles again = loss.frozen(Precision.FLOAT32)) {
      Draw draw = Draw.shuffled(6, 42);
      double before = workers.sums(new LossStep(loss), draw, roles, 0).total("loss");
      roles.replace(Loss.NETWORK, other);
      double after = workers.sums(new LossStep(loss), draw, roles, 0).total("loss");
      assertThat(after).isNotEqualTo(before);
      again.restore(roles.state());
      assertThat(again.parameters(Loss.NETWORK).floats()).isEqualTo(other.floats());
    }
  }

  @Test
  void theAverageOfARoleIsReadUnderItsName() {
    RoundStep read =
        new RoundStep.Averaging(
            Set.of(TwoNetworks.GENERATOR),
            (programs, batch) ->
                new Sums()
                    .addTotal("role", programs.parameters(TwoNetworks.GENERATOR).get(0))
                    .addTotal(
                        "average",
                        programs.parameters(Roles.average(TwoNetworks.GENERATOR)).get(0)));
    Draw draw = Draw.shuffled(6, 42);
    try (SyncRound workers = onSpark(shards(1));
        Roles roles = TwoNetworks.roles()) {
      new Trainer(workers, roles, 6).train(TwoNetworks.step(), draw);
      Sums sums = workers.sums(read, draw, roles, 6);
      double role = roles.parameters(TwoNetworks.GENERATOR).get(0);
      assertThat(sums.total("role")).isEqualTo(role);
      assertThat(sums.total("average"))
          .isEqualTo(roles.averages(TwoNetworks.GENERATOR).get(0))
          .isNotEqualTo(role);
    }
  }

  @Test
  void aLossThatNamesAnUnknownRoleSaysWhichThereAre() {
    try (ProgramPool pool = new ProgramPool(4);
        LocalRound workers = inTask(pool);
        Roles roles = TwoNetworks.roles()) {
      GradientStep step = new GradientStep(Regression.small());
      assertThatThrownBy(() -> workers.sums(step, Draw.shuffled(6, 42), roles, 0))
          .hasMessageContaining("no role network; there are [features, generator, critic]");
    }
  }

  @Test
  void twoLossesOfOneNetworkNeverShareAProgram() {
    assertThat(new TwoNetworks.Adversary(true).hash())
        .isNotEqualTo(new TwoNetworks.Adversary(false).hash());
    Transformer base = Transformer.gpt2(8, 8, 16, 1, 2);
    Symbols plain = new Symbols(base);
    assertThat(plain.hash()).isEqualTo(new Symbols(base).hash());
    assertThat(plain.with(Loss.NETWORK, new Lora(base, 2, 4, List.of("c_attn"))).hash())
        .isNotEqualTo(plain.hash());
  }
}
