package io.accelerant.core.engine;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.safetensors.HalfFloats;
import io.accelerant.core.text.Text;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How a program keeps matrices by which nothing is differentiated. In 16 bits they take half the
 * memory; every operation that reads one widens it first, and the wide copy lives as long as that
 * operation. Only numbers that 16 bits hold exactly are taken, so that no result changes.
 */
public enum Storage {
  FLOAT32(DataType.FLOAT),
  BFLOAT16(DataType.BFLOAT16),
  FLOAT16(DataType.HALF);

  /** Numbers that are converted at a time. */
  private static final int BLOCK = 1 << 12;

  private final DataType type;

  Storage(DataType type) {
    this.type = type;
  }

  /** Name in configurations. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  DataType type() {
    return type;
  }

  static boolean isNarrow(DataType type) {
    return type == BFLOAT16.type || type == FLOAT16.type;
  }

  /** Widens all numbers of bfloat16, in half the time that ND4J's own loop takes. */
  static Runnable widening(ShortBuffer from, FloatBuffer to) {
    short[] narrow = new short[Math.min(to.capacity(), BLOCK)];
    float[] wide = new float[narrow.length];
    return () -> {
      for (int at = 0; at < to.capacity(); at += narrow.length) {
        int n = Math.min(narrow.length, to.capacity() - at);
        from.get(at, narrow, 0, n);
        for (int i = 0; i < n; i++) {
          wide[i] = HalfFloats.fromBFloat16(narrow[i]);
        }
        to.put(at, wide, 0, n);
      }
    };
  }

  /**
   * Writes numbers in 16 bits.
   *
   * @param from of which {@code to.capacity()} are written, from an offset on
   * @throws ConfigException if a number is none of that type
   */
  static void put(float[] from, int offset, DataType type, ShortBuffer to) {
    boolean half = type == FLOAT16.type;
    short[] row = new short[Math.min(to.capacity(), BLOCK)];
    for (int at = 0; at < to.capacity(); at += row.length) {
      int n = Math.min(row.length, to.capacity() - at);
      for (int i = 0; i < n; i++) {
        float number = from[offset + at + i];
        row[i] = half ? HalfFloats.toHalf(number) : HalfFloats.toBFloat16(number);
        float kept = half ? HalfFloats.fromHalf(row[i]) : HalfFloats.fromBFloat16(row[i]);
        if (kept != number && number == number) {
          throw new ConfigException(
              Text.of(
                  "engine.frozen is %s, which does not hold the frozen weight %s exactly; set"
                      + " engine.frozen = float32, or the type in which the model was stored.",
                  half ? FLOAT16.label() : BFLOAT16.label(), Float.toString(number)));
        }
      }
      to.put(at, row, 0, n);
    }
  }
}
