package io.accelerant.rl.gvm;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code sum_k u_k v_k^T}, of which the Frobenius norm is wanted: {@code ||.||^2 = sum_kl (u_k .
 * u_l)(v_k . v_l)}, which needs no room for the matrix. In float64, in the order of the addends.
 */
final class OuterProducts {
  /**
   * An addend.
   *
   * @param unit index of the 1 in a u of zeros; -1 if u is dense
   */
  private record Addend(int unit, double[] u, double[] v) {
    double onU(Addend other) {
      if (unit >= 0 && other.unit >= 0) {
        return unit == other.unit ? 1 : 0;
      }
      if (unit >= 0) {
        return other.u[unit];
      }
      return other.unit >= 0 ? u[other.unit] : dot(u, other.u);
    }
  }

  private final List<Addend> addends = new ArrayList<>();

  /** Adds v to a row. */
  void add(int row, double[] v) {
    addends.add(new Addend(row, null, v));
  }

  /** Adds {@code u v^T}. */
  void add(double[] u, double[] v) {
    addends.add(new Addend(-1, u, v));
  }

  double norm() {
    double sum = 0;
    for (int k = 0; k < addends.size(); k++) {
      Addend a = addends.get(k);
      sum += a.onU(a) * dot(a.v, a.v);
      for (int l = 0; l < k; l++) {
        double onU = a.onU(addends.get(l));
        sum += onU == 0 ? 0 : 2 * onU * dot(a.v, addends.get(l).v);
      }
    }
    return StrictMath.sqrt(Math.max(0, sum));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
