package io.accelerant.core.nn;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;

/** How a parameter starts. */
@FunctionalInterface
interface Initial {
  Initial ZEROS = (stream, size) -> new double[size];
  Initial ONES =
      (stream, size) -> {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
      };

  double[] draw(RandomStream stream, int size);

  static Initial normal(double deviation) {
    return (stream, size) -> {
      double[] numbers = new double[size];
      Arrays.setAll(numbers, i -> deviation * stream.nextGaussian());
      return numbers;
    };
  }

  /** Uniform in (-bound, bound). */
  static Initial uniform(double bound) {
    return (stream, size) -> {
      double[] numbers = new double[size];
      Arrays.setAll(numbers, i -> bound * (2 * stream.nextOpenDouble() - 1));
      return numbers;
    };
  }

  /** Glorot and Bengio (2010), eq. 16: bound sqrt(6 / (fan in + fan out)). */
  static Initial xavier(int in, int out) {
    return uniform(StrictMath.sqrt(6.0 / (in + out)));
  }

  /** He et al. (2015), eq. 10: deviation sqrt(2 / fan in), for rectified or sinusoidal inputs. */
  static Initial he(int in) {
    return normal(StrictMath.sqrt(2.0 / in));
  }

  static Initial of(double[] numbers) {
    return (stream, size) -> numbers.clone();
  }
}
