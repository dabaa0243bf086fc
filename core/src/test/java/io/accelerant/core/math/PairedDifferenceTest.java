package io.accelerant.core.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedDifferenceTest {
  private static final int UNITS = 200;
  private static final int SEEDS = 20;

  /** Half of the units at 1, half at -1: their mean is normal with deviation 1/sqrt(n). */
  private static double[] coins() {
    double[] units = new double[2 * UNITS];
    for (int u = 0; u < UNITS; u++) {
      units[2 * u] = u % 2 == 0 ? 1 : -1;
      units[2 * u + 1] = 1;
    }
    return units;
  }

  /** Over so many seeds each end is known to 0.015 standard errors; 90% would end at 1.645. */
  @Test
  void theBootstrapIntervalIsOf95Percent() {
    double[] zero = coins();
    for (int u = 0; u < UNITS; u++) {
      zero[2 * u] = 0;
    }
    double low = 0;
    double high = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      PairedDifference difference = PairedDifference.ofRatios(coins(), zero, seed);
      assertThat(difference.value()).isZero();
      low += difference.low() * Math.sqrt(UNITS) / SEEDS;
      high += difference.high() * Math.sqrt(UNITS) / SEEDS;
    }
    assertThat(low).isCloseTo(-1.96, within(0.08));
    assertThat(high).isCloseTo(1.96, within(0.08));
  }

  /** Leaving out a block of a mean: the jackknife's error is that of the mean, of 4 degrees. */
  @Test
  void theJackknifeIntervalIsOf95Percent() {
    double[] blocks = {1, 2, 3, 4, 6};
    double mean = Arrays.stream(blocks).average().orElseThrow();
    double[] without = Arrays.stream(blocks).map(b -> (5 * mean - b) / 4).toArray();
    double variance = Arrays.stream(blocks).map(b -> (b - mean) * (b - mean)).sum() / 4;
    PairedDifference difference = PairedDifference.ofBlocks(mean, without);
    double half = 2.776445 * Math.sqrt(variance / 5);
    assertThat(difference.value()).isEqualTo(mean);
    assertThat(difference.high() - mean).isCloseTo(half, within(1e-4 * half));
    assertThat(mean - difference.low()).isCloseTo(half, within(1e-4 * half));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 12.7062",
    "10, 2.2281",
    "11, 2.20099",
    "15, 2.13145",
    "30, 2.04227",
    "100, 1.98397"
  })
  void studentsQuantilesAreThoseOfTables(int degrees, double quantile) {
    assertThat(PairedDifference.student(degrees)).isCloseTo(quantile, within(1e-4));
  }

  @Test
  void itsMetricsAreWhatIsFinite() {
    PairedDifference difference = new PairedDifference(1, -2, 4);
    assertThat(difference.metrics("a")).isEqualTo(Map.of("a", 1.0, "a.low", -2.0, "a.high", 4.0));
    assertThat(PairedDifference.find(difference.metrics("a"), "a")).contains(difference);
    Map<String, Number> ofOne = PairedDifference.ofPairs(new double[] {2}).metrics("a");
    assertThat(ofOne).isEqualTo(Map.of("a", 2.0));
    assertThat(PairedDifference.find(ofOne, "a")).isEmpty();
  }

  /** Of 1, 2, 3 and 6 the mean is 3, its squared error (4 + 1 + 0 + 9) / 3 / 4. */
  @Test
  void fewPairsAreJudgedByStudentsT() {
    PairedDifference difference = PairedDifference.ofPairs(new double[] {1, 2, 3, 6});
    double half = 3.1824 * Math.sqrt(14 / 12.0);
    assertThat(difference.value()).isEqualTo(3);
    assertThat(difference.low()).isCloseTo(3 - half, within(1e-12));
    assertThat(difference.high()).isCloseTo(3 + half, within(1e-12));
    assertThat(PairedDifference.ofPairs(new double[] {2}))
        .isEqualTo(new PairedDifference(2, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
  }
}
