package io.accelerant.core.features;

import io.accelerant.core.math.SymmetricEigen;

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
    double[][] rows = new double[matrix.length][];
    double largest = 0;
    for (int i = 0; i < rows.length; i++) {
      rows[i] = matrix[i].clone();
      largest = Math.max(largest, dot(rows[i], rows[i]));
    }
    double nothing = 1e-32 * largest; // a row as short as that is rounding
    boolean turned = true;
    for (int sweep = 0; sweep < SWEEPS && turned; sweep++) {
      turned = false;
      for (int p = 0; p < rows.length; p++) {
        for (int q = p + 1; q < rows.length; q++) {
          turned |= orthogonalise(rows[p], rows[q], nothing);
        }
      }
    }
    double sum = 0;
    for (double[] row : rows) {
      sum += StrictMath.sqrt(dot(row, row));
    }
    return sum;
  }

  /** Turns two rows in their plane until they are orthogonal; false if they are already. */
  private static boolean orthogonalise(double[] p, double[] q, double nothing) {
    double pp = dot(p, p);
    double qq = dot(q, q);
    double pq = dot(p, q);
    if (pp <= nothing || qq <= nothing || Math.abs(pq) <= SMALL * StrictMath.sqrt(pp * qq)) {
      return false;
    }
    double tau = (qq - pp) / (2 * pq);
    double t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + StrictMath.sqrt(1 + tau * tau));
    double c = 1 / StrictMath.sqrt(1 + t * t);
    SymmetricEigen.turn(p, q, c, t * c);
    return true;
  }

  private static double dot(double[] p, double[] q) {
    double sum = 0;
    for (int k = 0; k < p.length; k++) {
      sum += p[k] * q[k];
    }
    return sum;
  }
}
