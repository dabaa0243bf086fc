package io.accelerant.core.safetensors;

/** The two 16-bit floating-point formats, by their bits; rounding is to nearest, ties to even. */
public final class HalfFloats {
  private static final int INFINITY = 0x7f800000;

  private HalfFloats() {}

  /** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Exact. */
  public static float fromHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      // Subnormals count in units of 2^-24, which a float holds as a normal number.
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
    }
    int biased = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | biased << 23 | fraction << 13);
  }

  /** Nearest binary16; from 65520 on infinity; a NaN stays one, quiet. */
  public static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > INFINITY) {
      return (short) (sign | 0x7e00 | magnitude >> 13 & 0x1ff);
    }
    if (magnitude >= 0x47800000) { // 2^16
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) { // 2^-14: subnormal or zero
      // The last place of a float near 0.5 is 2^-24, so the addition itself rounds.
      float rounded = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | Float.floatToRawIntBits(rounded) - 0x3f000000);
    }
    // A carry out of the fraction moves into the exponent, up to infinity: that is what is wanted.
    int rebiased = magnitude - (127 - 15 << 23);
    return (short) (sign | rebiased + 0xfff + (rebiased >> 13 & 1) >> 13);
  }

  /** Each number as F16 holds it. */
  public static float[] rounded(float[] numbers) {
    float[] rounded = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      rounded[i] = fromHalf(toHalf(numbers[i]));
    }
    return rounded;
  }

  /** bfloat16: the upper half of a float. Exact. */
  public static float fromBFloat16(short value) {
    return Float.intBitsToFloat(value << 16);
  }

  /** Nearest bfloat16; a NaN stays one, quiet. */
  public static short toBFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > INFINITY) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
