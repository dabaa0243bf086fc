package io.accelerant.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
  private enum Colour {
    RED,
    GREEN
  }

  private record Inner(double number, List<Long> longs, Map<String, double[]> byName) {}

  private record Outer(
      int i, long l, boolean b, String s, Colour c, float[] f, byte[] bytes, Inner[] inner) {}

  private record Sorted(SortedMap<String, Double> numbers) {}

  private record Flat(double[] a, double[][] b, int[] c) {}

  private record Pair(double a, double b) {
    Pair {
      if (a > b) {
        throw new IllegalArgumentException("a > b");
      }
    }
  }

  private static <T> T throughText(T value, Class<T> type) {
    String text = CanonicalJson.write(Map.of("value", RecordJson.tree(value)));
    return RecordJson.read(CanonicalJson.readObject(text, "it").get("value"), type, "it");
  }

  @Test
  void nestedRecordsComeBackAsTheyWere() {
    Inner inner = new Inner(1.0 / 3, List.of(3L, 1L << 60), Map.of("x", new double[] {-0.0, 8}));
    Outer outer =
        new Outer(
            -7,
            5,
            true,
            "a \"b\"",
            Colour.GREEN,
            new float[] {0.1f},
            new byte[] {-1, 2}, //
            new Inner[] {inner, inner});
    assertThat(throughText(outer, Outer.class))
        .usingRecursiveComparison()
        .withStrictTypeChecking()
        .isEqualTo(outer);
  }

  @Test
  void sortedMapsComeBackSorted() {
    Sorted sorted = new Sorted(new TreeMap<>(Map.of("b", 2.0, "a", 0.1)));
    assertThat(throughText(sorted, Sorted.class)).isEqualTo(sorted);
  }

  @Test
  void doublesKeepTheirBits() {
    double[] numbers = {Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 0.1, 1e22, Math.PI, 1e-7, 42};
    Flat back =
        throughText(new Flat(numbers, new double[][] {{1.1}, {}}, new int[] {1}), Flat.class);
    for (int i = 0; i < numbers.length; i++) {
      assertThat(Double.doubleToRawLongBits(back.a()[i]))
          .isEqualTo(Double.doubleToRawLongBits(numbers[i]));
    }
    assertThat(back.b()).isDeepEqualTo(new double[][] {{1.1}, {}});
  }

  @Test
  void floatsThatAreNoNumbersComeBackToo() {
    float[] back =
        throughText(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, -0f}, float[].class);
    assertThat(back).containsExactly(Float.NaN, Float.NEGATIVE_INFINITY, -0f);
  }

  @Test
  void plainValuesNeedNoRecord() {
    assertThat(throughText("text", String.class)).isEqualTo("text");
    assertThat(throughText(0.1, Double.class)).isEqualTo(0.1);
    assertThat(throughText(new Pair[] {new Pair(1, 2)}, Pair[].class)).contains(new Pair(1, 2));
  }

  @Test
  void anotherFormIsRefused() {
    for (Object tree :
        List.of(
            Map.of("a", 1.0),
            Map.of("a", 1.0, "c", 2.0),
            Map.of("a", 1.0, "b", "2"),
            Map.of("a", 2.0, "b", 1.0),
            List.of(1.0, 2.0),
            "text")) {
      assertThatThrownBy(() -> RecordJson.read(tree, Pair.class, "fit.m8"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("fit.m8 is not of the form Pair");
    }
  }
}
