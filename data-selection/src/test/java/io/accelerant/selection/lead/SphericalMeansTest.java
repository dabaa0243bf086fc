package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SphericalMeansTest {
  /** Unit vectors around three directions, one after the other. */
  private static float[][] threeBundles(int count) {
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(1, 2, i, 0);
      double[] x = IntStream.range(0, 3).mapToDouble(j -> .1 * stream.nextGaussian()).toArray();
      x[i % 3] += 1;
      double norm = Math.sqrt(Arrays.stream(x).map(y -> y * y).sum());
      vectors[i] =
          new float[] {(float) (x[0] / norm), (float) (x[1] / norm), (float) (x[2] / norm)};
    }
    return vectors;
  }

  private static int[] labels(SphericalMeans means, float[][] vectors) {
    return Arrays.stream(vectors).mapToInt(means::nearest).toArray();
  }

  @Test
  void bundlesAreFound() {
    float[][] vectors = threeBundles(60);
    int[] labels = labels(SphericalMeans.of(vectors, 3, 5), vectors);
    for (int i = 0; i < labels.length; i++) {
      assertThat(labels[i]).isEqualTo(labels[i % 3]);
    }
    assertThat(Arrays.stream(labels).distinct().count()).isEqualTo(3);
  }

  @Test
  void centresAreUnitVectors() {
    for (double[] centre : SphericalMeans.of(threeBundles(30), 4, 5).centres()) {
      assertThat(Arrays.stream(centre).map(x -> x * x).sum()).isBetween(1 - 1e-12, 1 + 1e-12);
    }
  }

  @Test
  void thereAreNoMoreCentresThanDifferentVectors() {
    float[][] vectors = {{1, 0}, {1, 0}, {0, 1}, {1, 0}};
    SphericalMeans means = SphericalMeans.of(vectors, 3, 5);
    assertThat(means.centres().length).isEqualTo(2);
    assertThat(means.nearest(vectors[0])).isNotEqualTo(means.nearest(vectors[2]));
  }
}
