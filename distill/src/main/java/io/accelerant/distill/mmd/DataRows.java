package io.accelerant.distill.mmd;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Features of data that do not change, against which the samples of any update are held. The more
 * rows, the less of the gradient's noise is theirs. A class counts as much as among the samples, or
 * else what differs most between the two is how many of each class happened to be drawn, and
 * samples are pushed to make up for that.
 */
final class DataRows {
  private final Mmd mmd;
  private final FeatureTable rows;
  private final int[] classes;
  private final double[] count;
  private final double[][] within;

  private DataRows(Mmd mmd, FeatureTable rows, int[] classes) {
    this.mmd = mmd;
    this.rows = rows;
    this.classes = classes;
    this.count = counts(classes, Arrays.stream(classes).max().orElseThrow() + 1);
    this.within = within();
  }

  /**
   * @param byClass whether samples have classes; if not, all rows count alike
   */
  static DataRows of(Mmd mmd, FeatureTable rows, boolean byClass) {
    return new DataRows(mmd, rows, byClass ? rows.labels() : new int[rows.rows()]);
  }

  private static double[] counts(int[] classes, int most) {
    double[] counts = new double[most];
    for (int c : classes) {
      if (c < most) {
        counts[c]++;
      }
    }
    return counts;
  }

  /**
   * Of each two classes, the mean of k(y_i, y_j); with the pairs i = j if the estimator is biased.
   */
  private double[][] within() {
    double[][] sums = new double[count.length][count.length];
    double[] squares = rows.squares();
    double[][] ofRows =
        IntStream.range(0, rows.rows())
            .parallel()
            .mapToObj(i -> byClass(i, squares))
            .toArray(double[][]::new);
    for (int i = 0; i < ofRows.length; i++) {
      for (int c = 0; c < count.length; c++) {
        sums[classes[i]][c] += ofRows[i][c];
      }
    }
    for (int a = 0; a < count.length; a++) {
      for (int b = 0; b < count.length; b++) {
        double pairs = count[a] * (a == b && mmd.unbiased() ? count[b] - 1 : count[b]);
        sums[a][b] = pairs > 0 ? sums[a][b] / pairs : 0;
      }
    }
    return sums;
  }

  private double[] byClass(int i, double[] squares) {
    double[] sums = new double[count.length];
    double[] at = new double[2];
    for (int j = 0; j < rows.rows(); j++) {
      double weight = mmd.weight(rows, i, rows, j);
      if (weight > 0 && !(i == j && mmd.unbiased())) {
        mmd.kernel().at(rows.dot(i, rows, j), squares[i], squares[j], at);
        sums[classes[j]] += weight * at[0];
      }
    }
    return sums;
  }

  /**
   * The discrepancy of samples, and its gradient by them.
   *
   * @param samples with the classes they were drawn for, which are not read if all rows count alike
   */
  Mmd.Estimate against(FeatureTable samples) {
    double[] share = shares(samples);
    double[] weights = new double[rows.rows()];
    for (int j = 0; j < weights.length; j++) {
      weights[j] = share[classes[j]] / count[classes[j]];
    }
    double mean = 0;
    for (int a = 0; a < share.length; a++) {
      for (int b = 0; b < share.length; b++) {
        mean += share[a] * share[b] * within[a][b];
      }
    }
    return mmd.of(samples, rows, weights, mean);
  }

  /** Of each class among the samples, as far as there are rows of it; 1 together. */
  private double[] shares(FeatureTable samples) {
    if (count.length == 1) {
      return new double[] {1};
    }
    double[] shares = counts(samples.labels(), count.length);
    for (int c = 0; c < shares.length; c++) {
      shares[c] = count[c] > 0 ? shares[c] : 0;
    }
    double sum = Arrays.stream(shares).sum();
    double[] some = sum > 0 ? shares : count;
    double all = Arrays.stream(some).sum();
    return Arrays.stream(some).map(n -> n / all).toArray();
  }
}
