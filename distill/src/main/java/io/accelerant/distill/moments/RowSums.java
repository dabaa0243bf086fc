package io.accelerant.distill.moments;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * Mean and scatter of some rows, added in the order in which they come. Sums are taken about the
 * first row, so that a large mean cancels nothing; those of several parts are put together by the
 * formula of Chan, Golub and LeVeque (1979).
 */
final class RowSums {
  private final int d;
  private long count;
  private double[] origin;
  private final double[] sum;
  private final double[] products;

  RowSums(int d) {
    this.d = d;
    this.sum = new double[d];
    this.products = new double[Math.toIntExact((long) d * (d + 1) / 2)];
  }

  /**
   * What rows came to.
   *
   * @param mean [d]; empty where there are no rows
   * @param scatter sum of (x - mean)(x - mean)^T, [d (d + 1) / 2], the lower triangle by rows
   */
  record Part(long count, double[] mean, double[] scatter) implements Serializable {
    static final Part NONE = new Part(0, new double[0], new double[0]);

    /** Both together: the scatter grows by delta delta^T n_a n_b / n. */
    Part and(Part other) {
      if (count == 0 || other.count == 0) {
        return count == 0 ? other : this;
      }
      long n = count + other.count;
      double share = (double) other.count / n;
      double factor = count * share;
      int d = mean.length;
      double[] both = new double[d];
      double[] delta = new double[d];
      for (int i = 0; i < d; i++) {
        delta[i] = other.mean[i] - mean[i];
        both[i] = mean[i] + share * delta[i];
      }
      double[] all = new double[scatter.length];
      int at = 0;
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++, at++) {
          all[at] = scatter[at] + other.scatter[at] + factor * delta[i] * delta[j];
        }
      }
      return new Part(n, both, all);
    }

    /** Scatter over n - 1, [d][d]. */
    double[][] covariance() {
      int d = mean.length;
      double[][] covariance = new double[d][d];
      int at = 0;
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++, at++) {
          covariance[i][j] = scatter[at] / (count - 1);
          covariance[j][i] = covariance[i][j];
        }
      }
      return covariance;
    }
  }

  /**
   * @throws DataException if it has another length or a number is not finite
   */
  void add(long id, double[] row) {
    if (row.length != d) {
      throw new DataException(
          Text.of("row %d has %d numbers; the first has %d.", id, row.length, d));
    }
    for (int i = 0; i < d; i++) {
      if (!Double.isFinite(row[i])) {
        throw new DataException(Text.of("row %d: number %d is %s.", id, i, row[i]));
      }
    }
    if (count == 0) {
      origin = row.clone();
    }
    count++;
    double[] x = new double[d];
    for (int i = 0; i < d; i++) {
      x[i] = row[i] - origin[i];
      sum[i] += x[i];
    }
    int at = 0;
    for (int i = 0; i < d; i++) {
      double factor = x[i];
      for (int j = 0; j <= i; j++) {
        products[at + j] += factor * x[j];
      }
      at += i + 1;
    }
  }

  Part part() {
    if (count == 0) {
      return Part.NONE;
    }
    double[] mean = new double[d];
    for (int i = 0; i < d; i++) {
      mean[i] = origin[i] + sum[i] / count;
    }
    double[] scatter = new double[products.length];
    int at = 0;
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++, at++) {
        scatter[at] = products[at] - sum[i] * sum[j] / count;
      }
    }
    return new Part(count, mean, scatter);
  }
}
