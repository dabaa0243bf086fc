package io.accelerant.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What single blocks must do. */
class BlocksTest {
  private static double[] apply(double[] x, int[] shape, BiFunction<Graph, Value, Value> block) {
    Graph g = new Graph(Precision.FLOAT64);
    g.output("y", block.apply(g, g.input("x", shape)));
    try (Program p = g.forward()) {
      p.set("x", x).run();
      return p.doubles("y");
    }
  }

  private static double[] logits(
      TokenNetwork network, double[] parameters, int[] tokens, double[] padding) {
    BatchShape shape = BatchShape.padded(1, tokens.length);
    try (Program p = network.forward(Precision.FLOAT64, shape)) {
      p.setParameters(parameters).set("tokens", tokens).set("padding", padding);
      p.run();
      return p.doubles("logits");
    }
  }

  private static final int V = Examples.VOCABULARY;
  private static final double[] NO_PADDING = new double[5];

  @Test
  void laterTokensDoNotChangeEarlierLogitsOfACausalNetwork() {
    double[] w = Examples.parameters(Examples.GPT2.layout());
    double[] one = logits(Examples.GPT2, w, new int[] {1, 2, 3, 4, 5}, NO_PADDING);
    double[] two = logits(Examples.GPT2, w, new int[] {1, 2, 3, 0, 6}, NO_PADDING);
    assertThat(Arrays.copyOf(two, 3 * V)).containsExactly(Arrays.copyOf(one, 3 * V));
    assertThat(two[3 * V]).isNotEqualTo(one[3 * V]);
  }

  @Test
  void laterTokensChangeEarlierLogitsOfABidirectionalNetwork() {
    double[] w = Examples.parameters(Examples.MASKED.layout());
    double[] one = logits(Examples.MASKED, w, new int[] {1, 2, 3, 4, 5}, NO_PADDING);
    double[] two = logits(Examples.MASKED, w, new int[] {1, 2, 3, 4, 6}, NO_PADDING);
    assertThat(two[0]).isNotEqualTo(one[0]);
  }

  @Test
  void paddingChangesNothingForTokens() {
    double[] w = Examples.parameters(Examples.BERT.layout());
    double[] alone = logits(Examples.BERT, w, new int[] {1, 2, 3}, new double[3]);
    double[] padding = {0, 0, 0, 1, 1};
    double[] padded = logits(Examples.BERT, w, new int[] {1, 2, 3, 6, 5}, padding);
    assertThat(Arrays.copyOf(padded, 3 * V)).containsExactly(alone, within(1e-12));
  }

  @Test
  void paddingRowsWithZeroWeightAddNothingToLossAndGradient() {
    double[] w = Examples.parameters(Examples.GPT2.layout());
    double[] one = lossAndGradient(1, w);
    assertThat(lossAndGradient(3, w)).containsExactly(one, within(1e-12));
  }

  private static double[] lossAndGradient(int batch, double[] w) {
    double[] weights = new double[batch * 4];
    Arrays.fill(weights, 0, 4, 0.25);
    try (Program p =
        new Examples.Usual(Examples.GPT2).training(Precision.FLOAT64, BatchShape.of(batch, 4))) {
      p.setParameters(w).set("weights", weights);
      p.set("tokens", Arrays.copyOf(new int[] {1, 2, 3, 4}, 4 * batch));
      p.set("targets", Arrays.copyOf(new int[] {2, 3, 4, 0}, 4 * batch));
      p.run();
      double[] all = new double[w.length + 1];
      w = p.gradients().doubles();
      System.arraycopy(w, 0, all, 1, w.length);
      all[0] = p.scalar("loss");
      return all;
    }
  }

  @Test
  void rotaryIsAMultiplicationOfComplexNumbers() {
    int length = 3;
    int d = 4;
    double[] x = Examples.numbers("x", length * d);
    double[] y = apply(x, new int[] {1, 1, length, d}, BlocksTest::rotated);
    for (int m = 0; m < length; m++) {
      for (int i = 0; i < d / 2; i++) {
        double angle = m * Math.pow(10000, -2.0 * i / d);
        double re = x[m * d + i];
        double im = x[m * d + d / 2 + i];
        assertThat(y[m * d + i])
            .isCloseTo(re * Math.cos(angle) - im * Math.sin(angle), within(1e-14));
        assertThat(y[m * d + d / 2 + i])
            .isCloseTo(re * Math.sin(angle) + im * Math.cos(angle), within(1e-14));
      }
    }
  }

  @Test
  void rotatedProductsDependOnTheDistanceAlone() {
    double[] q = Examples.numbers("q", 4);
    double[] k = Examples.numbers("k", 4);
    double[] rows = new double[6 * 8];
    for (int p = 0; p < 6; p++) {
      System.arraycopy(q, 0, rows, p * 4, 4);
      System.arraycopy(k, 0, rows, 24 + p * 4, 4);
    }
    double[] y = apply(rows, new int[] {1, 2, 6, 4}, BlocksTest::rotated);
    assertThat(dot(y, 4, 24)).isCloseTo(dot(y, 20, 24 + 16), within(1e-12)); // 1-0 and 5-4
    assertThat(dot(y, 4, 24)).isNotCloseTo(dot(y, 8, 24), within(1e-3));
  }

  private static Value rotated(Graph g, Value x) {
    return Rotary.of(10000).turn(g, x.size(2), x.size(3)).apply(x);
  }

  private static double dot(double[] y, int a, int b) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += y[a + i] * y[b + i];
    }
    return sum;
  }

  @Test
  void sinusoidsHaveTheirKnownValues() {
    double[] table = Positions.sinusoids(3, 4);
    assertThat(Arrays.copyOf(table, 4)).containsExactly(0, 1, 0, 1);
    assertThat(Arrays.copyOfRange(table, 8, 12))
        .containsExactly(
            new double[] {
              0.9092974268256817, -0.4161468365471424, 0.01999866669333308, 0.9998000066665778
            },
            within(1e-15));
  }

  @Test
  void timesBecomeCosinesThenSines() {
    double[] y =
        apply(new double[] {0, 2}, new int[] {2}, (g, t) -> TimeEmbedding.sinusoids(g, t, 4));
    assertThat(y)
        .containsExactly(
            new double[] {1, 1, 0, 0, Math.cos(2), Math.cos(0.02), Math.sin(2), Math.sin(0.02)},
            within(1e-15));
  }

  @Test
  void aGridTableHoldsColumnThenRow() {
    double[] table = Patches.gridSinusoids(2, 8);
    double s = Math.sin(1);
    double c = Math.cos(1);
    double fine = Math.sin(0.01);
    double full = Math.cos(0.01);
    assertThat(Arrays.copyOfRange(table, 8, 16)) // patch 1: row 0, column 1
        .containsExactly(new double[] {s, fine, c, full, 0, 0, 1, 1}, within(1e-15));
    assertThat(Arrays.copyOfRange(table, 16, 24)) // patch 2: row 1, column 0
        .containsExactly(new double[] {0, 0, 1, 1, s, fine, c, full}, within(1e-15));
  }

  @Test
  void aBlockUnderAdaptiveNormStartsAsTheIdentity() {
    // with every modulation at zero, depth cannot matter
    Transformer deep = Examples.GPT2.withTimed(true);
    Transformer flat = Transformer.gpt2(V, 6, 8, 1, 2).withHidden(12).withTimed(true);
    double[] shallow = timedLogits(flat);
    assertThat(timedLogits(deep)).containsExactly(shallow);
  }

  private static double[] timedLogits(Transformer network) {
    try (Program p = network.forward(Precision.FLOAT64, BatchShape.of(1, 3))) {
      p.setParameters(network.initial(3)).set("tokens", new int[] {1, 2, 3});
      p.set("time", new double[] {500}).run();
      return p.doubles("logits");
    }
  }

  @Test
  void aPatchTransformerStartsWithZero() {
    try (Program p = Examples.DIT.forward(Precision.FLOAT64, BatchShape.of(2))) {
      Examples.fill(p, Examples.DIT, BatchShape.of(2), false);
      p.setParameters(Examples.DIT.initial(1)).run();
      assertThat(p.doubles("prediction")).containsOnly(0);
      assertThat(p.shape("prediction")).containsExactly(2, 4, 4, 4);
    }
  }

  @Test
  void theConditionOfAPatchTransformerStartsWithUnitVarianceAtAnyWidth() {
    for (int width : new int[] {32, 512}) {
      PatchTransformer network = new PatchTransformer(1, 4, 2, width, 1, 2, 8, 10, false);
      Layout layout = network.layout();
      double[] w = network.initial(1);
      assertThat(deviation(w, layout.find("y_embedder.embedding_table.weight")))
          .isCloseTo(1, within(0.1));
      assertThat(deviation(w, layout.find("t_embedder.mlp.0.weight")))
          .isCloseTo(Math.sqrt(2.0 / 256), within(4e-3));
      assertThat(deviation(w, layout.find("t_embedder.mlp.2.weight")))
          .isCloseTo(Math.sqrt(2.0 / width), within(0.05 * Math.sqrt(2.0 / width)));
    }
  }

  @Test
  void initialNumbersFollowTheConvention() {
    Transformer network = Transformer.gpt2(50, 20, 32, 2, 4);
    Layout layout = network.layout();
    double[] w = network.initial(1);
    assertThat(deviation(w, layout.find("transformer.wte.weight"))).isCloseTo(0.02, within(2e-3));
    assertThat(deviation(w, layout.find("transformer.h.0.attn.c_proj.weight")))
        .isCloseTo(0.01, within(1e-3));
    assertThat(w[layout.find("transformer.ln_f.weight").offset()]).isEqualTo(1);
    assertThat(w[layout.find("transformer.ln_f.bias").offset()]).isZero();
    assertThat(network.initial(1)).containsExactly(w);
    assertThat(network.initial(2)).isNotEqualTo(w);
    // a tensor's numbers are its own, whatever else there is
    Transformer untied = network.withTied(false);
    assertThat(Arrays.copyOf(untied.initial(1), w.length)).containsExactly(w);
  }

  private static double deviation(double[] w, Layout.Tensor t) {
    double squares = 0;
    for (int i = t.offset(); i < t.offset() + t.size(); i++) {
      squares += w[i] * w[i];
    }
    return Math.sqrt(squares / t.size());
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> Transformer.gpt2(7, 6, 8, 1, 3)).hasMessageContaining("3 heads");
    assertThatThrownBy(() -> Transformer.gpt2(7, 6, 6, 1, 2).withPositions(Positions.ROTARY))
        .hasMessageContaining("even width of a head");
    assertThatThrownBy(() -> Transformer.gpt2(0, 6, 8, 1, 2)).hasMessageContaining("vocabulary");
    assertThatThrownBy(() -> new PatchTransformer(1, 5, 2, 8, 1, 2, 8, 0, false))
        .hasMessageContaining("multiple of patch 2");
    assertThatThrownBy(() -> Examples.GPT2.forward(Precision.FLOAT32, BatchShape.of(1, 7)))
        .hasMessageContaining("row of 7 tokens");
  }
}
