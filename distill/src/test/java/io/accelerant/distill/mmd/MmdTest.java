package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MmdTest {
  private static final Kernel CUBIC = new Kernel.Polynomial(3, 0.5, 1);

  /** Rows of N(mean, 1) with classes 0, 1, 2 in turn. */
  static FeatureTable normal(int rows, int width, double mean, long seed) {
    double[] numbers = new double[rows * width];
    RandomStream stream = new RandomStream(seed, 1, 0, 0);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = mean + stream.nextGaussian();
    }
    return new FeatureTable(numbers, width, IntStream.range(0, rows).map(i -> i % 3).toArray());
  }

  static List<Mmd> all() {
    Kernel mixture = Kernel.Gaussians.ofSigmas(0.5, 1, 3);
    return List.of(
        Mmd.of(CUBIC, true),
        Mmd.of(CUBIC, false),
        Mmd.of(new Kernel.Gaussians(new double[] {0.3}), true),
        new Mmd(mixture, true, 1),
        new Mmd(mixture, false, 0.5));
  }

  /** The definition, term by term. */
  private static double plain(Mmd mmd, FeatureTable x, FeatureTable y) {
    return ownMean(mmd, x) + ownMean(mmd, y) - 2 * mean(mmd, x, y, true);
  }

  private static double ownMean(Mmd mmd, FeatureTable x) {
    double n = x.rows();
    return mean(mmd, x, x, !mmd.unbiased()) * (mmd.unbiased() ? n / (n - 1) : 1);
  }

  private static double mean(Mmd mmd, FeatureTable x, FeatureTable y, boolean diagonal) {
    double sum = 0;
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < y.rows(); j++) {
        if (i != j || diagonal) {
          double[] at = new double[2];
          mmd.kernel().at(x.dot(i, y, j), x.squares()[i], y.squares()[j], at);
          sum += x.labels()[i] == y.labels()[j] ? at[0] : at[0] * (1 - mmd.classShare());
        }
      }
    }
    return sum / x.rows() / y.rows();
  }

  @ParameterizedTest
  @MethodSource("all")
  void theValueIsTheSumOfTheDefinition(Mmd mmd) {
    FeatureTable x = normal(7, 3, 0.4, 1);
    FeatureTable y = normal(5, 3, 0, 2);
    assertThat(mmd.of(x, y).value()).isCloseTo(plain(mmd, x, y), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("all")
  void theGradientIsThatOfFiniteDifferences(Mmd mmd) {
    FeatureTable x = normal(6, 2, 0.4, 1);
    FeatureTable y = normal(9, 2, 0, 2);
    double[] gradient = mmd.of(x, y).gradient();
    for (int i = 0; i < gradient.length; i++) {
      int at = i;
      double[] moved = x.numbers();
      double slope =
          slope(
              moved[i],
              v -> {
                moved[at] = v;
                return mmd.of(x, y).value();
              });
      assertThat(gradient[i]).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  /** Central difference; leaves the value as it was. */
  static double slope(double at, DoubleUnaryOperator function) {
    double h = 1e-5;
    double up = function.applyAsDouble(at + h);
    double down = function.applyAsDouble(at - h);
    function.applyAsDouble(at);
    return (up - down) / (2 * h);
  }

  @Test
  void theOrderOfRowsChangesNothing() {
    FeatureTable x = normal(8, 2, 0.4, 1);
    FeatureTable y = normal(8, 2, 0, 2);
    double[][] rows = x.matrix();
    java.util.Collections.reverse(Arrays.asList(rows));
    FeatureTable turned =
        FeatureTable.of(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), 2);
    Mmd mmd = Mmd.of(CUBIC, true);
    assertThat(mmd.of(turned, y).value()).isCloseTo(mmd.of(x, y).value(), within(1e-12));
  }

  /** Of two samples of one law the unbiased value scatters about 0, the biased one lies above. */
  @Test
  void theMeanOfTheUnbiasedValueOverDrawsIsZeroAndTheBiasedOneIsNot() {
    Kernel kernel = Kernel.Gaussians.ofSigmas(1);
    double[] unbiased = new double[400];
    double biased = 0;
    for (int draw = 0; draw < unbiased.length; draw++) {
      FeatureTable x = normal(10, 2, 0, 1000 + draw);
      FeatureTable y = normal(10, 2, 0, 9000 + draw);
      unbiased[draw] = Mmd.of(kernel, true).of(x, y).value();
      biased += Mmd.of(kernel, false).of(x, y).value() / unbiased.length;
    }
    double mean = Arrays.stream(unbiased).average().orElseThrow();
    double squares = Arrays.stream(unbiased).map(v -> (v - mean) * (v - mean)).sum();
    double error = Math.sqrt(squares / unbiased.length / unbiased.length);
    assertThat(mean).isBetween(-4 * error, 4 * error);
    assertThat(Arrays.stream(unbiased).min().orElseThrow()).isNegative();
    assertThat(biased).isGreaterThan(10 * error);
  }

  /** N(0,1) against N(m,1), k = exp(-d^2/2): 2 / sqrt 3 (1 - exp(-m^2/6)). */
  @Test
  void twoNormalLawsHaveTheirClosedValue() {
    double closed = 2 / Math.sqrt(3) * (1 - Math.exp(-1.0 / 6));
    double sum = 0;
    for (int draw = 0; draw < 40; draw++) {
      FeatureTable x = normal(200, 1, 1, 100 + draw);
      FeatureTable y = normal(200, 1, 0, 500 + draw);
      sum += Mmd.of(Kernel.Gaussians.ofSigmas(1), true).of(x, y).value() / 40;
    }
    assertThat(sum).isCloseTo(closed, within(0.01));
  }

  @Test
  void exchangedClassesAreSeenOnlyWhereClassesAreCompared() {
    FeatureTable y = normal(30, 2, 0, 2);
    for (int row = 0; row < 30; row++) {
      y.numbers()[2 * row] += 5 * (row % 3); // the class is the place
    }
    FeatureTable exchanged =
        new FeatureTable(y.numbers(), 2, Arrays.stream(y.labels()).map(c -> (c + 1) % 3).toArray());
    Kernel kernel = Kernel.Gaussians.ofSigmas(1);
    assertThat(Mmd.of(kernel, false).of(exchanged, y).value()).isCloseTo(0, within(1e-12));
    assertThat(new Mmd(kernel, false, 1).of(exchanged, y).value()).isGreaterThan(0.1);
  }

  @Test
  void theMedianRuleFollowsTheScaleOfTheData() {
    FeatureTable x = normal(20, 2, 0, 1);
    FeatureTable large = FeatureTable.of(Arrays.stream(x.numbers()).map(v -> 10 * v).toArray(), 2);
    assertThat(Kernel.medianSquaredDistance(large))
        .isCloseTo(100 * Kernel.medianSquaredDistance(x), within(1e-9));
    assertThat(Kernel.medianSquaredDistance(FeatureTable.of(new double[] {0, 1, 3}, 1)))
        .isEqualTo(4); // of 1, 4, 9
  }

  @Test
  void whatCannotBeComparedIsRefused() {
    Mmd mmd = Mmd.of(CUBIC, true);
    assertThatThrownBy(() -> mmd.of(normal(3, 2, 0, 1), normal(3, 3, 0, 1)))
        .hasMessageContaining("features of 2 and of 3 numbers");
    assertThatThrownBy(() -> mmd.of(normal(1, 2, 0, 1), normal(3, 2, 0, 1)))
        .hasMessageContaining("at least 2");
    assertThatThrownBy(() -> Kernel.Gaussians.ofMedian(FeatureTable.of(new double[4], 1), 1))
        .hasMessageContaining("positive rates");
  }
}
