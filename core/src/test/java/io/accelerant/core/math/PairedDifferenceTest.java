package io.accelerant.core.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

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

  /** Leaving out a block of a mean: the jackknife's error is that of the mean. */
  @Test
  void theJackknifeIntervalIsOf95Percent() {
    double[] blocks = {1, 2, 3, 4, 6};
    double mean = Arrays.stream(blocks).average().orElseThrow();
    double[] without = Arrays.stream(blocks).map(b -> (5 * mean - b) / 4).toArray();
    double variance = Arrays.stream(blocks).map(b -> (b - mean) * (b - mean)).sum() / 4;
    PairedDifference difference = PairedDifference.ofBlocks(mean, without);
    double half = 1.959964 * Math.sqrt(variance / 5);
    assertThat(difference.value()).isEqualTo(mean);
    assertThat(difference.high() - mean).isCloseTo(half, within(1e-4 * half));
    assertThat(mean - difference.low()).isCloseTo(half, within(1e-4 * half));
  }
}
