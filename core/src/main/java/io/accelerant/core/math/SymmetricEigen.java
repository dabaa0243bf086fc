package io.accelerant.core.math;

/**
 * Eigenvalues and eigenvectors of a real symmetric matrix by cyclic Jacobi rotations (Golub and Van
 * Loan, "Matrix Computations", section 8.5): slower than a tridiagonal form, short, and accurate to
 * rounding for every eigenvalue. Sizes here are a few hundred.
 *
 * @param values [d], not sorted
 * @param vectors [d][d], column k belongs to {@code values[k]}
 */
public record SymmetricEigen(double[] values, double[][] vectors) {
  private static final int SWEEPS = 60;

  /**
   * @param matrix symmetric; not changed
   */
  public static SymmetricEigen of(double[][] matrix) {
    int d = matrix.length;
    double[][] a = new double[d][];
    double[][] v = new double[d][d];
    for (int i = 0; i < d; i++) {
      a[i] = matrix[i].clone();
      v[i][i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS && !isDiagonal(a); sweep++) {
      for (int p = 0; p < d; p++) {
        for (int q = p + 1; q < d; q++) {
          rotate(a, v, p, q);
        }
      }
    }
    double[] values = new double[d];
    for (int i = 0; i < d; i++) {
      values[i] = a[i][i];
    }
    // rows of v are kept as eigenvectors while rotating, since rows are contiguous in memory
    return new SymmetricEigen(values, transpose(v));
  }

  /** Whether no element off the diagonal still matters beside the two on it. */
  private static boolean isDiagonal(double[][] a) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        double size = Math.abs(a[i][j]);
        double least = Math.min(Math.abs(a[i][i]), Math.abs(a[j][j]));
        if (least + size != least) {
          return false;
        }
      }
    }
    return true;
  }

  /** The rotation in the plane (p, q) that makes a[p][q] vanish: tan of its angle is t. */
  private static void rotate(double[][] a, double[][] v, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + StrictMath.sqrt(1 + tau * tau));
    double c = 1 / StrictMath.sqrt(1 + t * t);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    turn(a[p], a[q], c, s);
    turn(v[p], v[q], c, s);
    a[p][q] = 0;
    a[q][p] = 0;
  }

  /** p := c p - s q, q := s p + c q. */
  public static void turn(double[] p, double[] q, double c, double s) {
    for (int k = 0; k < p.length; k++) {
      double pk = p[k];
      double qk = q[k];
      p[k] = c * pk - s * qk;
      q[k] = s * pk + c * qk;
    }
  }

  private static double[][] transpose(double[][] v) {
    double[][] t = new double[v.length][v.length];
    for (int i = 0; i < v.length; i++) {
      for (int j = 0; j < v.length; j++) {
        t[j][i] = v[i][j];
      }
    }
    return t;
  }

  /** V diag(sqrt(max(0, values))) V^T: the root of a covariance; rounding may push it below 0. */
  public double[][] squareRoot() {
    int d = values.length;
    double[][] root = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += vectors[i][k] * StrictMath.sqrt(Math.max(0, values[k])) * vectors[j][k];
        }
        root[i][j] = sum;
        root[j][i] = sum;
      }
    }
    return root;
  }
}
