package io.accelerant.core.math;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The difference of a metric of two sides that share their units (sample ids, seeds, prompts), with
 * a 95% interval from the paired bootstrap (units drawn with replacement, both sides together;
 * percentiles), from the paired jackknife over blocks where the metric is no ratio, or over pairs,
 * both by Student's t. It holds the draws of the units, not those of what was fitted before.
 *
 * @param value first minus second; where less is better, negative when the first is better
 */
public record PairedDifference(double value, double low, double high) {
  private static final long RESAMPLE = RandomStream.purpose("lsd.bootstrap");
  private static final int RESAMPLES = 2000;

  /** .975 quantiles of Student's t for 1 to 10 degrees of freedom. */
  private static final double[] T = {
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281
  };

  /**
   * The difference of two ratios of sums over the same units.
   *
   * @param first {@code [units][2]}, flat: numerator and denominator of each unit
   * @param second as {@code first}, of the other side
   * @throws IllegalArgumentException if the numbers of units differ
   */
  public static PairedDifference ofRatios(double[] first, double[] second, long seed) {
    requirePaired(first.length / 2, second.length / 2);
    int n = first.length / 2;
    double[] differences = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      RandomStream stream = new RandomStream(seed, RESAMPLE, r, 0);
      double[] sums = new double[4];
      for (int draw = 0; draw < n; draw++) {
        int b = 2 * stream.nextInt(n);
        sums[0] += first[b];
        sums[1] += first[b + 1];
        sums[2] += second[b];
        sums[3] += second[b + 1];
      }
      differences[r] = sums[0] / sums[1] - sums[2] / sums[3];
    }
    Arrays.sort(differences);
    return new PairedDifference(
        ratio(first) - ratio(second),
        differences[(int) (0.025 * RESAMPLES)],
        differences[(int) (0.975 * RESAMPLES) - 1]);
  }

  /**
   * The ratio of the sums over all units.
   *
   * @param units {@code [units][2]}, flat
   */
  public static double ratio(double[] units) {
    double numerator = 0;
    double denominator = 0;
    for (int b = 0; b < units.length; b += 2) {
      numerator += units[b];
      denominator += units[b + 1];
    }
    return numerator / denominator;
  }

  /**
   * For a metric of the whole set, by the jackknife: the variance is (n-1)/n times the sum of
   * squares of what leaving out one block on both sides changes; by Student's t of n-1 degrees.
   *
   * @param value the difference over everything
   * @param without the difference when block b is left out on both sides
   */
  public static PairedDifference ofBlocks(double value, double[] without) {
    int blocks = without.length;
    double squares = squares(without, mean(without));
    double half =
        blocks < 2
            ? Double.POSITIVE_INFINITY
            : student(blocks - 1) * StrictMath.sqrt(squares * (blocks - 1) / blocks);
    return new PairedDifference(value, value - half, value + half);
  }

  /**
   * The mean of differences, such as of seeds, by Student's t; of a single one the interval is
   * infinite.
   *
   * @param differences first minus second
   */
  public static PairedDifference ofPairs(double[] differences) {
    int n = differences.length;
    double mean = mean(differences);
    double squares = squares(differences, mean);
    double half =
        n == 1 ? Double.POSITIVE_INFINITY : student(n - 1) * StrictMath.sqrt(squares / (n - 1) / n);
    return new PairedDifference(mean, mean - half, mean + half);
  }

  private static double mean(double[] numbers) {
    double mean = 0;
    for (double number : numbers) {
      mean += number / numbers.length;
    }
    return mean;
  }

  /** Sum of the squares about the mean. */
  private static double squares(double[] numbers, double mean) {
    double squares = 0;
    for (double number : numbers) {
      squares += (number - mean) * (number - mean);
    }
    return squares;
  }

  /** The .975 quantile of Student's t (Cornish and Fisher's series from 11 degrees on, to 1e-4). */
  static double student(int degrees) {
    if (degrees <= T.length) {
      return T[degrees - 1];
    }
    double z = 1.959963985;
    double n = degrees;
    double z3 = z * z * z;
    double z5 = z3 * z * z;
    double z7 = z5 * z * z;
    double z9 = z7 * z * z;
    return z
        + (z3 + z) / (4 * n)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
        + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92_160 * n * n * n * n);
  }

  /**
   * Both sides must have as many units.
   *
   * @throws IllegalArgumentException if they have not
   */
  public static void requirePaired(int first, int second) {
    if (first != second) {
      throw new IllegalArgumentException(first + " samples cannot be paired with " + second);
    }
  }

  /**
   * What is finite of it as flat metrics: {@code <name>}, {@code <name>.low}, {@code <name>.high}.
   */
  public Map<String, Number> metrics(String name) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put(name, value);
    metrics.put(name + ".low", low);
    metrics.put(name + ".high", high);
    metrics.values().removeIf(number -> !Double.isFinite(number.doubleValue()));
    return metrics;
  }

  /** One of {@link #metrics}, or empty where there is none with an interval. */
  public static Optional<PairedDifference> find(Map<String, Number> metrics, String name) {
    List<Number> found =
        Stream.of(name, name + ".low", name + ".high")
            .map(metrics::get)
            .filter(Objects::nonNull)
            .toList();
    return found.size() < 3
        ? Optional.empty()
        : Optional.of(
            new PairedDifference(
                found.get(0).doubleValue(),
                found.get(1).doubleValue(),
                found.get(2).doubleValue()));
  }

  /** What may be said about the first sampler against the second. */
  public String verdict(String first, String second) {
    String interval = String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", value, low, high);
    if (high < 0) {
      return first + " beats " + second + ": " + interval;
    }
    return low > 0
        ? first + " is worse than " + second + ": " + interval
        : first + " cannot be told from " + second + ": " + interval;
  }
}
