package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.engine.Avx2;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Norm;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CachedModelTest {
  private static final int VOCABULARY = 11;
  private static final Transformer GPT2 = Transformer.gpt2(VOCABULARY, 40, 24, 2, 3);
  private static final Llama LLAMA =
      new Llama(
          LlamaFamily.QWEN2,
          VOCABULARY,
          40,
          24,
          2,
          6,
          2,
          6,
          20,
          false,
          1e-5,
          new Rotary(100, Rotary.Scaling.LINEAR, 2, 0, 0, 0),
          Map.of());
  private static final ProgramPool POOL = new ProgramPool(8);

  @AfterAll
  static void close() {
    POOL.close();
  }

  static List<NetworkSpec> networks() {
    Transformer modern =
        GPT2.withPositions(Positions.ROTARY)
            .withNorm(Norm.RMS)
            .withActivation(Activation.SILU)
            .withGated(true)
            .withTied(false);
    return List.of(
        GPT2,
        modern,
        LLAMA,
        new Lora(LLAMA, 2, 4, List.of("q_proj", "v_proj", "lm_head")),
        GPT2.withPositions(Positions.SINUSOIDAL),
        new Lora(GPT2.withPositions(Positions.ROTARY), 2, 4, List.of("c_attn", "c_proj")));
  }

  /** All of order one, also what starts at zero. */
  private static float[] parameters(NetworkSpec network) {
    double[] numbers = network.initial(1, InitialScale.SCALED);
    RandomStream stream = new RandomStream(2, RandomStream.purpose("test.parameters"), 0, 0);
    return Flat.of(
            Precision.FLOAT32,
            Arrays.stream(numbers).map(x -> x + .1 * stream.nextGaussian()).toArray())
        .floats();
  }

  private static int[] tokens(int length, int row) {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("test.tokens"), row, 0);
    return IntStream.range(0, length).map(i -> stream.nextInt(VOCABULARY)).toArray();
  }

  private static double[] logits(CausalModel.Continuation text, int row) {
    double[] logits = new double[VOCABULARY];
    text.logits(row, logits);
    return logits;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aCacheChangesNoLogit(NetworkSpec network) {
    TokenStep step = new TokenStep(network);
    float[] parameters = parameters(network);
    int[][] prompts = {tokens(1, 0), tokens(9, 1), tokens(22, 2), tokens(4, 3)};
    try (CausalModel cached = new CachedModel(step, parameters, POOL);
        CausalModel whole = new RecomputedModel(step, parameters, Precision.FLOAT64, POOL);
        CausalModel.Continuation a = cached.read(prompts);
        CausalModel.Continuation b = whole.read(prompts)) {
      for (int k = 0; k < 18; k++) {
        double largest = 0;
        for (int row = 0; row < a.rows(); row++) {
          assertThat(logits(a, row)).containsExactly(logits(b, row), within(1e-5));
          largest = Math.max(largest, Math.abs(logits(b, row)[0]));
        }
        assertThat(largest).isGreaterThan(.01);
        int[] next = tokens(a.rows(), 100 + k);
        a.append(next);
        b.append(next);
        if (k == 6) { // one row leaves, one goes two ways
          a.keep(new int[] {3, 1, 1});
          b.keep(new int[] {3, 1, 1});
        }
      }
    }
  }

  /** Wider than a block of the product's sums, with the matrix of the logits stored either way. */
  @ParameterizedTest
  @MethodSource("wide")
  void logitsOfARowHaveTheSameBitsAloneAndInABatch(Transformer network) throws IOException {
    assumeTrue(Avx2.isTheKernel(), "promised of oneDNN's AVX2 kernels");
    TokenStep step = new TokenStep(network);
    int[][] prompts =
        IntStream.range(0, 75).mapToObj(i -> tokens(1 + i % 7, i)).toArray(int[][]::new);
    try (CausalModel model = new CachedModel(step, parameters(network), POOL)) {
      double[][] together = new double[prompts.length][];
      CausalModel.Continuation all = model.read(prompts);
      all.append(tokens(prompts.length, 500));
      Arrays.setAll(together, row -> logits(all, row));
      for (int from = 0, count = 1;
          from + count <= prompts.length;
          from += count, count = count % 13 + 3) {
        CausalModel.Continuation some = model.read(Arrays.copyOfRange(prompts, from, from + count));
        some.append(Arrays.copyOfRange(tokens(prompts.length, 500), from, from + count));
        for (int row = 0; row < count; row++) {
          assertThat(logits(some, row)).isEqualTo(together[from + row]);
        }
        CausalModel.Continuation one = model.read(new int[][] {prompts[from]});
        one.append(new int[] {tokens(prompts.length, 500)[from]});
        assertThat(logits(one, 0)).isEqualTo(together[from]);
      }
    }
  }

  static List<Transformer> wide() {
    Transformer wide = Transformer.gpt2(VOCABULARY, 20, 300, 1, 3);
    return List.of(
        wide, wide.withTied(false).withActivation(Activation.SILU).withGated(true).withHidden(202));
  }

  @Test
  void textsDoNotDependOnTheBatch() {
    TokenStep step = new TokenStep(GPT2);
    Generation generation = new Generation(new Warp(1.5, 0, .95), 25, List.of(0));
    List<Generation.Request> requests =
        IntStream.range(0, 40)
            .mapToObj(i -> new Generation.Request(i / 2, i % 2, tokens(1 + i / 2 % 5, i / 2)))
            .toList();
    Choices draws = Choices.keyed(1, RandomStream.purpose("test.draws"));
    try (CausalModel model = new CachedModel(step, parameters(GPT2), POOL)) {
      List<Generated> together = generation.run(model, requests, draws);
      assertThat(together).anyMatch(Generated::stopped).anyMatch(text -> !text.stopped());
      for (int batch : new int[] {1, 3, 7}) {
        for (int from = 0; from < requests.size(); from += batch) {
          int to = Math.min(requests.size(), from + batch);
          List<Generated> some = generation.run(model, requests.subList(from, to), draws);
          for (int i = from; i < to; i++) {
            assertThat(some.get(i - from).tokens()).isEqualTo(together.get(i).tokens());
            assertThat(some.get(i - from).logP())
                .containsExactly(together.get(i).logP(), within(1e-4));
          }
        }
      }
    }
  }

  @Test
  void aStepHasTheParametersOfTheNetworkInTheirOrder() {
    for (NetworkSpec network : networks()) {
      try (Program program = new TokenStep(network).program(1)) {
        assertThat(program.parameters().tensors()).isEqualTo(network.layout().tensors());
      }
    }
  }

  @Test
  void programsAreMoreThanHalfFullOrSmall() {
    assertThat(IntStream.of(1, 2, 4, 5, 8, 9, 16, 17, 32, 33, 64, 100).map(CachedModel::rows))
        .containsExactly(4, 4, 4, 4, 4, 16, 16, 16, 16, 64, 64, 64);
  }

  @Test
  void networksThatReadBothWaysAreRefused() {
    assertThatThrownBy(() -> new TokenStep(GPT2.withCausal(false)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("from left to right")
        .hasMessageContaining("not causal");
    Llama llada =
        new Llama(LlamaFamily.LLADA, 5, 8, 8, 1, 2, 2, 4, 8, true, 1e-5, Rotary.of(100), Map.of());
    assertThatThrownBy(() -> new TokenStep(llada))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("type llada, not causal");
    assertThatThrownBy(() -> new TokenStep(GPT2.withTimed(true)))
        .isInstanceOf(ConfigException.class);
  }
}
