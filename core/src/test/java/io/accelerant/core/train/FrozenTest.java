package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.engine.Storage;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.lm.AnswerLoss;
import io.accelerant.core.lm.AnswerReduction;
import io.accelerant.core.lm.CachedModel;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.safetensors.HalfFloats;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code engine.frozen} does to adapters on a pretrained network, and to other networks. */
class FrozenTest {
  private static final int TOKENS = 11;
  private static final Llama BASE =
      new Llama(
          LlamaFamily.LLAMA,
          TOKENS,
          12,
          24,
          2,
          6,
          2,
          4,
          20,
          true,
          1e-5,
          new Rotary(100, Rotary.Scaling.LINEAR, 2, 0, 0, 0),
          Map.of());
  private static final Lora LORA = new Lora(BASE, 2, 4, List.of("q_proj", "v_proj", "down_proj"));
  private static final AnswerLoss LOSS = AnswerLoss.of(BASE, 8, 3, AnswerReduction.MEAN);

  /** Of the base: what a checkpoint of bfloat16 holds. */
  private static final Flat CHECKPOINT = checkpoint();

  private static Flat checkpoint() {
    double[] numbers = BASE.initial(1, InitialScale.SCALED);
    float[] kept = new float[numbers.length];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = HalfFloats.fromBFloat16(HalfFloats.toBFloat16((float) numbers[i]));
    }
    return Flat.of(kept);
  }

  private static byte[] record(int number) {
    int[] ids =
        IntStream.range(0, 4 + number % 5).map(i -> (7 * number + 3 * i) % TOKENS).toArray();
    return PromptRecord.pack(new Prompt(number, "", "", ids, new int[] {0, 1}, ""), 8);
  }

  @BeforeEach
  void start() {
    Engine.start(1, "auto");
  }

  @AfterEach
  void reset() {
    Engine.keepFrozen(Storage.FLOAT32);
  }

  /** Parameters after some updates. */
  private static float[] train(NetworkSpec network, Flat initial, ProgramPool pool, Storage kept) {
    Engine.keepFrozen(kept);
    Training training =
        Training.of(OptimizerSpec.adam(0.9, 0.99, 1e-8), LearningRate.constant(0.01));
    Objective objective = LOSS.with(Loss.NETWORK, network);
    try (LocalRound workers =
            new LocalRound(
                new MemoryShards(12, FrozenTest::record, 42), pool, Precision.FLOAT32, 42);
        Roles roles =
            new Roles(Precision.FLOAT32).trained(Loss.NETWORK, network, training, initial.copy())) {
      for (int round = 0; round < 3; round++) {
        roles.update(
            workers.sums(new GradientStep(objective), Draw.shuffled(6, 42), roles, round), round);
      }
      return roles.parameters(Loss.NETWORK).floats();
    }
  }

  private static long bytes(Objective objective, ProgramPool pool) {
    try (ProgramPool.Lease lease = objective.training(pool, Precision.FLOAT32, objective.shape())) {
      return lease.program().nativeBytes();
    }
  }

  @Test
  void adaptersLearnTheSameBitsOnAFrozenNetworkOf16Bits() {
    Flat initial = LORA.adapt(CHECKPOINT, 3);
    Objective objective = LOSS.with(Loss.NETWORK, LORA);
    try (ProgramPool pool = new ProgramPool(8)) {
      float[] wide = train(LORA, initial, pool, Storage.FLOAT32);
      long wideBytes = bytes(objective, pool);
      assertThat(train(LORA, initial, pool, Storage.BFLOAT16)).isEqualTo(wide);
      assertThat(wide).isNotEqualTo(initial.floats());
      assertThat(bytes(objective, pool)).isLessThan(wideBytes);
    }
  }

  @Test
  void adaptersWriteTheSameOnAFrozenNetworkOf16Bits() {
    float[] parameters = LORA.adapt(CHECKPOINT, 3).floats();
    for (int rows : new int[] {2, 9}) {
      int[][] prompts =
          IntStream.range(0, rows).mapToObj(i -> new int[] {i, 3}).toArray(int[][]::new);
      assertThat(logits(parameters, prompts, Storage.BFLOAT16))
          .isEqualTo(logits(parameters, prompts, Storage.FLOAT32));
    }
  }

  private static double[][] logits(float[] parameters, int[][] prompts, Storage kept) {
    Engine.keepFrozen(kept);
    double[][] logits = new double[prompts.length][TOKENS];
    try (ProgramPool pool = new ProgramPool(8);
        CausalModel model = new CachedModel(new TokenStep(LORA), parameters, pool);
        CausalModel.Continuation text = model.read(prompts)) {
      for (int row = 0; row < prompts.length; row++) {
        text.logits(row, logits[row]);
      }
    }
    return logits;
  }

  @Test
  void aNetworkThatIsTrainedInFullStaysIn32Bits() {
    try (ProgramPool pool = new ProgramPool(8)) {
      float[] wide = train(BASE, CHECKPOINT, pool, Storage.FLOAT32);
      assertThat(train(BASE, CHECKPOINT, pool, Storage.BFLOAT16)).isEqualTo(wide);
    }
  }

  @Test
  void aFrozenNetworkThat16BitsDoNotHoldIsRefused() {
    Flat finer = Flat.of(BASE.initial(1, InitialScale.SCALED)).to(Precision.FLOAT32);
    try (ProgramPool pool = new ProgramPool(8)) {
      assertThatThrownBy(() -> train(LORA, LORA.adapt(finer, 3), pool, Storage.BFLOAT16))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("engine.frozen is bfloat16");
    }
  }

  private static double loss(Roles roles, ProgramPool pool, Storage kept) {
    Engine.keepFrozen(kept);
    try (LocalRound workers =
        new LocalRound(new MemoryShards(12, FrozenTest::record, 42), pool, Precision.FLOAT32, 42)) {
      return workers
          .sums(
              (programs, batch) -> {
                Program program = programs.forward(LOSS, LOSS.shape());
                LOSS.set(program, batch);
                program.run();
                Sums sums = new Sums();
                sums.addTotal("loss", program.scalar("loss"));
                sums.addTotal("bytes", program.nativeBytes());
                return sums;
              },
              Draw.shuffled(3, 42),
              roles,
              0)
          .total("loss");
    }
  }

  @Test
  void aFinishedNetworkIsKeptIn16BitsAsAWhole() {
    try (ProgramPool pool = new ProgramPool(8);
        Roles teacher = new Roles(Precision.FLOAT32).reference(Loss.NETWORK, BASE, CHECKPOINT);
        Roles finer =
            new Roles(Precision.FLOAT32)
                .reference(
                    Loss.NETWORK,
                    BASE,
                    Flat.of(BASE.initial(1, InitialScale.SCALED)).to(Precision.FLOAT32))) {
      assertThat(loss(teacher, pool, Storage.BFLOAT16))
          .isEqualTo(loss(teacher, pool, Storage.FLOAT32));
      assertThat(pool.builds()).isEqualTo(2);
      assertThatThrownBy(() -> loss(finer, pool, Storage.BFLOAT16))
          .hasMessageContaining("engine.frozen is bfloat16");
      assertThatThrownBy(() -> finer.require(Storage.BFLOAT16))
          .isInstanceOf(ConfigException.class)
          .hasMessageMatching(
              "engine.frozen is bfloat16, which does not hold the frozen weight .* of"
                  + " model.embed_tokens.weight of role network exactly; .*");
      teacher.require(Storage.BFLOAT16);
    }
  }
}
