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
          throw notHeld(half ? FLOAT16 : BFLOAT16, "", number);
        }
      }
      to.put(at, row, 0, n);
    }
  }

  private static ConfigException notHeld(Storage storage, String where, float number) {
    return new ConfigException(
        Text.of(
            "engine.frozen is %s, which does not hold the frozen weight %s%s exactly; set"
                + " engine.frozen = float32, or the type in which the model was stored.",
            storage.label(), Float.toString(number), where));
  }

  /**
   * Checks that the matrices of a layout can be kept so, before any program takes them.
   *
   * @param whose named in the error
   * @throws ConfigException if a number is none of this type
   */
  public void require(Layout layout, Flat numbers, String whose) {
    if (this == FLOAT32 || numbers.precision() != Precision.FLOAT32) {
      return;
    }
    float[] floats = numbers.floats();
    for (Layout.Tensor t : layout.tensors()) {
      for (int i = t.offset(); t.shape().size() > 1 && i < t.offset() + t.size(); i++) {
        if (!holds(floats[i])) {
          throw notHeld(this, Text.of(" of %s of %s", t.name(), whose), floats[i]);
        }
      }
    }
  }

  private boolean holds(float number) {
    float kept =
        this == FLOAT16
            ? HalfFloats.fromHalf(HalfFloats.toHalf(number))
            : HalfFloats.fromBFloat16(HalfFloats.toBFloat16(number));
    return kept == number || number != number;
  }
}
