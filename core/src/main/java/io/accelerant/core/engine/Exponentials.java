package io.accelerant.core.engine;

/**
 * {@code e^(x - shift)} of a block of float32 numbers, none of them above the shift, to 2e-7:
 * {@code 2^k e^r}, r at most ln 2 / 2 from 0, where the series is cut after the sixth power. No
 * branch and no table, so that the compiler turns the loops into vector instructions. NaN stays
 * NaN.
 */
final class Exponentials {
  /** Numbers of a block at most: what is read and written of one stays in the nearest cache. */
  static final int BLOCK = 1024;

  static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /** e^-86 counts as nothing beside 1, and it is not subnormal, which would be slow. */
  private static final float LOWEST = -86;

  /** 1.5 * 2^23: added to a small number it leaves the nearest whole number in the last bits. */
  private static final float ROUND = 12582912f;

  private final float[] rounded = new float[BLOCK];

  /** {@code e^(x - k ln 2)}, for a whole k that leaves at most ln 2. */
  static float series(float x, float k) {
    float r = x - k * LN2_HIGH - k * LN2_LOW;
    float p = 1 / 720f;
    p = p * r + 1 / 120f;
    p = p * r + 1 / 24f;
    p = p * r + 1 / 6f;
    p = p * r + 0.5f;
    p = p * r + 1;
    return p * r + 1;
  }

  /** Replaces the first n numbers. */
  void apply(float[] x, int n, float shift) {
    for (int i = 0; i < n; i++) {
      float v = Math.max(x[i] - shift, LOWEST);
      float bits = v * LOG2_E + ROUND;
      float k = bits - ROUND;
      rounded[i] = bits;
      x[i] = series(v, k);
    }
    for (int i = 0; i < n; i++) { // k moves into the exponent of 1
      x[i] *= Float.intBitsToFloat((Float.floatToRawIntBits(rounded[i]) << 23) + 0x3f800000);
    }
  }
}
