package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineClustersTest {
  private static double[] numbers(int count, int seed) {
    RandomStream stream = new RandomStream(seed, 1, 0, 0);
    return IntStream.range(0, count)
        .mapToDouble(i -> Math.rint(20 * stream.nextDouble()) / 10) // some are equal
        .toArray();
  }

  /** Squared distances to the mean of each cluster. */
  private static double cost(double[] values, int[] labels) {
    double cost = 0;
    for (int cluster = 0; cluster <= Arrays.stream(labels).max().orElseThrow(); cluster++) {
      int own = cluster;
      double[] members =
          IntStream.range(0, values.length)
              .filter(i -> labels[i] == own)
              .mapToDouble(i -> values[i])
              .toArray();
      double mean = Arrays.stream(members).average().orElseThrow();
      cost += Arrays.stream(members).map(x -> (x - mean) * (x - mean)).sum();
    }
    return cost;
  }

  /** Of all cuts of the sorted values into three. */
  private static double leastOfThree(double[] values) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    double least = Double.POSITIVE_INFINITY;
    for (int a = 1; a < sorted.length - 1; a++) {
      for (int b = a + 1; b < sorted.length; b++) {
        int[] labels = new int[sorted.length];
        Arrays.fill(labels, a, b, 1);
        Arrays.fill(labels, b, labels.length, 2);
        least = Math.min(least, cost(sorted, labels));
      }
    }
    return least;
  }

  @Test
  void noCutIsBetter() {
    for (int seed = 0; seed < 20; seed++) {
      double[] values = numbers(14, seed);
      assertThat(cost(values, LineClusters.means(values, 3)))
          .isEqualTo(leastOfThree(values), within(1e-12));
    }
  }

  @Test
  void clustersRiseWithTheirNumbers() {
    assertThat(LineClusters.means(new double[] {5, .1, 9, 5.2, 0, 9.3}, 3))
        .containsExactly(1, 0, 2, 1, 0, 2);
  }

  @Test
  void equalValuesStayTogetherHoweverMany() {
    double[] values = new double[1000];
    Arrays.fill(values, 0, 900, 0);
    Arrays.fill(values, 900, 1000, 1);
    int[] labels = LineClusters.means(values, 7);
    assertThat(Arrays.stream(labels).distinct().toArray()).containsExactly(0, 1);
    assertThat(Arrays.stream(labels).sum()).isEqualTo(100);
  }

  @Test
  void thereAreAsManyClustersAsValuesAtMost() {
    assertThat(LineClusters.means(new double[] {3, 1}, 7)).containsExactly(1, 0);
    assertThat(LineClusters.means(new double[0], 7)).isEmpty();
  }

  @Test
  void veryManyValuesAreCutOnAGrid() {
    int count = 3 * LineClusters.EXACT_VALUES;
    double[] values = IntStream.range(0, count).mapToDouble(i -> i).toArray();
    int[] labels = LineClusters.means(values, 2);
    int half = (int) Arrays.stream(labels).filter(label -> label == 0).count();
    assertThat(half).isCloseTo(count / 2, within(3)); // one cell
    assertThat(labels[half - 1]).isZero();
    assertThat(labels[half]).isOne();
  }

  @Test
  void quantilesHaveEqualSizes() {
    double[] values = {.3, .1, .2, .1, .9, .8, .7};
    assertThat(LineClusters.quantiles(values, 3)).containsExactly(1, 0, 0, 0, 2, 2, 1);
    assertThat(LineClusters.quantiles(values, 9)).containsExactly(3, 0, 2, 1, 6, 5, 4);
  }
}
