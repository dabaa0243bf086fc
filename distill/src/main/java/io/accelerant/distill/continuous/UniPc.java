package io.accelerant.distill.continuous;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * UniPC (Zhao et al. 2023): predictor UniP-p and corrector UniC-p of one step s to t. With r_j =
 * (lambda_j - lambda_0)/h, D_j = (m_j - m_0)/r_j and z = -h (data) or h (noise), x = ddim - scale B
 * sum_j c_j D_j, where c solves sum_j r_j^(k-1) c_j = b_k.
 */
public record UniPc(Variant variant) implements Predictor {

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

  /** UniP-p: the differences to p - 1 older outputs. */
  @Override
  public double[] predict(double[] x, Step step, int p) {
    return update(x, step, older(step, p - 1), p == 2);
  }

  /**
   * UniC-p: as UniP with the output m_t of the predicted x, at r = 1, as one more difference; order
   * p + 1.
   */
  double[] correct(double[] x, Step step, double[] mt, int p) {
    List<Output> outputs = older(step, p - 1);
    outputs.add(new Output(1, mt));
    return update(x, step, outputs, p == 1);
  }

  /** An output other than m_0, and its r. */
  private record Output(double r, double[] m) {}

  private static List<Output> older(Step step, int count) {
    List<Output> outputs = new ArrayList<>();
    for (int j = 1; j <= count; j++) {
      outputs.add(new Output(step.r(j), step.m(j)));
    }
    return outputs;
  }

  /**
   * x_t = ddim - scale B(h) sum_j c_j (m_j - m_0) / r_j.
   *
   * @param half whether c_1 is 1/2 instead of the solution
   */
  private double[] update(double[] x, Step step, List<Output> outputs, boolean half) {
    double[] r = outputs.stream().mapToDouble(Output::r).toArray();
    double[] c = half ? new double[] {0.5} : weights(r, step.z());
    double factor = -step.scale() * variant.b(step.z());
    double[] m0 = step.m(0);
    double[] y = step.ddim(x);
    for (int j = 0; j < r.length; j++) {
      double[] mj = outputs.get(j).m();
      for (int i = 0; i < y.length; i++) {
        y[i] += factor * c[j] * (mj[i] - m0[i]) / r[j];
      }
    }
    return y;
  }

  /** The solution of the Vandermonde system sum_j r_j^(k-1) c_j = b_k, k = 1 .. p. */
  private double[] weights(double[] r, double z) {
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

  /** Gauss with pivots on [A | b], for a few unknowns; changes it. */
  static double[] solve(double[][] a) {
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
