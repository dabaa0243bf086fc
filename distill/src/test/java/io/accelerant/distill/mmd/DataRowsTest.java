package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataRowsTest {
  private static final FeatureTable SAMPLES =
      new FeatureTable(MmdTest.normal(6, 2, 0.4, 1).numbers(), 2, new int[] {0, 1, 0, 0, 0, 1});
  private static final FeatureTable ROWS = MmdTest.normal(9, 2, 0, 2);

  static List<Mmd> all() {
    return MmdTest.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void withoutClassesItIsTheDiscrepancyOfTwoTables(Mmd mmd) {
    Mmd.Estimate expected = mmd.of(SAMPLES, ROWS);
    Mmd.Estimate found = DataRows.of(mmd, ROWS, false).against(SAMPLES);
    assertThat(found.value()).isCloseTo(expected.value(), within(1e-12));
    assertThat(found.gradient()).containsExactly(expected.gradient(), within(1e-15));
  }

  /**
   * Rows of a class as often as the class is drawn: twice those of 0, once those of 1, none of 2.
   */
  @Test
  void aClassCountsAsMuchAsAmongTheSamples() {
    Mmd biased = new Mmd(Kernel.Gaussians.ofSigmas(0.5, 1, 3), false, 0.5);
    int[] rows = {0, 3, 6, 0, 3, 6, 1, 4, 7};
    FeatureTable repeated =
        new FeatureTable(
            Arrays.stream(rows)
                .flatMap(row -> IntStream.of(2 * row, 2 * row + 1))
                .mapToDouble(at -> ROWS.numbers()[at])
                .toArray(),
            2,
            Arrays.stream(rows).map(row -> row % 3).toArray());
    Mmd.Estimate expected = biased.of(SAMPLES, repeated);
    Mmd.Estimate found = DataRows.of(biased, ROWS, true).against(SAMPLES);
    assertThat(found.value()).isCloseTo(expected.value(), within(1e-12));
    assertThat(found.gradient()).containsExactly(expected.gradient(), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("all")
  void theGradientIsThatOfFiniteDifferences(Mmd mmd) {
    DataRows data = DataRows.of(mmd, ROWS, true);
    double[] gradient = data.against(SAMPLES).gradient();
    double[] numbers = SAMPLES.numbers().clone();
    FeatureTable moved = new FeatureTable(numbers, 2, SAMPLES.labels());
    for (int i = 0; i < gradient.length; i++) {
      int at = i;
      double slope =
          MmdTest.slope(
              numbers[i],
              v -> {
                numbers[at] = v;
                return data.against(moved).value();
              });
      assertThat(gradient[i]).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }
}
