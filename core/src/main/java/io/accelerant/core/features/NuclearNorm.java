package io.accelerant.core.features;

import io.accelerant.core.math.SymmetricEigen;
import java.util.Arrays;

/**
 * The sum of the singular values of a matrix by one-sided Jacobi rotations (Hestenes; Golub and Van
 * Loan, section 8.6.3). It never forms the product with the transpose, whose small eigenvalues
 * would be rounding: where features are fewer than dimensions, many singular values are zero, and
 * each would add the root of the rounding unit.
 */
final class NuclearNorm {
  private static final int SWEEPS = 60;

  /** Cosine between two rows below which they count as orthogonal. */
  private static final double SMALL = 1e-14;

  private NuclearNorm() {}

  /**
   * @param matrix [d][d]; not changed
   */
  static double of(double[][] matrix) {
    double[][] rows = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    double[] squares = squares(rows);
    // A row as short as that is rounding.
    double nothing = 1e-32 * Arrays.stream(squares).max().orElse(0);
    boolean turned = true;
    for (int sweep = 0; sweep < SWEEPS && turned; sweep++) {
      turned = false;
      for (int p = 0; p < rows.length; p++) {
        for (int q = p + 1; q < rows.length; q++) {
          turned |= orthogonalise(rows, squares, p, q, nothing);
        }
      }
      squares = squares(rows); // what was added up within a sweep has rounding of its own
    }
    return Arrays.stream(squares).map(StrictMath::sqrt).sum();
  }

  private static double[] squares(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(row -> dot(row, row)).toArray();
  }

  /**
   * Turns two rows in their plane until they are orthogonal; false if they are already.
   *
   * @param squares of the lengths of the rows, kept up
   */
  private static boolean orthogonalise(
      double[][] rows, double[] squares, int p, int q, double nothing) {
    double pp = squares[p];
    double qq = squares[q];
    double pq = dot(rows[p], rows[q]);
    if (pp <= nothing || qq <= nothing || Math.abs(pq) <= SMALL * StrictMath.sqrt(pp * qq)) {
      return false;
    }
    double tau = (qq - pp) / (2 * pq);
    double t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + StrictMath.sqrt(1 + tau * tau));
    double c = 1 / StrictMath.sqrt(1 + t * t);
    SymmetricEigen.turn(rows[p], rows[q], c, t * c);
    squares[p] = pp - t * pq;
    squares[q] = qq + t * pq;
    return true;
  }

  /** In four sums, since one waits for itself at every number. */
  private static double dot(double[] p, double[] q) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int k = 0;
    for (; k + 3 < p.length; k += 4) {
      a += p[k] * q[k];
      b += p[k + 1] * q[k + 1];
      c += p[k + 2] * q[k + 2];
      d += p[k + 3] * q[k + 3];
    }
    for (; k < p.length; k++) {
      a += p[k] * q[k];
    }
    return a + b + (c + d);
  }
}
