package io.accelerant.distill.continuous;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Dynamic thresholding of data predictions (Saharia et al. 2022), for pixel models: u = max(q, 1)
 * for the quantile q of |m| in a sample, m becomes clip(m, -u, u) / u.
 *
 * @param quantile in (0, 1), usually 0.995; 0 for none
 */
public record Thresholding(double quantile) implements Serializable {
  public static final Thresholding NONE = new Thresholding(0);

  public boolean isOff() {
    return quantile == 0;
  }

  /** Changes [batch][size] in place. */
  void apply(double[] m, int size) {
    for (int from = 0; from < m.length; from += size) {
      double[] magnitude = new double[size];
      for (int i = 0; i < size; i++) {
        magnitude[i] = Math.abs(m[from + i]);
      }
      double u = Math.max(1, quantile(magnitude));
      for (int i = from; i < from + size; i++) {
        m[i] = Math.max(-u, Math.min(u, m[i])) / u;
      }
    }
  }

  /** Linear between the two nearest order statistics. */
  private double quantile(double[] values) {
    Arrays.sort(values);
    double place = quantile * (values.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, values.length - 1);
    return values[below] + (place - below) * (values[above] - values[below]);
  }
}
