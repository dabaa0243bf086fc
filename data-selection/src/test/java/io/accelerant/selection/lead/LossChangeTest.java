package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossChangeTest {
  private static final double RATE = .1;

  /** Gradients in the plane; the nearest point of the segment between them by geometry. */
  @ParameterizedTest
  @CsvSource({
    "3, 0, 0, 4, .64, 5.76", // orthogonal: the height of the triangle, 12 / 5
    "1, 0, 3, 0, 1, 1", // parallel: the shorter end
    "3, 0, 1, 0, 0, 1",
    "1, 0, -3, 0, .75, 0", // opposite: 0 lies between
    "2, 1, 2, 1, 0, 5", // equal
    "1, 0, 5, 3, 1, 1", // an acute angle: the shorter end
    "0, 0, 1, 1, 1, 0"
  })
  void theMixIsTheShortest(
      double x1, double y1, double x2, double y2, double mix, double squaredNorm) {
    LossChange found =
        LossChange.minNorm(x1 * x1 + y1 * y1, x2 * x2 + y2 * y2, x1 * x2 + y1 * y2, RATE);
    assertThat(found.mix()).isCloseTo(mix, within(1e-15));
    assertThat(found.value()).isCloseTo(-RATE * squaredNorm, within(1e-14));
  }

  @Test
  void noMixOfTheSegmentIsShorterAndNoChangeIsOutOfBounds() {
    RandomStream random = new RandomStream(1, 2, 3, 4);
    for (int trial = 0; trial < 500; trial++) {
      double[] a = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      double[] b = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      double first = dot(a, a);
      double second = dot(b, b);
      double value = LossChange.minNorm(first, second, dot(a, b), RATE).value();
      assertThat(value).isBetween(-RATE * Math.min(first, second), 0.0);
      double other = random.nextDouble();
      double[] mixed = new double[3];
      for (int i = 0; i < 3; i++) {
        mixed[i] = other * a[i] + (1 - other) * b[i];
      }
      assertThat(value).isGreaterThan(-RATE * dot(mixed, mixed) - 1e-12);
    }
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1] + (a.length > 2 ? a[2] * b[2] : 0);
  }

  @Test
  void theFirstRoundOfAllExpectsNothing() {
    assertThat(new GradientMemory().expected(2, RATE)).isEqualTo(LossChange.NONE);
  }

  @Test
  void anUnknownClusterIsExpectedToBeLikeTheRoundBefore() {
    GradientMemory memory = new GradientMemory();
    memory.trained(0, new double[] {3, 4});
    assertThat(memory.expected(1, RATE)).isEqualTo(new LossChange(0, 25, 0, 0, -RATE * 25));
  }

  @Test
  void aClusterIsRememberedByItsFirstRound() {
    GradientMemory memory = new GradientMemory();
    memory.trained(0, new double[] {3, 0});
    memory.trained(0, new double[] {7, 7});
    memory.trained(1, new double[] {0, 4});
    LossChange found = memory.expected(0, RATE);
    assertThat(found.deltaCluster()).isEqualTo(9);
    assertThat(found.deltaPrevious()).isEqualTo(16);
    assertThat(found.dot()).isZero();
    assertThat(found.value()).isCloseTo(-RATE * 5.76, within(1e-15));
  }

  @Test
  void memoryGoesOnFromItsState() {
    GradientMemory memory = new GradientMemory();
    memory.trained(0, new double[] {3, 1});
    memory.trained(12, new double[] {1, 4});
    GradientMemory other = new GradientMemory();
    other.trained(5, new double[] {9, 9});
    other.restore(memory.state());
    for (int cluster : new int[] {0, 5, 12}) {
      assertThat(other.expected(cluster, RATE)).isEqualTo(memory.expected(cluster, RATE));
    }
    other.restore(Map.of());
    assertThat(other.expected(0, RATE)).isEqualTo(LossChange.NONE);
  }
}
