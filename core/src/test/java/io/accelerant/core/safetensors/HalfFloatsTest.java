package io.accelerant.core.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {
  private static final int VALUES = 1 << 16;

  /** The value by the definition of the format, in doubles. */
  private static double define(int bits, int exponentBits, int fractionBits) {
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
    double fraction = (bits & (1 << fractionBits) - 1) / Math.pow(2, fractionBits);
    double sign = bits >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * fraction * Math.pow(2, 1 - bias)
        : sign * (1 + fraction) * Math.pow(2, exponent - bias);
  }

  @Test
  void everyHalfWidensToItsDefinitionAndComesBack() {
    for (int bits = 0; bits < VALUES; bits++) {
      float value = HalfFloats.fromHalf((short) bits);
      double expected = define(bits, 5, 10);
      assertThat(Double.valueOf(value)).as("%04x", bits).isEqualTo(Double.valueOf(expected));
      short back = HalfFloats.toHalf(value);
      if (Double.isNaN(expected)) {
        assertThat(back & 0xfe00).as("%04x", bits).isEqualTo(bits & 0x8000 | 0x7e00);
      } else {
        assertThat(back & 0xffff).as("%04x", bits).isEqualTo(bits);
      }
    }
  }

  @Test
  void everyBFloat16WidensToItsDefinitionAndComesBack() {
    for (int bits = 0; bits < VALUES; bits++) {
      float value = HalfFloats.fromBFloat16((short) bits);
      double expected = define(bits, 8, 7);
      assertThat(Double.valueOf(value)).as("%04x", bits).isEqualTo(Double.valueOf(expected));
      int back = HalfFloats.toBFloat16(value) & 0xffff;
      assertThat(back).as("%04x", bits).isEqualTo(Double.isNaN(expected) ? bits | 0x40 : bits);
    }
  }

  /** All finite values from zero up; the bits of a magnitude count up with it. */
  private static double[] magnitudes(int exponentBits, int fractionBits) {
    int infinity = (1 << exponentBits) - 1 << fractionBits;
    double[] values = new double[infinity];
    Arrays.setAll(values, bits -> define(bits, exponentBits, fractionBits));
    return values;
  }

  /** Nearest by search, ties to the even bits; half the last step beyond the largest: infinity. */
  private static int nearest(double[] magnitudes, float value) {
    double magnitude = Math.abs((double) value);
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    int found = Arrays.binarySearch(magnitudes, magnitude);
    if (found >= 0) {
      return sign | found;
    }
    int above = -found - 1;
    double low = magnitudes[above - 1];
    double high =
        above < magnitudes.length ? magnitudes[above] : 2 * low - magnitudes[magnitudes.length - 2];
    double middle = (low + high) / 2;
    boolean up = magnitude > middle || (magnitude == middle && above % 2 == 0);
    return sign | (up ? above : above - 1);
  }

  private static float[] samples() {
    Random random = new Random(5);
    float[] samples = new float[400_000];
    for (int i = 0; i < samples.length; i++) {
      // Any bits, then bits around the ranges of binary16, then around the ties.
      float value =
          switch (i % 3) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(44) - 27));
            default -> {
              short half = (short) random.nextInt();
              float low = HalfFloats.fromHalf(half);
              float high = HalfFloats.fromHalf((short) (half + 1));
              float tie = low / 2 + high / 2;
              int nudge = random.nextInt(3);
              yield nudge == 0 ? tie : nudge == 1 ? Math.nextUp(tie) : Math.nextDown(tie);
            }
          };
      samples[i] = Float.isFinite(value) ? value : 65519.996f;
    }
    return samples;
  }

  @Test
  void floatsRoundToTheNearestHalfTiesToEven() {
    double[] magnitudes = magnitudes(5, 10);
    for (float value : samples()) {
      int bits = HalfFloats.toHalf(value) & 0xffff;
      if (bits != nearest(magnitudes, value)) {
        assertThat(bits).as("%s", value).isEqualTo(nearest(magnitudes, value));
      }
    }
    assertThat(HalfFloats.toHalf(65520f)).isEqualTo((short) 0x7c00);
    assertThat(HalfFloats.toHalf(Math.nextDown(65520f))).isEqualTo((short) 0x7bff);
    assertThat(HalfFloats.toHalf(0x1p-25f)).isEqualTo((short) 0);
    assertThat(HalfFloats.toHalf(-Math.nextUp(0x1p-25f))).isEqualTo((short) 0x8001);
    assertThat(HalfFloats.toHalf(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
  }

  @Test
  void floatsRoundToTheNearestBFloat16TiesToEven() {
    double[] magnitudes = magnitudes(8, 7);
    for (float value : samples()) {
      int bits = HalfFloats.toBFloat16(value) & 0xffff;
      if (bits != nearest(magnitudes, value)) {
        assertThat(bits).as("%s", value).isEqualTo(nearest(magnitudes, value));
      }
    }
    assertThat(HalfFloats.toBFloat16(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
    assertThat(HalfFloats.toBFloat16(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
    assertThat(HalfFloats.toBFloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    assertThat(HalfFloats.toBFloat16(Float.intBitsToFloat(0x7f800001))).isEqualTo((short) 0x7fc0);
  }
}
