package io.accelerant.distill.continuous;

import io.accelerant.core.random.RandomStream;

/** Mixtures and noises of the tests. */
public final class Mixtures {
  private Mixtures() {}

  /** The public 2-D example. */
  public static GaussianMixture plane() {
    return new GaussianMixture(
        new double[] {.4, .6},
        new double[][] {{1, 0}, {-.5, .8}},
        new double[] {.3, .5},
        new int[] {0, 1});
  }

  /** The two noises that go with {@link #plane}. */
  public static double[] planeNoise() {
    return new double[] {.5, -1, -1.2, .3};
  }

  /** d = 16, K = 8, mu ~ 0.5 N(0, I), s ~ U(.3, .6), w ~ U(.5, 1.5), class k mod 2. */
  public static GaussianMixture sixteen(long seed) {
    int components = 8;
    double[] weights = new double[components];
    double[] deviations = new double[components];
    double[][] means = new double[components][16];
    int[] classes = new int[components];
    for (int k = 0; k < components; k++) {
      RandomStream stream = new RandomStream(seed, RandomStream.purpose("mixture"), k, 0);
      weights[k] = 0.5 + stream.nextDouble();
      deviations[k] = 0.3 + 0.3 * stream.nextDouble();
      classes[k] = k % 2;
      for (int i = 0; i < 16; i++) {
        means[k][i] = 0.5 * stream.nextGaussian();
      }
    }
    return new GaussianMixture(weights, means, deviations, classes);
  }

  public static double[] noise(int rows, int size, long seed) {
    double[] noise = new double[rows * size];
    for (int row = 0; row < rows; row++) {
      RandomStream stream = new RandomStream(seed, RandomStream.purpose("test.noise"), row, 0);
      for (int i = 0; i < size; i++) {
        noise[row * size + i] = stream.nextGaussian();
      }
    }
    return noise;
  }

  /** Root of the mean squared difference. */
  public static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum / a.length);
  }
}
