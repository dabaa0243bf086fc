package io.accelerant.core.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  private static float[][] normal(int count, int d, double shift, double scale, long seed) {
    float[][] rows = new float[count][d];
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(seed, 1, i, 0);
      for (int j = 0; j < d; j++) {
        rows[i][j] = (float) (shift + scale * (j + 1) * stream.nextGaussian());
      }
    }
    return rows;
  }

  private static Moments moments(double[] mean, double[][] covariance) {
    return new Moments(2, mean, covariance);
  }

  @Test
  void momentsAreThoseOfTheTextbook() {
    Moments m = Moments.of(new float[][] {{1, 2}, {3, 6}, {5, 4}});
    assertThat(m.mean()).containsExactly(3, 4);
    assertThat(m.covariance()).isDeepEqualTo(new double[][] {{4, 2}, {2, 4}});
  }

  @Test
  void eigenvectorsTurnTheMatrixToItsValues() {
    double[][] a = Moments.of(normal(40, 12, 0, 1, 3)).covariance();
    SymmetricEigen eigen = SymmetricEigen.of(a);
    for (int k = 0; k < 12; k++) {
      for (int i = 0; i < 12; i++) {
        double av = 0;
        for (int j = 0; j < 12; j++) {
          av += a[i][j] * eigen.vectors()[j][k];
        }
        assertThat(av).isCloseTo(eigen.values()[k] * eigen.vectors()[i][k], within(1e-11));
      }
    }
    double[][] root = eigen.squareRoot();
    double entry = 0;
    for (int k = 0; k < 12; k++) {
      entry += root[2][k] * root[k][7];
    }
    assertThat(entry).isCloseTo(a[2][7], within(1e-11));
  }

  /** Commuting covariances: |m|^2 + sum (sigma_a - sigma_b)^2. */
  @Test
  void diagonalLawsHaveAClosedForm() {
    Moments a = moments(new double[] {1, 0}, new double[][] {{4, 0}, {0, 9}});
    Moments b = moments(new double[] {0, 2}, new double[][] {{1, 0}, {0, 25}});
    assertThat(FrechetDistance.between(a, b)).isCloseTo(1 + 4 + 1 + 4, within(1e-12));
  }

  /**
   * In two dimensions tr(C^(1/2)) = sqrt(tr C + 2 sqrt(det C)): a check of covariances that do not
   * commute.
   */
  @Test
  void lawsThatDoNotCommuteAgreeWithTheTwoDimensionalFormula() {
    double[][] s = {{2, 1}, {1, 3}};
    double[][] t = {{4, -1}, {-1, 1}};
    double traceOfProduct = 2 * 4 + 1 * -1 + 1 * -1 + 3 * 1;
    double determinant = (2 * 3 - 1) * (4 - 1);
    double expected = 5 + 5 - 2 * Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinant));
    Moments a = moments(new double[2], s);
    Moments b = moments(new double[2], t);
    assertThat(FrechetDistance.between(a, b)).isCloseTo(expected, within(1e-12));
    assertThat(FrechetDistance.between(b, a)).isCloseTo(expected, within(1e-12));
  }

  /** Fewer rows than dimensions: the root of a singular covariance. */
  @Test
  void aLawIsAtNoDistanceFromItself() {
    Moments wide = Moments.of(normal(20, 30, 1, 2, 5));
    assertThat(FrechetDistance.between(wide, wide)).isCloseTo(0, within(1e-6));
  }

  @Test
  void distanceGrowsWithTheDifferenceAndShrinksWithTheSample() {
    Moments reference = Moments.of(normal(4000, 6, 0, 1, 1));
    double few = FrechetDistance.between(reference, Moments.of(normal(50, 6, 0, 1, 2)));
    double many = FrechetDistance.between(reference, Moments.of(normal(4000, 6, 0, 1, 2)));
    double shifted = FrechetDistance.between(reference, Moments.of(normal(4000, 6, 2, 1, 2)));
    assertThat(many).isPositive().isLessThan(few / 5);
    assertThat(shifted).isCloseTo(6 * 4, within(1.5));
  }

  @Test
  void labelsThatDoNotFitAreSeenInTheJointSpaceOnly() {
    int count = 2000;
    float[][] features = new float[count][2];
    int[] labels = new int[count];
    int[] other = new int[count];
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(1, 2, i, 0);
      labels[i] = i % 2;
      other[i] = i / 2 % 2;
      features[i][0] = (float) (labels[i] + 0.1 * stream.nextGaussian());
      features[i][1] = (float) stream.nextGaussian();
    }
    double scale = FeatureSpaces.meanNorm(features);
    Moments right = Moments.of(FeatureSpaces.withLabels(features, labels, 2, scale));
    Moments wrong = Moments.of(FeatureSpaces.withLabels(features, other, 2, scale));
    assertThat(FrechetDistance.between(right, wrong)).isGreaterThan(0.1);
    assertThat(FrechetDistance.between(Moments.of(features), Moments.of(features)))
        .isCloseTo(0, within(1e-9));
  }

  @Test
  void pooledPixelsAreMeansOfBlocks() {
    float[] image = new float[2 * 32 * 32];
    for (int p = 0; p < image.length; p++) {
      image[p] = p / 1024 * 1000 + p / 32 % 32;
    }
    // two channels of 32 by 32 come down to 8 by 8 each
    float[] pooled = FeatureSpaces.pooledPixels(new float[][] {image}, 2, 32)[0];
    assertThat(pooled).hasSize(128);
    assertThat(pooled[0]).isEqualTo(1.5f);
    assertThat(pooled[8]).isEqualTo(5.5f);
    assertThat(pooled[64]).isEqualTo(1001.5f);
    assertThat(FeatureSpaces.pooledPixels(new float[][] {new float[784]}, 1, 28)[0]).hasSize(196);
  }

  @Test
  void badFeaturesAreRefused() {
    assertThatThrownBy(() -> Moments.of(new float[][] {{1}})).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Moments.of(new float[][] {{1, Float.NaN}, {1, 2}}))
        .hasMessage("feature 1 is not a finite number in some row.");
    Moments one = moments(new double[1], new double[1][1]);
    Moments two = moments(new double[2], new double[2][2]);
    assertThatThrownBy(() -> FrechetDistance.between(one, two))
        .hasMessage("features of 1 and of 2 dimensions");
  }

  /** As the definition has it, with the roots of both covariances. */
  private static double byBothRoots(Moments a, Moments b) {
    double[][] rootA = SymmetricEigen.of(a.covariance()).squareRoot();
    double[][] rootB = SymmetricEigen.of(b.covariance()).squareRoot();
    int d = rootA.length;
    double[][] product = new double[d][d];
    double distance = 0;
    for (int i = 0; i < d; i++) {
      double difference = a.mean()[i] - b.mean()[i];
      distance += difference * difference + a.covariance()[i][i] + b.covariance()[i][i];
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          product[i][j] += rootA[i][k] * rootB[k][j];
        }
      }
    }
    return distance - 2 * NuclearNorm.of(product);
  }

  /**
   * Without the other's root: also where there are fewer rows than dimensions, and the reference's
   * root holds roots of rounding.
   */
  @Test
  void oneRootIsEnough() {
    for (int count : new int[] {7, 40}) {
      Moments reference = Moments.of(normal(count, 12, 0, 1, 3));
      FrechetReference one = new FrechetReference(reference);
      for (int other : new int[] {5, 50}) {
        Moments moments = Moments.of(normal(other, 12, 0.3, 1.5, 4));
        double expected = byBothRoots(reference, moments);
        assertThat(one.distance(moments)).isCloseTo(expected, within(1e-8 * expected));
      }
    }
  }
}
