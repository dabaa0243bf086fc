package io.accelerant.rl.gvm;

import static io.accelerant.rl.gvm.Rollouts.LONGEST;
import static io.accelerant.rl.gvm.Rollouts.NETWORK;
import static io.accelerant.rl.gvm.Rollouts.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Avx2;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.lm.CachedModel;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generated;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Norm;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class GradientNormsTest {
  private static final ProgramPool POOL = new ProgramPool(20);
  private static final Transformer UNTIED =
      NETWORK.withTied(false).withPositions(Positions.ROTARY).withNorm(Norm.RMS);
  private static final Lora ADAPTED = new Lora(UNTIED, 2, 4, List.of("c_attn", "lm_head"));
  private static final String HEAD = "lm_head.weight";

  @AfterAll
  static void close() {
    POOL.close();
  }

  private static float[] parameters(NetworkSpec network) {
    return Rollouts.parameters(network).to(Precision.FLOAT32).floats();
  }

  private static GradientNorms.Meter meter(NetworkSpec network, int microBatch) {
    return GradientNorms.of(network, LONGEST, microBatch).open(parameters(network), POOL);
  }

  private static double[] norms(NetworkSpec network, int microBatch, NormOf of) {
    try (GradientNorms.Meter meter = meter(network, microBatch)) {
      return meter.norms(of, ROWS);
    }
  }

  private static void assertNear(double[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("row %d", i).isCloseTo(expected[i], within(1e-5 * expected[i]));
      assertThat(expected[i]).isGreaterThan(.01);
    }
  }

  @Test
  void byEmbeddingAndHeadTheyAreThoseOfRowsAlone() {
    for (NetworkSpec network : new NetworkSpec[] {NETWORK, UNTIED, ADAPTED}) {
      double[] alone = norms(network, 4, NormOf.of(Transformer.TABLE));
      assertNear(norms(network, 4, NormOf.EMBEDDING), alone);
      if (network != NETWORK) {
        assertNear(norms(network, 4, NormOf.HEAD), norms(network, 4, NormOf.of(HEAD)));
      }
    }
  }

  /** A network with a head of its own, which has the numbers of the table. */
  @Test
  void ofATiedTableTheHeadsPartIsThatOfAHeadWithEqualNumbers() {
    Transformer twin = NETWORK.withTied(false);
    Layout layout = twin.layout();
    float[] tied = parameters(NETWORK);
    Flat numbers = Flat.zeros(Precision.FLOAT32, layout.size());
    NETWORK.layout().copy(Flat.of(tied), layout, numbers);
    Layout.Tensor table = layout.find(Transformer.TABLE);
    numbers.put(layout.find(HEAD).offset(), numbers.copy(), table.offset(), table.size());
    try (GradientNorms.Meter meter =
        GradientNorms.of(twin, LONGEST, 4).open(numbers.floats(), POOL)) {
      assertNear(norms(NETWORK, 4, NormOf.HEAD), meter.norms(NormOf.of(HEAD), ROWS));
    }
  }

  @Test
  void theGradientIsTheSlopeOfTheLogProbabilityOfTheAnswer() {
    Flat parameters = Flat.of(parameters(NETWORK)).to(Precision.FLOAT64);
    GradientNorms.Row row = ROWS.get(4);
    try (GradientNorms.Meter meter = meter(NETWORK, 4)) {
      Flat gradient = meter.gradient(row);
      double h = 1e-6;
      for (int i = 0; i < gradient.length(); i += 67) {
        double slope = (sum(parameters, i, h, row) - sum(parameters, i, -h, row)) / (2 * h);
        assertThat(gradient.get(i)).as("%d", i).isCloseTo(slope, within(1e-4));
      }
      assertThat(meter.norms(NormOf.ALL, List.of(row))).containsExactly(gradient.norm());
      Layout.Tensor bias = NETWORK.layout().find("transformer.h.0.mlp.c_fc.bias");
      assertThat(meter.norms(NormOf.of(bias.name()), List.of(row))[0])
          .isCloseTo(gradient.slice(bias.offset(), bias.size()).norm(), within(1e-5));
    }
  }

  private static double sum(Flat parameters, int i, double by, GradientNorms.Row row) {
    double[] moved = parameters.toDoubles();
    moved[i] += by;
    return Arrays.stream(Rollouts.logP(NETWORK, Flat.of(moved), List.of(row))[0]).sum();
  }

  @Test
  void ofANetworkWithAdaptersAllMeansThese() {
    try (GradientNorms.Meter meter = meter(ADAPTED, 2)) {
      Flat gradient = meter.gradient(ROWS.get(1));
      assertThat(gradient.length()).isEqualTo(2 * (8 + 24) + 2 * (8 + Rollouts.TOKENS));
      assertThat(meter.norms(NormOf.ALL, ROWS)[1]).isEqualTo(gradient.norm());
    }
  }

  @Test
  void aNumberDoesNotDependOnTheRowsBesideIt() throws IOException {
    boolean exact = Avx2.isTheKernel(); // promised of oneDNN's AVX2 kernels
    for (NormOf of : List.of(NormOf.EMBEDDING, NormOf.HEAD)) {
      try (GradientNorms.Meter meter = meter(UNTIED, 4)) {
        double[] together = meter.norms(of, ROWS);
        for (int i = 0; i < together.length; i++) {
          double alone = meter.norms(of, List.of(ROWS.get(i)))[0];
          assertThat(alone).isCloseTo(together[i], within(exact ? 0 : 1e-5 * alone));
        }
      }
    }
  }

  @Test
  void agreementsAreProductsWithTheMeanOfTheOthers() {
    List<GradientNorms.Row> rows =
        IntStream.range(0, 4)
            .mapToObj(j -> new GradientNorms.Row(new int[] {1, 2}, new int[] {j, 3, j % 2}))
            .toList();
    try (GradientNorms.Meter meter = meter(UNTIED, 4)) {
      double[] agreements = meter.agreements(rows);
      for (int j = 0; j < 4; j++) {
        double expected = 0;
        Flat own = meter.gradient(rows.get(j));
        for (int l = 0; l < 4; l++) {
          Flat other = meter.gradient(rows.get(l));
          for (int i = 0; l != j && i < own.length(); i++) {
            expected += own.get(i) * other.get(i) / 3;
          }
        }
        assertThat(agreements[j]).isCloseTo(expected, within(1e-9 * Math.abs(expected)));
      }
      assertThat(meter.agreements(rows.subList(0, 1))).containsExactly(0);
    }
  }

  @Test
  void aTensorThatIsNotThereIsRefusedWithTheNearest() {
    try (GradientNorms.Meter meter = meter(NETWORK, 4)) {
      assertThatThrownBy(() -> meter.norms(NormOf.of("transformer.wte.wieght"), ROWS))
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith("gvmRaft.normOf is \"transformer.wte.wieght\"")
          .hasMessageContaining("nearest is transformer.wte.weight");
      assertThatThrownBy(() -> meter.norms(NormOf.of("haed"), ROWS))
          .hasMessageContaining("nearest is head.");
    }
    assertThat(NormOf.of("head")).isEqualTo(NormOf.HEAD);
    assertThatThrownBy(() -> new GradientNorms.Row(new int[0], new int[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void logProbabilitiesAreThoseThatGenerationSaid() {
    for (NetworkSpec network : new NetworkSpec[] {NETWORK, ADAPTED}) {
      float[] parameters = parameters(network);
      List<Generation.Request> requests =
          IntStream.range(0, 6)
              .mapToObj(i -> new Generation.Request(i, 0, Arrays.copyOf(new int[] {i}, 1 + i % 3)))
              .toList();
      List<Generated> written;
      try (CausalModel model = new CachedModel(new TokenStep(network), parameters, POOL)) {
        written =
            new Generation(Warp.NONE, 5, List.of(0))
                .run(model, requests, Choices.keyed(1, RandomStream.purpose("test.draws")));
      }
      List<GradientNorms.Row> rows =
          IntStream.range(0, 6)
              .mapToObj(i -> new GradientNorms.Row(requests.get(i).ids(), written.get(i).tokens()))
              .toList();
      double[][] logP = LogProbabilities.of(network, LONGEST, 4).of(parameters, POOL, rows);
      for (int i = 0; i < logP.length; i++) {
        assertThat(logP[i]).containsExactly(written.get(i).logP(), within(1e-5));
      }
    }
  }
}
