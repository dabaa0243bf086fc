package io.accelerant.distill.dcsolver;

import java.util.Arrays;

/**
 * min |A c - y| by the singular values of A with its columns scaled to length 1 (one-sided Jacobi,
 * which keeps small singular values to high relative accuracy). Directions that the rows do not
 * determine get the smallest coefficients.
 */
final class LeastSquares {
  private static final double NEGLIGIBLE = 1e-12;
  private static final int SWEEPS = 60;

  private LeastSquares() {}

  /**
   * A solution.
   *
   * @param coefficients [columns]
   * @param rank number of directions that the rows determine
   * @param condition largest over smallest singular value used, of the scaled columns
   */
  record Solution(double[] coefficients, int rank, double condition) {}

  /**
   * @param rows [rows][columns]; not changed
   * @param right [rows]
   */
  static Solution solve(double[][] rows, double[] right) {
    int columns = rows[0].length;
    double[][] u = new double[columns][rows.length]; // by column
    double[] scale = new double[columns];
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows.length; r++) {
        u[c][r] = rows[r][c];
      }
      scale[c] = Math.max(Math.sqrt(dot(u[c], u[c])), Double.MIN_NORMAL);
      for (int r = 0; r < rows.length; r++) {
        u[c][r] /= scale[c];
      }
    }
    double[][] v = rotate(u);
    Solution first = combine(u, v, right, scale);
    // One step of refinement: the residual is computed from the rows themselves.
    double[] residual = right.clone();
    for (int r = 0; r < rows.length; r++) {
      residual[r] -= dot(rows[r], first.coefficients());
    }
    double[] correction = combine(u, v, residual, scale).coefficients();
    double[] coefficients = first.coefficients();
    for (int c = 0; c < columns; c++) {
      coefficients[c] += correction[c];
    }
    return new Solution(coefficients, first.rank(), first.condition());
  }

  /** Makes the columns of u orthogonal by rotations; returns their product V, by column. */
  private static double[][] rotate(double[][] u) {
    int columns = u.length;
    double[][] v = new double[columns][columns];
    for (int c = 0; c < columns; c++) {
      v[c][c] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean done = true;
      for (int p = 0; p < columns - 1; p++) {
        for (int q = p + 1; q < columns; q++) {
          double a = dot(u[p], u[p]);
          double b = dot(u[q], u[q]);
          double c = dot(u[p], u[q]);
          if (Math.abs(c) > 1e-16 * Math.sqrt(a * b)) {
            done = false;
            double zeta = (b - a) / (2 * c);
            double t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
            double cosine = 1 / Math.sqrt(1 + t * t);
            turn(u[p], u[q], cosine, cosine * t);
            turn(v[p], v[q], cosine, cosine * t);
          }
        }
      }
      if (done) {
        break;
      }
    }
    return v;
  }

  private static void turn(double[] p, double[] q, double cosine, double sine) {
    for (int i = 0; i < p.length; i++) {
      double old = p[i];
      p[i] = cosine * old - sine * q[i];
      q[i] = sine * old + cosine * q[i];
    }
  }

  /** c = sum over singular directions of v (u . y) / s^2, back in the scale of the columns. */
  private static Solution combine(double[][] u, double[][] v, double[] right, double[] scale) {
    double[] squares = Arrays.stream(u).mapToDouble(column -> dot(column, column)).toArray();
    double largest = Arrays.stream(squares).max().orElse(0);
    double smallest = largest;
    int rank = 0;
    double[] coefficients = new double[u.length];
    for (int k = 0; k < u.length; k++) {
      if (squares[k] > NEGLIGIBLE * NEGLIGIBLE * largest) {
        rank++;
        smallest = Math.min(smallest, squares[k]);
        double part = dot(u[k], right) / squares[k];
        for (int c = 0; c < coefficients.length; c++) {
          coefficients[c] += part * v[k][c];
        }
      }
    }
    for (int c = 0; c < coefficients.length; c++) {
      coefficients[c] /= scale[c];
    }
    return new Solution(coefficients, rank, Math.sqrt(largest / smallest));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
