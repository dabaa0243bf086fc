package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * The difference of the main metrics of two samplers on the same sample ids and seeds, with a 95%
 * interval from the paired bootstrap (samples drawn with replacement, both sides together;
 * percentiles), or from the paired jackknife over blocks where the metric is no ratio. It holds the
 * draws of the samples, not those of the fit.
 *
 * @param value first minus second; negative when the first is better
 */
record PairedDifference(double value, double low, double high) {
  private static final long RESAMPLE = RandomStream.purpose("lsd.bootstrap");
  private static final int RESAMPLES = 2000;

  /**
   * The difference of two samplers that drew the same ids under the same seeds.
   *
   * @throws IllegalArgumentException if the numbers of samples differ
   */
  static PairedDifference of(SampleMeter meter, Measured first, Measured second, long seed) {
    if (first.samples() != second.samples() || first.pairs().length != second.pairs().length) {
      throw new IllegalArgumentException(
          first.samples() + " samples cannot be paired with " + second.samples());
    }
    return meter.isRatio() ? bootstrap(first, second, seed) : jackknife(meter, first, second);
  }

  private static PairedDifference bootstrap(Measured first, Measured second, long seed) {
    int n = first.samples();
    double[] differences = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      RandomStream stream = new RandomStream(seed, RESAMPLE, r, 0);
      double[] sums = new double[4];
      for (int draw = 0; draw < n; draw++) {
        int b = 2 * stream.nextInt(n);
        sums[0] += first.main()[b];
        sums[1] += first.main()[b + 1];
        sums[2] += second.main()[b];
        sums[3] += second.main()[b + 1];
      }
      differences[r] = sums[0] / sums[1] - sums[2] / sums[3];
    }
    Arrays.sort(differences);
    return new PairedDifference(
        first.ratio() - second.ratio(),
        differences[(int) (0.025 * RESAMPLES)],
        differences[(int) (0.975 * RESAMPLES) - 1]);
  }

  /**
   * For a metric of the whole set: the variance is (n-1)/n times the sum of squares of what leaving
   * out one block on both sides changes; 1.96 standard errors to each side.
   */
  private static PairedDifference jackknife(SampleMeter meter, Measured first, Measured second) {
    int blocks = first.pairs().length;
    double value = meter.of(first) - meter.of(second);
    double[] without = new double[blocks];
    double mean = 0;
    for (int b = 0; b < blocks; b++) {
      without[b] = meter.of(first.without(b)) - meter.of(second.without(b));
      mean += without[b] / blocks;
    }
    double squares = 0;
    for (double w : without) {
      squares += (w - mean) * (w - mean);
    }
    double error =
        blocks > 1 ? StrictMath.sqrt(squares * (blocks - 1) / blocks) : Double.POSITIVE_INFINITY;
    return new PairedDifference(value, value - 1.96 * error, value + 1.96 * error);
  }

  /** What may be said about the first sampler against the second. */
  String verdict(String first, String second) {
    String interval = String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", value, low, high);
    if (high < 0) {
      return first + " beats " + second + ": " + interval;
    }
    return low > 0
        ? first + " is worse than " + second + ": " + interval
        : first + " cannot be told from " + second + ": " + interval;
  }
}
