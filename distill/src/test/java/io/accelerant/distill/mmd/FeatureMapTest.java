package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.features.Moments;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.measure.pixels.PrincipalComponents;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureMapTest {
  /** Rows whose coordinate p has deviation p + 1, seen in turned axes. */
  private static double[][] data(int rows, int d) {
    double[][] data = new double[rows][d];
    for (int i = 0; i < rows; i++) {
      RandomStream stream = new RandomStream(3, 3, i, 0);
      for (int p = 0; p < d; p++) {
        double x = (p + 1) * stream.nextGaussian();
        for (int q = 0; q < d; q++) {
          // columns of I - 2 v v^T / |v|^2, v all ones: a rotation with a mirror
          data[i][q] += x * ((p == q ? 1 : 0) - 2.0 / d);
        }
      }
    }
    return data;
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  @Test
  void principalComponentsAreWhitenedAndTheLargestComesFirst() {
    double[][] data = data(500, 8);
    Moments moments = Moments.of(data);
    FeatureMap.Linear map =
        new FeatureMap.Linear(moments.mean(), PrincipalComponents.whitened(moments, 3));
    double[] features = map.features(null, flat(data));
    Moments whitened = Moments.of(FeatureTable.of(features, 3).matrix());
    for (int i = 0; i < 3; i++) {
      assertThat(whitened.mean()[i]).isCloseTo(0, within(1e-12));
      for (int j = 0; j < 3; j++) {
        assertThat(whitened.covariance()[i][j]).isCloseTo(i == j ? 1 : 0, within(1e-9));
      }
    }
    double[] scale =
        Arrays.stream(map.rows())
            .mapToDouble(r -> 1 / Math.sqrt(Arrays.stream(r).map(v -> v * v).sum()))
            .toArray();
    assertThat(scale[0]).isCloseTo(8, within(0.8)); // deviations 8, 7, 6
    assertThat(scale[1]).isCloseTo(7, within(0.7));
    assertThat(scale[0]).isGreaterThan(scale[1]);
    assertThat(scale[1]).isGreaterThan(scale[2]);
  }

  /** For linear maps J^T is the transpose: (J x) . g = x . (J^T g). */
  @Test
  void joinedMapsArePulledBackTogether() {
    int d = 5;
    FeatureMap.Linear linear =
        new FeatureMap.Linear(new double[d], new double[][] {{1, 2, 3, 4, 5}, {0, 1, 0, -1, 2}});
    FeatureMap joined = new FeatureMap.Joined(List.of(linear, new FeatureMap.Identity(d)));
    assertThat(joined.width()).isEqualTo(7);
    double[] x = flat(data(3, d));
    double[] g = new double[3 * 7];
    Arrays.setAll(g, i -> 0.1 * (i % 11) - 0.4);
    assertThat(dot(joined.features(null, x), g))
        .isCloseTo(dot(x, joined.pullBack(null, x, g)), within(1e-10));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
