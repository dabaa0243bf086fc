package io.accelerant.distill.decode.compare;

import io.accelerant.core.report.Table;
import java.io.Serializable;

/**
 * Whether probabilities mean what they say: positions by the probability of their likeliest token,
 * in bins of equal width, beside how often it is the right one.
 *
 * @param counts {@code [bins]} positions
 * @param confidence {@code [bins]} sums of that probability
 * @param right {@code [bins]} positions whose likeliest token is the right one
 */
public record Calibration(long[] counts, double[] confidence, long[] right)
    implements Serializable {
  /** Without positions. */
  public static Calibration empty(int bins) {
    return new Calibration(new long[bins], new double[bins], new long[bins]);
  }

  /**
   * Counts one position.
   *
   * @param p of the likeliest token, 0 to 1
   */
  void add(double p, boolean isRight) {
    int bin = Math.min((int) (p * counts.length), counts.length - 1);
    counts[bin]++;
    confidence[bin] += p;
    right[bin] += isRight ? 1 : 0;
  }

  /** Both together, bin by bin. */
  Calibration plus(Calibration other) {
    Calibration sum = new Calibration(counts.clone(), confidence.clone(), right.clone());
    for (int b = 0; b < counts.length; b++) {
      sum.counts[b] += other.counts[b];
      sum.confidence[b] += other.confidence[b];
      sum.right[b] += other.right[b];
    }
    return sum;
  }

  /** Positions. */
  public long positions() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** Share of positions whose likeliest token is right. */
  public double accuracy() {
    double sum = 0;
    for (long count : right) {
      sum += count;
    }
    return sum / positions();
  }

  /** Mean probability of the likeliest token. */
  public double meanConfidence() {
    double sum = 0;
    for (double one : confidence) {
      sum += one;
    }
    return sum / positions();
  }

  /** Expected calibration error {@code sum_b |right_b - confidence_b| / n}. */
  public double error() {
    double sum = 0;
    for (int b = 0; b < counts.length; b++) {
      sum += StrictMath.abs(right[b] - confidence[b]);
    }
    return sum / positions();
  }

  /** Bins that are not empty: how sure, how often right. */
  public Table table() {
    Table table = Table.of("probability of the likeliest", "positions", "mean", "right");
    for (int b = 0; b < counts.length; b++) {
      if (counts[b] > 0) {
        table.row(
            Table.number(b / (double) counts.length, 2)
                + " to "
                + Table.number((b + 1) / (double) counts.length, 2),
            counts[b],
            confidence[b] / counts[b],
            right[b] / (double) counts[b]);
      }
    }
    return table;
  }
}
