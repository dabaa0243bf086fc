package io.accelerant.distill.continuous;

/** Nodes and weights of the 64-point rule on [-1, 1], by Newton's method on P_64. */
final class GaussLegendre {
  static final int POINTS = 64;
  private static final double[] NODES = new double[POINTS];
  private static final double[] WEIGHTS = new double[POINTS];

  static {
    for (int q = 0; q < POINTS; q++) {
      double x = StrictMath.cos(Math.PI * (q + 0.75) / (POINTS + 0.5));
      double slope = 1;
      for (int iteration = 0; iteration < 8; iteration++) {
        double previous = 1;
        double value = x;
        for (int n = 2; n <= POINTS; n++) { // n P_n = (2n-1) x P_{n-1} - (n-1) P_{n-2}
          double next = ((2 * n - 1) * x * value - (n - 1) * previous) / n;
          previous = value;
          value = next;
        }
        slope = POINTS * (x * value - previous) / (x * x - 1);
        x -= value / slope;
      }
      NODES[q] = x;
      WEIGHTS[q] = 2 / ((1 - x * x) * slope * slope);
    }
  }

  private GaussLegendre() {}

  static double node(int q) {
    return NODES[q];
  }

  static double weight(int q) {
    return WEIGHTS[q];
  }
}
