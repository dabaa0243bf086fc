package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * The difference of the main metrics of two samplers on the same sample ids and seeds, with a 95%
 * interval from the paired bootstrap (samples drawn with replacement, both sides together;
 * percentiles). It holds the draws of the samples, not those of the fit.
 *
 * @param value first minus second; negative when the first is better
 */
record PairedDifference(double value, double low, double high) {
  private static final long RESAMPLE = RandomStream.purpose("lsd.bootstrap");
  private static final int RESAMPLES = 2000;

  static PairedDifference of(Measured first, Measured second, long seed) {
    int n = first.samples();
    if (n != second.samples()) {
      throw new IllegalArgumentException(n + " samples cannot be paired with " + second.samples());
    }
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
        first.mainMetric() - second.mainMetric(),
        differences[(int) (0.025 * RESAMPLES)],
        differences[(int) (0.975 * RESAMPLES) - 1]);
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
