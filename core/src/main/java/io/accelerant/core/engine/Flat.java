package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * One flat array of numbers in the order of a {@link Layout}, in either precision: parameters,
 * gradients, moments, averages. All arithmetic that is done in both precisions is here, each
 * operation rounded to the precision of the array, in order of index. Mutable; it wraps the array
 * it is given.
 */
public final class Flat {
  private final float[] floats;
  private final double[] doubles;

  private Flat(float[] floats, double[] doubles) {
    this.floats = floats;
    this.doubles = doubles;
  }

  public static Flat of(float[] numbers) {
    return new Flat(numbers, null);
  }

  public static Flat of(double[] numbers) {
    return new Flat(null, numbers);
  }

  /** The numbers in a precision; rounds to float32 where that is asked for. */
  public static Flat of(Precision precision, double[] numbers) {
    return of(numbers.clone()).to(precision);
  }

  public static Flat zeros(Precision precision, int length) {
    return precision == Precision.FLOAT64 ? of(new double[length]) : of(new float[length]);
  }

  /** One array after the other. */
  public static Flat join(Precision precision, List<Flat> parts) {
    Flat all = zeros(precision, parts.stream().mapToInt(Flat::length).sum());
    int at = 0;
    for (Flat part : parts) {
      all.put(at, part, 0, part.length());
      at += part.length();
    }
    return all;
  }

  /** Wraps a float[] or double[], such as {@link #array()} gave. */
  public static Flat ofArray(Serializable array) {
    return array instanceof float[] f ? of(f) : of((double[]) array);
  }

  /** The array itself, which every serializer knows. */
  public Serializable array() {
    return floats != null ? floats : doubles;
  }

  public Precision precision() {
    return floats != null ? Precision.FLOAT32 : Precision.FLOAT64;
  }

  public int length() {
    return floats != null ? floats.length : doubles.length;
  }

  public double get(int index) {
    return floats != null ? floats[index] : doubles[index];
  }

  /**
   * The float32 array behind this.
   *
   * @throws IllegalStateException if it is float64
   */
  public float[] floats() {
    return require(floats, Precision.FLOAT32);
  }

  /**
   * The float64 array behind this.
   *
   * @throws IllegalStateException if it is float32
   */
  public double[] doubles() {
    return require(doubles, Precision.FLOAT64);
  }

  private <T> T require(T array, Precision wanted) {
    if (array == null) {
      throw new IllegalStateException("the numbers are " + precision() + ", not " + wanted);
    }
    return array;
  }

  /** The numbers in a precision: this if it has it, else a copy. */
  public Flat to(Precision precision) {
    if (precision == precision()) {
      return this;
    }
    if (precision == Precision.FLOAT64) {
      double[] wide = new double[floats.length];
      Arrays.setAll(wide, i -> floats[i]);
      return of(wide);
    }
    float[] narrow = new float[doubles.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) doubles[i];
    }
    return of(narrow);
  }

  /** A float32 copy. */
  public float[] toFloats() {
    return floats != null ? floats.clone() : to(Precision.FLOAT32).floats;
  }

  /** A float64 copy. */
  public double[] toDoubles() {
    return doubles != null ? doubles.clone() : to(Precision.FLOAT64).doubles;
  }

  public Flat copy() {
    return slice(0, length());
  }

  /** A copy of {@code length} numbers. */
  public Flat slice(int from, int length) {
    return floats != null
        ? of(Arrays.copyOfRange(floats, from, from + length))
        : of(Arrays.copyOfRange(doubles, from, from + length));
  }

  /** Copies numbers of another array of the same precision to here, from {@code at} on. */
  public void put(int at, Flat other, int from, int length) {
    System.arraycopy(other.to(precision()).array(), from, array(), at, length);
  }

  /** Adds another array of the same precision and length, in place. */
  public Flat add(Flat other) {
    requireLength(other);
    return add(0, other, 0, length());
  }

  /** Adds numbers of another array to those from {@code at} on. */
  Flat add(int at, Flat other, int from, int length) {
    if (floats != null) {
      float[] addend = other.floats();
      for (int i = 0; i < length; i++) {
        floats[at + i] += addend[from + i];
      }
    } else {
      double[] addend = other.doubles();
      for (int i = 0; i < length; i++) {
        doubles[at + i] += addend[from + i];
      }
    }
    return this;
  }

  /** Subtracts another array of the same precision and length, in place. */
  public Flat subtract(Flat other) {
    return addScaled(other, -1);
  }

  /** Adds {@code factor * other}, in place. */
  public Flat addScaled(Flat other, double factor) {
    requireLength(other);
    if (floats != null) {
      float[] addend = other.floats();
      float narrow = (float) factor;
      for (int i = 0; i < floats.length; i++) {
        floats[i] += narrow * addend[i];
      }
    } else {
      double[] addend = other.doubles();
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] += factor * addend[i];
      }
    }
    return this;
  }

  /** Multiplies {@code length} numbers, in place. */
  public void scale(double factor, int from, int length) {
    if (floats != null) {
      float narrow = (float) factor;
      for (int i = from; i < from + length; i++) {
        floats[i] *= narrow;
      }
    } else {
      for (int i = from; i < from + length; i++) {
        doubles[i] *= factor;
      }
    }
  }

  /** Adds {@code share * (target - this)}, in place. */
  public void moveTowards(Flat target, double share) {
    requireLength(target);
    if (floats != null) {
      float[] goal = target.floats();
      float narrow = (float) share;
      for (int i = 0; i < floats.length; i++) {
        floats[i] += narrow * (goal[i] - floats[i]);
      }
    } else {
      double[] goal = target.doubles();
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] += share * (goal[i] - doubles[i]);
      }
    }
  }

  /** Euclidean norm over all elements, summed in float64 in order of index. */
  public double norm() {
    double sum = 0;
    for (int i = 0, n = length(); i < n; i++) {
      double x = get(i);
      sum += x * x;
    }
    return StrictMath.sqrt(sum);
  }

  private void requireLength(Flat other) {
    if (other.length() != length()) {
      throw new IllegalArgumentException(
          Text.of("%d numbers do not match %d", other.length(), length()));
    }
  }

  /** Bytes that {@link #put(ByteBuffer)} writes. */
  public int bytes() {
    return Math.multiplyExact(length(), precision().bytes());
  }

  /** Writes the numbers. */
  public void put(ByteBuffer target) {
    if (floats != null) {
      target.asFloatBuffer().put(floats);
    } else {
      target.asDoubleBuffer().put(doubles);
    }
    target.position(target.position() + bytes());
  }

  /** Reads what {@link #put(ByteBuffer)} wrote. */
  public static Flat take(ByteBuffer source, Precision precision, int length) {
    Flat taken = zeros(precision, length);
    if (taken.floats != null) {
      source.asFloatBuffer().get(taken.floats);
    } else {
      source.asDoubleBuffer().get(taken.doubles);
    }
    source.position(source.position() + taken.bytes());
    return taken;
  }
}
