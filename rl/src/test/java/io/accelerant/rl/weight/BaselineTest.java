package io.accelerant.rl.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class BaselineTest {
  private static Baseline fit(double[][] x, double[] y) {
    int n = y.length;
    int d = x[0].length;
    double[] mean = new double[d];
    double meanY = 0;
    for (int i = 0; i < n; i++) {
      meanY += y[i] / n;
      for (int k = 0; k < d; k++) {
        mean[k] += x[i][k] / n;
      }
    }
    double[][] scatter = new double[d][d];
    double[] cross = new double[d];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < d; k++) {
        cross[k] += (x[i][k] - mean[k]) * (y[i] - meanY);
        for (int l = 0; l < d; l++) {
          scatter[k][l] += (x[i][k] - mean[k]) * (x[i][l] - mean[l]);
        }
      }
    }
    return Baseline.fit(n, mean, meanY, scatter, cross);
  }

  private static double[][] random(int n, int d) {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("test.baseline"), 0, 0);
    double[][] x = new double[n][d];
    for (double[] row : x) {
      for (int k = 0; k < d; k++) {
        row[k] = StrictMath.pow(100, k % 4 - 2) * (stream.nextGaussian() + 5);
      }
    }
    return x;
  }

  @Test
  void findsAPlaneWhateverTheScaleOfItsColumns() {
    double[][] x = random(50, 4);
    double[] y = new double[50];
    for (int i = 0; i < 50; i++) {
      y[i] = 7 + 3 * x[i][0] - 2 * x[i][1] + 0.5 * x[i][2] - x[i][3] / 9;
    }
    Baseline baseline = fit(x, y);
    for (int i = 0; i < 50; i++) {
      assertThat(baseline.at(x[i])).isCloseTo(y[i], within(1e-10 * (1 + Math.abs(y[i]))));
    }
  }

  @Test
  void residualsAreOrthogonalToEveryColumnAndToOne() {
    double[][] x = random(200, 3);
    double[] y = new double[200];
    RandomStream noise = new RandomStream(4, RandomStream.purpose("test.baseline"), 1, 0);
    for (int i = 0; i < 200; i++) {
      y[i] = x[i][1] + noise.nextGaussian();
    }
    Baseline baseline = fit(x, y);
    double[] inner = new double[4];
    for (int i = 0; i < 200; i++) {
      double residual = y[i] - baseline.at(x[i]);
      inner[3] += residual;
      for (int k = 0; k < 3; k++) {
        inner[k] += residual * x[i][k] / Math.abs(x[0][k]);
      }
    }
    for (double product : inner) {
      assertThat(product).isCloseTo(0, within(1e-9));
    }
  }

  @Test
  void constantAndDependentColumnsChangeNothing() {
    double[][] x = random(60, 2);
    double[][] more = new double[60][];
    double[] y = new double[60];
    for (int i = 0; i < 60; i++) {
      y[i] = StrictMath.sin(i) + x[i][0];
      more[i] = new double[] {x[i][0], 0.1, x[i][1], 3 * x[i][0] - x[i][1], 0};
    }
    Baseline plain = fit(x, y);
    Baseline deficient = fit(more, y);
    for (int i = 0; i < 60; i++) {
      assertThat(deficient.at(more[i])).isCloseTo(plain.at(x[i]), within(1e-8));
    }
    assertThat(deficient.slopes()[1]).isZero();
    assertThat(deficient.slopes()[4]).isZero();
  }

  @Test
  void withoutAnyInformationTheBaselineIsTheMean() {
    Baseline baseline = fit(new double[][] {{2}, {2}, {2}}, new double[] {1, 2, 6});
    assertThat(baseline.at(new double[] {2})).isEqualTo(3);
  }

  @Test
  void eigenvectorsDiagonalise() {
    double[][] a = {{4, 1, 0.5}, {1, 3, -0.2}, {0.5, -0.2, 1}};
    SymmetricEigen eigen = SymmetricEigen.of(a);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double product = 0;
        for (int k = 0; k < 3; k++) {
          product += eigen.vectors()[i][k] * eigen.values()[k] * eigen.vectors()[j][k];
        }
        assertThat(product).isCloseTo(a[i][j], within(1e-14));
      }
    }
  }
}
