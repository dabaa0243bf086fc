package io.accelerant.core.nn;

/** How a transformer knows the order of its tokens. */
public enum Positions implements Named {
  /** A learned row for each position, added to the embedding. */
  LEARNED,
  /** Fixed sines and cosines, added to the embedding. */
  SINUSOIDAL,
  /** Queries and keys are rotated by an angle that grows with the position. */
  ROTARY;

  private static final double BASE = 10000;

  /** Angle of frequency i of n at a position: {@code position * 10000^(-i/n)}. */
  static double angle(double position, int i, int n) {
    return position * StrictMath.pow(BASE, -(double) i / n);
  }

  /**
   * Section 3.5 of Vaswani et al. (2017): sine at even, cosine at odd places.
   *
   * @return {@code [length][width]} row-major
   */
  public static double[] sinusoids(int length, int width) {
    double[] table = new double[length * width];
    for (int p = 0; p < length; p++) {
      for (int j = 0; j < width; j++) {
        double angle = p * StrictMath.pow(BASE, -(double) (j - j % 2) / width);
        table[p * width + j] = j % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
      }
    }
    return table;
  }
}
