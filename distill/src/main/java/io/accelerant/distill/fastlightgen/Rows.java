package io.accelerant.distill.fastlightgen;

import java.util.Arrays;

/**
 * What a velocity network is asked for.
 *
 * @param z {@code [rows][numbers]}, flat
 * @param t level of each row
 * @param labels class of each row; the number of classes stands for none
 */
record Rows(double[] z, double[] t, int[] labels) {

  /** All at one level. */
  static Rows at(double[] z, double level, int[] labels) {
    double[] t = new double[labels.length];
    Arrays.fill(t, level);
    return new Rows(z, t, labels);
  }

  int count() {
    return labels.length;
  }

  /** The same without class. */
  Rows withoutClass(int classes) {
    int[] none = new int[labels.length];
    Arrays.fill(none, classes);
    return new Rows(z, t, none);
  }

  /** {@code z - t v}: the clean data that a velocity means. */
  double[] clean(double[] v) {
    int size = z.length / t.length;
    double[] x = new double[z.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = z[i] - t[i / size] * v[i];
    }
    return x;
  }
}
