package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.HalfFloats;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StorageTest {
  private static final int[] TOKENS = {3, 0, 99, 3, 41, 7};
  private static final List<String> ADAPTERS = List.of("0.a", "0.b", "1.a", "1.b");

  /** A table that is read and multiplied by, and two blocks with adapters. */
  private static Program program(Storage storage, boolean training) {
    Graph g = new Graph(Precision.FLOAT32).frozen(storage, name -> true);
    Value table = g.parameter("table", 100, 24);
    Value x = g.embedding(table, g.indices("tokens", 6));
    x = x.add(g.parameter("positions", 9, 24).slice(0, 0, 6));
    for (int i = 0; i < 2; i++) {
      Value h = x.layerNorm(g.parameter(i + ".gain", 24), g.parameter(i + ".bias", 24), 1e-5);
      Value y = h.matmul(g.parameter(i + ".w", 24, 24));
      Value low = h.matmul(g.parameter(i + ".a", 2, 24), false, true);
      x = x.add(y.add(low.matmul(g.parameter(i + ".b", 24, 2), false, true)).geluTanh());
    }
    Value logits = x.matmul(table, false, true);
    g.output("logits", logits);
    g.output("loss", g.negativeLogLikelihood(logits, g.constant(TOKENS, 6)).sum());
    return training ? g.training("loss", ADAPTERS) : g.forward();
  }

  private static float[] parameters(Storage storage, Layout layout) {
    RandomStream stream = new RandomStream(5, RandomStream.purpose("storage-test"), 0, 0);
    float[] numbers = new float[layout.size()];
    for (int i = 0; i < numbers.length; i++) {
      float number = (float) stream.nextGaussian();
      numbers[i] =
          storage == Storage.FLOAT16
              ? HalfFloats.fromHalf(HalfFloats.toHalf(number))
              : HalfFloats.fromBFloat16(HalfFloats.toBFloat16(number));
    }
    for (String adapter : ADAPTERS) { // which are trained, and stay in float32
      Layout.Tensor t = layout.find(adapter);
      for (int i = t.offset(); i < t.offset() + t.size(); i++) {
        numbers[i] *= 1.0001f;
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void matricesOf16BitsGiveTheBitsOfTheSameNumbersIn32(Storage storage) {
    try (Program narrow = program(storage, true);
        Program wide = program(Storage.FLOAT32, true)) {
      for (Program p : List.of(narrow, wide)) {
        p.setParameters(parameters(storage, p.parameters())).set("tokens", TOKENS).run();
        p.run(); // the second run finds the first one's leftovers
      }
      assertThat(narrow.floats("logits")).containsExactly(wide.floats("logits"));
      assertThat(narrow.gradients().norm()).isGreaterThan(1);
      assertThat(narrow.gradients().floats()).containsExactly(wide.gradients().floats());
    }
  }

  @Test
  void everyMatrixTakesHalfAndTheWideCopiesShareTheirMemory() {
    try (Program narrow = program(Storage.BFLOAT16, false);
        Program wide = program(Storage.FLOAT32, false)) {
      float[] numbers = new float[wide.parameters().size()]; // zeros are 16-bit numbers
      narrow.setParameters(numbers).set("tokens", TOKENS).run();
      int matrices = 100 * 24 + 9 * 24 + 2 * (24 * 24 + 2 * 2 * 24);
      int rows = 6 * 24;
      int widest = 100 * 24 + 9 * 24 + 24 * 24 + 2 * 24 + 24 * 2;
      assertThat(wide.nativeBytes() - narrow.nativeBytes())
          .isGreaterThanOrEqualTo(2L * matrices - 4L * widest - 2L * rows - 4L * rows);
    }
  }

  @Test
  void aNumberThat16BitsDoNotHoldIsRefused() {
    try (Program narrow = program(Storage.BFLOAT16, false)) {
      float[] numbers = new float[narrow.parameters().find("0.w").size()];
      numbers[5] = 0.1f;
      assertThatThrownBy(() -> narrow.set("0.w", numbers))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("engine.frozen is bfloat16, which does not hold")
          .hasMessageContaining("0.1");
      numbers[5] = Float.NaN;
      narrow.set("0.w", numbers);
    }
  }
}
