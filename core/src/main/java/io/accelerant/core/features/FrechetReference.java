package io.accelerant.core.features;

import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link FrechetDistance} of many tables of features to one. S_a S_b has the squared singular
 * values of S_a^(1/2) S_b^(1/2) as eigenvalues, so that the trace of its root is the sum of those
 * singular values. The root of the one's covariance is computed once, and of the others' none is
 * needed: with S_b = L L^T they are those of L^T S_a^(1/2).
 */
public final class FrechetReference {
  /** A pivot below this share of the largest variance is rounding. */
  private static final double SMALL = 1e-13;

  private final Moments moments;
  private final double[][] root;

  public FrechetReference(Moments moments) {
    this.moments = moments;
    this.root = SymmetricEigen.of(moments.covariance()).squareRoot();
  }

  /**
   * @throws IllegalArgumentException if the dimensions differ
   */
  public double distance(Moments other) {
    int d = root.length;
    if (other.mean().length != d) {
      throw new IllegalArgumentException(
          Text.of("features of %d and of %d dimensions", d, other.mean().length));
    }
    double distance = 0;
    for (int i = 0; i < d; i++) {
      double difference = moments.mean()[i] - other.mean()[i];
      distance += difference * difference + moments.covariance()[i][i] + other.covariance()[i][i];
    }
    double[][] factor = factor(other.covariance());
    double[][] product = new double[factor.length][d];
    for (int k = 0; k < factor.length; k++) {
      for (int i = 0; i < d; i++) {
        double f = factor[k][i];
        for (int j = 0; j < d; j++) {
          product[k][j] += f * root[i][j];
        }
      }
    }
    return distance - 2 * NuclearNorm.of(product);
  }

  /**
   * L^T of a covariance of any rank, by Cholesky's method with the largest pivot first.
   *
   * @return [rank][d]
   */
  private static double[][] factor(double[][] covariance) {
    int d = covariance.length;
    double[] left = new double[d];
    double largest = 0;
    for (int i = 0; i < d; i++) {
      left[i] = covariance[i][i];
      largest = Math.max(largest, left[i]);
    }
    List<double[]> rows = new ArrayList<>();
    while (rows.size() < d) {
      int pivot = 0;
      for (int i = 1; i < d; i++) {
        pivot = left[i] > left[pivot] ? i : pivot;
      }
      if (left[pivot] <= SMALL * largest) {
        break;
      }
      double scale = StrictMath.sqrt(left[pivot]);
      double[] row = covariance[pivot].clone();
      for (double[] before : rows) {
        double factor = before[pivot];
        for (int i = 0; i < d; i++) {
          row[i] -= factor * before[i];
        }
      }
      for (int i = 0; i < d; i++) {
        row[i] /= scale;
        left[i] -= row[i] * row[i];
      }
      left[pivot] = Double.NEGATIVE_INFINITY; // done with
      rows.add(row);
    }
    return rows.toArray(double[][]::new);
  }
}
