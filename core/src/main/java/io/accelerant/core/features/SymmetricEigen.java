package io.accelerant.core.features;

/**
 * Eigenvalues and eigenvectors of a real symmetric matrix by cyclic Jacobi rotations (Golub and Van
 * Loan, "Matrix Computations", section 8.5): slower than a tridiagonal form, short, and accurate to
 * rounding for every eigenvalue. Sizes here are a few hundred.
 *
 * @param values [d], not sorted
 * @param vectors [d][d], column k belongs to {@code values[k]}
 */
record SymmetricEigen(double[] values, double[][] vectors) {
  private static final int SWEEPS = 60;

  /** Off-diagonal norm, relative to the matrix, at which the rest is rounding. */
  private static final double SMALL = 1e-15;

  /**
   * @param matrix symmetric; not changed
   */
  static SymmetricEigen of(double[][] matrix) {
    int d = matrix.length;
    double[][] a = new double[d][];
    double[][] v = new double[d][d];
    double norm = 0;
    for (int i = 0; i < d; i++) {
      a[i] = matrix[i].clone();
      v[i][i] = 1;
      for (double x : a[i]) {
        norm += x * x;
      }
    }
    double enough = SMALL * SMALL * norm;
    for (int sweep = 0; sweep < SWEEPS && offDiagonal(a) > enough; sweep++) {
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

  private static double offDiagonal(double[][] a) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * a[i][j] * a[i][j];
      }
    }
    return sum;
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
  static void turn(double[] p, double[] q, double c, double s) {
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
  double[][] squareRoot() {
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
