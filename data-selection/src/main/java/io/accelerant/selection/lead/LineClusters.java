package io.accelerant.selection.lead;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Cuts of numbers on a line into clusters, which are numbered from the smallest numbers up. */
final class LineClusters {
  /**
   * Up to so many different values k-means is exact; of more, each is first moved to the nearest of
   * so many evenly spaced ones from the smallest to the largest.
   */
  static final int EXACT_VALUES = 1 << 16;

  private LineClusters() {}

  /**
   * The cut of the least sum of squared distances to the mean of each cluster (not a local minimum
   * as of Lloyd's iteration): {@code D[k][j] = min_i D[k-1][i] + cost(i+1 .. j)} over sorted values
   * (Wang and Song, "Ckmeans.1d.dp", 2011), the least i that is best never falling with j, so that
   * halving finds all of a row in {@code m log m} steps.
   *
   * @param most clusters; fewer if there are fewer different values
   * @return cluster of each value
   */
  static int[] means(double[] values, int most) {
    if (values.length == 0) {
      return new int[0];
    }
    double[] placed = onGrid(values);
    double[] line = Arrays.stream(placed).sorted().distinct().toArray();
    int[] cuts = new Cut(line, counts(line, placed)).into(Math.min(most, line.length));
    int[] labels = new int[line.length];
    for (int cluster = 0; cluster < cuts.length; cluster++) {
      int to = cluster + 1 < cuts.length ? cuts[cluster + 1] : line.length;
      Arrays.fill(labels, cuts[cluster], to, cluster);
    }
    return Arrays.stream(placed).mapToInt(v -> labels[Arrays.binarySearch(line, v)]).toArray();
  }

  private static double[] onGrid(double[] values) {
    if (Arrays.stream(values).distinct().limit(EXACT_VALUES + 1L).count() <= EXACT_VALUES) {
      return values;
    }
    double low = Arrays.stream(values).min().getAsDouble();
    double step = (Arrays.stream(values).max().getAsDouble() - low) / (EXACT_VALUES - 1);
    return Arrays.stream(values).map(v -> low + step * Math.rint((v - low) / step)).toArray();
  }

  private static long[] counts(double[] line, double[] values) {
    long[] counts = new long[line.length];
    for (double value : values) {
      counts[Arrays.binarySearch(line, value)]++;
    }
    return counts;
  }

  /**
   * Clusters of equal size, by rank; equal values in their order.
   *
   * @param most clusters; fewer if there are fewer values
   * @return cluster of each value
   */
  static int[] quantiles(double[] values, int most) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i])) // stable
            .mapToInt(Integer::intValue)
            .toArray();
    int clusters = Math.min(most, values.length);
    int[] labels = new int[values.length];
    for (int rank = 0; rank < order.length; rank++) {
      labels[order[rank]] = (int) ((long) rank * clusters / order.length);
    }
    return labels;
  }

  /** The dynamic programme over different values in rising order. */
  private static final class Cut {
    private final int count;
    private final double[] weights; // of the first i values, and so on
    private final double[] sums;
    private final double[] squares;
    private int[][] from;
    private double[] before;
    private double[] now;

    Cut(double[] line, long[] counts) {
      count = line.length;
      weights = new double[count + 1];
      sums = new double[count + 1];
      squares = new double[count + 1];
      double middle = (line[0] + line[count - 1]) / 2; // sums of squares cancel less around it
      for (int i = 0; i < count; i++) {
        double x = line[i] - middle;
        weights[i + 1] = weights[i] + counts[i];
        sums[i + 1] = sums[i] + counts[i] * x;
        squares[i + 1] = squares[i] + counts[i] * x * x;
      }
    }

    /** Squared distances of values first .. last to their mean. */
    private double cost(int first, int last) {
      double sum = sums[last + 1] - sums[first];
      double all = squares[last + 1] - squares[first];
      return Math.max(0, all - sum * sum / (weights[last + 1] - weights[first]));
    }

    /** First value of each cluster. */
    int[] into(int clusters) {
      from = new int[clusters][count];
      before = new double[count];
      for (int j = 0; j < count; j++) {
        before[j] = cost(0, j);
      }
      for (int k = 1; k < clusters; k++) {
        now = new double[count];
        row(k, k, count - 1, k, count - 1);
        before = now;
      }
      int[] cuts = new int[clusters];
      int last = count - 1;
      for (int k = clusters - 1; k > 0; k--) {
        cuts[k] = from[k][last];
        last = cuts[k] - 1;
      }
      return cuts;
    }

    /** The last cluster k of values 0 .. j, for j of a range, begins at low .. high. */
    private void row(int k, int firstJ, int lastJ, int low, int high) {
      if (firstJ > lastJ) {
        return;
      }
      int j = (firstJ + lastJ) >>> 1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = low; i <= Math.min(j, high); i++) {
        double sum = before[i - 1] + cost(i, j);
        if (sum < least) {
          least = sum;
          from[k][j] = i;
        }
      }
      now[j] = least;
      row(k, firstJ, j - 1, low, from[k][j]);
      row(k, j + 1, lastJ, from[k][j], high);
    }
  }
}
