package io.accelerant.distill.fastlightgen;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How a generator G of few steps samples: at each level the clean data is predicted, {@code x = z -
 * t G(z, t)}, and between levels noised anew, {@code z = (1 - t') x + t' e} with fresh noise e. A
 * finished one is sampled by {@link io.accelerant.distill.continuous.RenoisingSampler}.
 *
 * @param levels t of each step, falling from 1; clean data comes out of the last
 */
record FewStepLevels(double[] levels) implements Serializable {

  /**
   * @throws IllegalArgumentException if they do not fall strictly from 1
   */
  FewStepLevels {
    for (int i = 0; i < levels.length; i++) {
      if (!(levels[i] > 0 && (i == 0 ? levels[i] == 1 : levels[i] < levels[i - 1]))) {
        throw new IllegalArgumentException(
            "levels do not fall from 1 to more than 0: " + Arrays.toString(levels));
      }
    }
  }

  /**
   * Even levels {@code 1, (n-1)/n, .., 1/n}, warped.
   *
   * @param shift s of {@code t' = s t / (1 + (s - 1) t)}, written so that 1 stays 1 exactly; 1
   *     leaves them
   */
  static FewStepLevels even(int steps, double shift) {
    return new FewStepLevels(
        IntStream.range(0, steps)
            .mapToDouble(k -> (double) (steps - k) / steps)
            .map(t -> shift * t / (shift * t + (1 - t)))
            .toArray());
  }

  int steps() {
    return levels.length;
  }

  /** A generator. */
  @FunctionalInterface
  interface Velocity {
    /**
     * @param z {@code [rows][numbers]}, flat
     */
    double[] at(double[] z, double level);
  }

  /** Fresh Gaussian noise. */
  @FunctionalInterface
  interface Noise {
    /**
     * @param step counted from 0, whose noise is what generation starts from
     */
    double[] at(int step);
  }

  /**
   * What the generator sees at a step: all steps before it are done.
   *
   * @param step counted from 0
   */
  double[] state(int step, Velocity generator, Noise noise) {
    double[] z = noise.at(0);
    for (int k = 0; k < step; k++) {
      double[] x = clean(z, generator.at(z, levels[k]), levels[k]);
      z = noised(x, noise.at(k + 1), levels[k + 1]);
    }
    return z;
  }

  /** {@code z - t v}. */
  static double[] clean(double[] z, double[] v, double t) {
    return combined(1, z, -t, v);
  }

  /** {@code (1 - t) x + t e}. */
  static double[] noised(double[] x, double[] e, double t) {
    return combined(1 - t, x, t, e);
  }

  private static double[] combined(double a, double[] x, double b, double[] y) {
    double[] z = new double[x.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = a * x[i] + b * y[i];
    }
    return z;
  }
}
