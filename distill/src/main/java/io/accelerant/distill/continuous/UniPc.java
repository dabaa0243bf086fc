package io.accelerant.distill.continuous;

import java.util.Locale;

/**
 * UniPC (Zhao et al. 2023): predictor UniP-p and corrector UniC-p of one step s to t. With r_j =
 * (lambda_j - lambda_0)/h, D_j = (m_j - m_0)/r_j and z = -h (data) or h (noise), x = base - scale B
 * sum_j c_j D_j, where c solves sum_j r_j^(k-1) c_j = b_k.
 */
public record UniPc(Form form, Variant variant) implements Predictor {

  /** B(h). It cancels wherever c is solved for: the two differ by the fixed weights 1/2 alone. */
  public enum Variant {
    /** B = z. */
    BH1 {
      @Override
      double b(double z) {
        return z;
      }
    },
    /** B = expm1(z). */
    BH2 {
      @Override
      double b(double z) {
        return StrictMath.expm1(z);
      }
    };

    abstract double b(double z);

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Variant ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  @Override
  public int maxOrder() {
    return 3;
  }

  /** UniP-p: the differences to p - 1 older outputs. */
  @Override
  public double[] predict(double[] x, History history, Node t, int order) {
    double[] r = ratios(history, t, order - 1);
    double[] c = order == 2 ? new double[] {0.5} : weights(r, history.node(0), t);
    return combine(form.base(x, history, t), history, t, r, c);
  }

  /**
   * UniC-p: as UniP with the new output m_t at r_p = 1 as one more difference; order p + 1.
   *
   * @param newest the output at t, of the predicted x
   */
  double[] correct(double[] x, History history, Node t, double[] newest, int order) {
    double[] r = java.util.Arrays.copyOf(ratios(history, t, order - 1), order);
    r[order - 1] = 1;
    double[] c = order == 1 ? new double[] {0.5} : weights(r, history.node(0), t);
    double[] y = combine(form.base(x, history, t), history, t, r, c);
    double factor = -form.scale(t) * variant.b(form.z(history.node(0), t)) * c[order - 1];
    double[] m0 = history.output(0);
    for (int i = 0; i < y.length; i++) {
      y[i] += factor * (newest[i] - m0[i]);
    }
    return y;
  }

  /** r_j = (lambda_j - lambda_0) / h for j = 1 .. count, negative. */
  private static double[] ratios(History history, Node t, int count) {
    double lambda = history.node(0).lambda();
    double[] r = new double[count];
    for (int j = 0; j < count; j++) {
      r[j] = (history.node(j + 1).lambda() - lambda) / (t.lambda() - lambda);
    }
    return r;
  }

  /** y - scale B sum_j c_j (m_j - m_0) / r_j over the older outputs. */
  private double[] combine(double[] y, History history, Node t, double[] r, double[] c) {
    double factor = -form.scale(t) * variant.b(form.z(history.node(0), t));
    double[] m0 = history.output(0);
    for (int j = 0; j < r.length && r[j] < 0; j++) {
      double[] mj = history.output(j + 1);
      for (int i = 0; i < y.length; i++) {
        y[i] += factor * c[j] * (mj[i] - m0[i]) / r[j];
      }
    }
    return y;
  }

  /** The solution of the Vandermonde system sum_j r_j^(k-1) c_j = b_k, k = 1 .. p. */
  private double[] weights(double[] r, Node s, Node t) {
    double z = form.z(s, t);
    double bh = variant.b(z);
    int p = r.length;
    double[][] matrix = new double[p][p + 1];
    double factorial = 1;
    for (int k = 1; k <= p; k++) {
      factorial *= k;
      for (int j = 0; j < p; j++) {
        matrix[k - 1][j] = k == 1 ? 1 : matrix[k - 2][j] * r[j];
      }
      matrix[k - 1][p] = factorial * z * phi(k + 1, z) / bh; // b_k
    }
    return solve(matrix);
  }

  /**
   * phi_k(z) = sum_n z^n / (n+k)!, which is phi_1 = expm1(z)/z, phi_{k+1} = (phi_k - 1/k!)/z; the
   * recurrence loses a digit for each factor 1/z, so small z take the series.
   */
  static double phi(int k, double z) {
    if (Math.abs(z) < 1) {
      double term = 1;
      for (int n = 2; n <= k; n++) {
        term /= n;
      }
      double sum = term;
      for (int n = 1; n < 20; n++) {
        term *= z / (n + k);
        sum += term;
      }
      return sum;
    }
    double phi = StrictMath.expm1(z) / z;
    double factorial = 1;
    for (int j = 1; j < k; j++) {
      factorial *= j;
      phi = (phi - 1 / factorial) / z;
    }
    return phi;
  }

  /** Gauss with pivots on [A | b], at most 3 x 3. */
  private static double[] solve(double[][] a) {
    int n = a.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        pivot = Math.abs(a[row][column]) > Math.abs(a[pivot][column]) ? row : pivot;
      }
      double[] swapped = a[pivot];
      a[pivot] = a[column];
      a[column] = swapped;
      for (int row = column + 1; row < n; row++) {
        double factor = a[row][column] / a[column][column];
        for (int i = column; i <= n; i++) {
          a[row][i] -= factor * a[column][i];
        }
      }
    }
    double[] c = new double[n];
    for (int row = n - 1; row >= 0; row--) {
      double sum = a[row][n];
      for (int i = row + 1; i < n; i++) {
        sum -= a[row][i] * c[i];
      }
      c[row] = sum / a[row][row];
    }
    return c;
  }
}
