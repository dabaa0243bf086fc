package io.accelerant.rl.weight;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van
 * Loan, "Matrix Computations", section 8.5): slow and very accurate, for matrices of a few hundred
 * rows.
 *
 * @param values eigenvalues, in no order
 * @param vectors {@code [row][k]}: column k belongs to value k
 */
record SymmetricEigen(double[] values, double[][] vectors) {
  private static final int SWEEPS = 60;

  static SymmetricEigen of(double[][] symmetric) {
    int n = symmetric.length;
    double[][] a = new double[n][];
    double[][] v = new double[n][n];
    for (int i = 0; i < n; i++) {
      a[i] = symmetric[i].clone();
      v[i][i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS && offDiagonal(a) > 0; sweep++) {
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, v, p, q);
        }
      }
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = a[i][i];
    }
    return new SymmetricEigen(values, v);
  }

  /** Largest element off the diagonal that still matters beside the diagonal. */
  private static double offDiagonal(double[][] a) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = i + 1; j < a.length; j++) {
        double size = Math.abs(a[i][j]);
        if (Math.abs(a[i][i]) + size != Math.abs(a[i][i])
            || Math.abs(a[j][j]) + size != Math.abs(a[j][j])) {
          largest = Math.max(largest, size);
        }
      }
    }
    return largest;
  }

  private static void rotate(double[][] a, double[][] v, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = 1 / (Math.abs(theta) + StrictMath.sqrt(theta * theta + 1));
    t = theta < 0 ? -t : t;
    double c = 1 / StrictMath.sqrt(t * t + 1);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      double qk = a[q][k];
      a[p][k] = c * pk - s * qk;
      a[q][k] = s * pk + c * qk;
      double kp = v[k][p];
      double kq = v[k][q];
      v[k][p] = c * kp - s * kq;
      v[k][q] = s * kp + c * kq;
    }
    a[p][q] = 0;
    a[q][p] = 0;
  }
}
