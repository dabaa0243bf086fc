package io.accelerant.core.train;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.safetensors.Dtype;
import io.accelerant.core.safetensors.Tensor;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * One flat array of numbers in the order of a {@link io.accelerant.core.engine.Layout}, in either
 * precision: parameters, gradients, moments, averages. Mutable; it wraps the array it is given.
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
    if (precision == Precision.FLOAT64) {
      return of(numbers.clone());
    }
    float[] rounded = new float[numbers.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) numbers[i];
    }
    return of(rounded);
  }

  public static Flat zeros(Precision precision, int length) {
    return precision == Precision.FLOAT64 ? of(new double[length]) : of(new float[length]);
  }

  /** What a broadcast holds: the array itself, which every serializer knows. */
  static Flat ofArray(Serializable array) {
    return array instanceof float[] f ? of(f) : of((double[]) array);
  }

  Serializable array() {
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

  /** A float32 copy. */
  public float[] toFloats() {
    if (floats != null) {
      return floats.clone();
    }
    float[] rounded = new float[doubles.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) doubles[i];
    }
    return rounded;
  }

  public Flat copy() {
    return floats != null ? of(floats.clone()) : of(doubles.clone());
  }

  /** Adds another array of the same precision and length, in place. */
  public Flat add(Flat other) {
    if (other.length() != length()) {
      throw new IllegalArgumentException(
          "cannot add %d numbers to %d".formatted(other.length(), length()));
    }
    if (floats != null) {
      float[] addend = other.floats();
      for (int i = 0; i < floats.length; i++) {
        floats[i] += addend[i];
      }
    } else {
      double[] addend = other.doubles();
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] += addend[i];
      }
    }
    return this;
  }

  /** Sets all parameters of a program. */
  public void setParameters(Program program) {
    if (floats != null) {
      program.setParameters(floats);
    } else {
      program.setParameters(doubles);
    }
  }

  int bytes() {
    return Math.multiplyExact(length(), precision() == Precision.FLOAT32 ? 4 : 8);
  }

  void put(ByteBuffer target) {
    if (floats != null) {
      target.asFloatBuffer().put(floats);
    } else {
      target.asDoubleBuffer().put(doubles);
    }
    target.position(target.position() + bytes());
  }

  static Flat take(ByteBuffer source, Precision precision, int length) {
    Flat taken = zeros(precision, length);
    if (taken.floats != null) {
      source.asFloatBuffer().get(taken.floats);
    } else {
      source.asDoubleBuffer().get(taken.doubles);
    }
    source.position(source.position() + taken.bytes());
    return taken;
  }

  Tensor tensor(String name) {
    long[] shape = {length()};
    return floats != null ? Tensor.of(name, shape, floats) : Tensor.of(name, shape, doubles);
  }

  static Flat of(Tensor tensor) {
    return tensor.dtype() == Dtype.F64 ? of(tensor.toDoubles()) : of(tensor.toFloats());
  }
}
