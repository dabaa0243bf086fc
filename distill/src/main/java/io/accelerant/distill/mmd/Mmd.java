package io.accelerant.distill.mmd;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The squared maximum mean discrepancy of two tables of features (Gretton et al. 2012, lemma 6),
 * with the kernel {@code k(x, y) w(c, c')} over pairs (feature, class), {@code w = 1 - s + s [c =
 * c']}:
 *
 * <pre>
 * unbiased  sum_{i != j} k(x_i, x_j) / (n (n-1)) + sum_{i != j} k(y_i, y_j) / (m (m-1)) - 2 sum_{ij} k(x_i, y_j) / (n m)
 * biased    the same with the diagonals, over n^2 and m^2
 * </pre>
 *
 * The unbiased one may be negative where the laws are close; it is neither cut off nor rooted. All
 * in float64, row by row: no matrix of kernel values is kept.
 *
 * @param classShare s: 0 takes no notice of classes, 1 compares within classes only
 */
record Mmd(Kernel kernel, boolean unbiased, double classShare) implements Serializable {
  Mmd {
    if (!(classShare >= 0 && classShare <= 1)) {
      throw new IllegalArgumentException("a share of classes is in 0..1, not " + classShare);
    }
  }

  /** Without classes. */
  static Mmd of(Kernel kernel, boolean unbiased) {
    return new Mmd(kernel, unbiased, 0);
  }

  /**
   * @param gradient [n][width], flat: by the rows of x
   */
  record Estimate(double value, double[] gradient) {}

  /** Sums over the second index, of one row of x. */
  private record RowSums(double own, double cross, double[] gradient) {}

  /**
   * Value and gradient.
   *
   * @param x features of samples
   * @param y features of data; no gradient
   * @throws IllegalArgumentException if the widths differ, classes are wanted and missing, or the
   *     unbiased estimator has a table of fewer than two rows
   */
  Estimate of(FeatureTable x, FeatureTable y) {
    check(x, y);
    double[] weights = new double[y.rows()];
    Arrays.fill(weights, 1.0 / y.rows());
    return of(x, y, weights, within(y, y.squares()) / pairs(y.rows()));
  }

  /**
   * As {@link #of(FeatureTable, FeatureTable)}, of data that are weighted.
   *
   * @param weights of the rows of y, 1 together
   * @param within the weighted mean of k(y_i, y_j); the gradient does not depend on it
   */
  Estimate of(FeatureTable x, FeatureTable y, double[] weights, double within) {
    check(x, y);
    double[] xx = x.squares();
    double[] yy = y.squares();
    RowSums[] sums =
        IntStream.range(0, x.rows())
            .parallel()
            .mapToObj(i -> row(x, y, xx, yy, weights, i))
            .toArray(RowSums[]::new);
    double own = Arrays.stream(sums).mapToDouble(RowSums::own).sum();
    double cross = Arrays.stream(sums).mapToDouble(RowSums::cross).sum();
    double[] gradient = new double[x.numbers().length];
    for (int i = 0; i < sums.length; i++) {
      System.arraycopy(sums[i].gradient, 0, gradient, i * x.width(), x.width());
    }
    return new Estimate(own / pairs(x.rows()) + within - 2 * cross / x.rows(), gradient);
  }

  private void check(FeatureTable x, FeatureTable y) {
    if (x.width() != y.width()) {
      throw new IllegalArgumentException(
          Text.of("features of %d and of %d numbers", x.width(), y.width()));
    }
    int least = unbiased ? 2 : 1;
    if (x.rows() < least || y.rows() < least) {
      throw new IllegalArgumentException(
          Text.of("%d and %d rows, at least %d are needed", x.rows(), y.rows(), least));
    }
    if (classShare > 0 && !(x.hasLabels() && y.hasLabels())) {
      throw new IllegalArgumentException("classes are to be compared, but rows have none");
    }
  }

  private double pairs(int rows) {
    return unbiased ? (double) rows * (rows - 1) : (double) rows * rows;
  }

  double weight(FeatureTable a, int i, FeatureTable b, int j) {
    return classShare == 0 || a.labels()[i] == b.labels()[j] ? 1 : 1 - classShare;
  }

  /** dMMD/dx_i = 2 sum_j k'(x_i, x_j) / pairs - 2 sum_j v_j k'(x_i, y_j) / n. */
  private RowSums row(
      FeatureTable x, FeatureTable y, double[] xx, double[] yy, double[] weights, int i) {
    double[] gradient = new double[x.width()];
    double[] ones = new double[x.rows()];
    Arrays.fill(ones, 1);
    double own = add(x, i, x, xx[i], xx, unbiased ? i : -1, 2 / pairs(x.rows()), ones, gradient);
    double cross = add(x, i, y, xx[i], yy, -1, -2.0 / x.rows(), weights, gradient);
    return new RowSums(own, cross, gradient);
  }

  /**
   * Adds {@code factor * sum_j v_j k'(x_i, b_j)} to the gradient.
   *
   * @param without j that is left out, or -1
   * @param weights v
   * @return sum_j v_j k(x_i, b_j)
   */
  private double add(
      FeatureTable x,
      int i,
      FeatureTable b,
      double xx,
      double[] bb,
      int without,
      double factor,
      double[] weights,
      double[] gradient) {
    double[] at = new double[2];
    double[] all = b.numbers();
    int width = x.width();
    double sum = 0;
    double ofX = 0;
    for (int j = 0; j < b.rows(); j++) {
      double weight = weights[j] * weight(x, i, b, j);
      if (j == without || weight == 0) {
        continue;
      }
      kernel.at(x.dot(i, b, j), xx, bb[j], at);
      sum += weight * at[0];
      double slope = factor * weight * at[1];
      ofX += slope;
      for (int k = 0, from = j * width; k < width; k++) {
        gradient[k] += slope * all[from + k];
      }
    }
    if (kernel.isOfDifference()) {
      for (int k = 0; k < width; k++) {
        gradient[k] -= ofX * x.numbers()[i * width + k];
      }
    }
    return sum;
  }

  /** sum_{ij} k(y_i, y_j) over the pairs that count. */
  private double within(FeatureTable y, double[] yy) {
    double[] rows =
        IntStream.range(0, y.rows())
            .parallel()
            .mapToDouble(
                i -> {
                  double[] at = new double[2];
                  double sum = 0;
                  for (int j = 0; j < i; j++) {
                    double weight = weight(y, i, y, j);
                    if (weight > 0) {
                      kernel.at(y.dot(i, y, j), yy[i], yy[j], at);
                      sum += 2 * weight * at[0];
                    }
                  }
                  if (!unbiased) {
                    kernel.at(yy[i], yy[i], yy[i], at);
                    sum += at[0];
                  }
                  return sum;
                })
            .toArray();
    double sum = 0;
    for (double row : rows) {
      sum += row;
    }
    return sum;
  }
}
