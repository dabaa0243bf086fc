package io.accelerant.core.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {
  @Test
  void equalNumbersShareTheirMeanRank() {
    assertThat(RankCorrelation.ranks(new double[] {3, 1, 3, 9})).containsExactly(1.5, 0, 1.5, 3);
  }

  @Test
  void onlyTheOrderCounts() {
    assertThat(RankCorrelation.of(new double[] {0, 1, 2}, new double[] {7, 1, -90})).isEqualTo(-1);
    assertThat(RankCorrelation.of(new double[] {1, 2, 3, 4}, new double[] {1, 9, 8, 100}))
        .isCloseTo(1 - 6.0 * 2 / (4 * 15), within(1e-15)); // 1 - 6 sum d^2 / (n (n^2 - 1))
  }
}
