package io.accelerant.core.safetensors;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/**
 * A named array as safetensors holds it.
 *
 * @param shape row-major; empty for a scalar
 * @param data little-endian elements, read-only; at most 2 GiB
 */
public record Tensor(String name, Dtype dtype, long[] shape, ByteBuffer data) {
  public Tensor {
    shape = shape.clone();
    data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (byteSize(dtype, shape) != data.remaining()) {
      throw new IllegalArgumentException(
          Text.of(
              "tensor %s of shape %s and type %s needs %d bytes, has %d",
              name, Arrays.toString(shape), dtype, byteSize(dtype, shape), data.remaining()));
    }
  }

  /**
   * Bytes of a tensor.
   *
   * @throws ArithmeticException if that is more than a long holds
   * @throws IllegalArgumentException if a dimension is negative
   */
  static long byteSize(Dtype dtype, long... shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative dimension " + dimension);
      }
      count = Math.multiplyExact(count, dimension);
    }
    return Math.multiplyExact(count, (long) dtype.bytes());
  }

  public static Tensor of(String name, long[] shape, double... values) {
    ByteBuffer data = allocate(values.length, Dtype.F64);
    data.asDoubleBuffer().put(values);
    return new Tensor(name, Dtype.F64, shape, data);
  }

  public static Tensor of(String name, long[] shape, float... values) {
    ByteBuffer data = allocate(values.length, Dtype.F32);
    data.asFloatBuffer().put(values);
    return new Tensor(name, Dtype.F32, shape, data);
  }

  public static Tensor of(String name, long[] shape, int... values) {
    ByteBuffer data = allocate(values.length, Dtype.I32);
    data.asIntBuffer().put(values);
    return new Tensor(name, Dtype.I32, shape, data);
  }

  public static Tensor of(String name, long[] shape, long... values) {
    ByteBuffer data = allocate(values.length, Dtype.I64);
    data.asLongBuffer().put(values);
    return new Tensor(name, Dtype.I64, shape, data);
  }

  /** Rounds to F16, see {@link HalfFloats#toHalf}. */
  public static Tensor asHalf(String name, long[] shape, float... values) {
    ByteBuffer data = allocate(values.length, Dtype.F16);
    for (float value : values) {
      data.putShort(HalfFloats.toHalf(value));
    }
    return new Tensor(name, Dtype.F16, shape, data.flip());
  }

  /** Rounds to BF16, see {@link HalfFloats#toBFloat16}. */
  public static Tensor asBFloat16(String name, long[] shape, float... values) {
    ByteBuffer data = allocate(values.length, Dtype.BF16);
    for (float value : values) {
      data.putShort(HalfFloats.toBFloat16(value));
    }
    return new Tensor(name, Dtype.BF16, shape, data.flip());
  }

  private static ByteBuffer allocate(int count, Dtype dtype) {
    return ByteBuffer.allocate(Math.multiplyExact(count, dtype.bytes()))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The same numbers, bit for bit, in another order and under another name.
   *
   * @param from place of an element to the one that it is taken from
   */
  public Tensor reordered(String other, long[] to, IntUnaryOperator from) {
    int width = dtype.bytes();
    byte[] reordered = new byte[data.remaining()];
    for (int i = 0; i < size(); i++) {
      data.get(from.applyAsInt(i) * width, reordered, i * width, width);
    }
    return new Tensor(other, dtype, to, ByteBuffer.wrap(reordered));
  }

  /** Number of elements. */
  public int size() {
    return data.remaining() / dtype.bytes();
  }

  /**
   * Values of F32, F16 or BF16, exact.
   *
   * @throws DataException for any other type
   */
  public float[] toFloats() {
    float[] values = new float[size()];
    switch (dtype) {
      case F32 -> data().asFloatBuffer().get(values);
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.fromHalf(data.getShort(2 * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.fromBFloat16(data.getShort(2 * i));
        }
      }
      default -> throw notA("F32, F16 or BF16");
    }
    return values;
  }

  /**
   * Values of any floating-point type, exact.
   *
   * @throws DataException for any other type
   */
  public double[] toDoubles() {
    double[] values = new double[size()];
    if (dtype == Dtype.F64) {
      data().asDoubleBuffer().get(values);
      return values;
    }
    if (dtype != Dtype.F32 && dtype != Dtype.F16 && dtype != Dtype.BF16) {
      throw notA("F64, F32, F16 or BF16");
    }
    float[] narrow = toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = narrow[i];
    }
    return values;
  }

  /**
   * Values of any integer type or BOOL (0 and 1), exact.
   *
   * @throws DataException for any other type, or if a U64 needs more than 63 bits
   */
  public long[] toLongs() {
    long[] values = new long[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case I64, U64 -> data.getLong(8 * i);
            case I32 -> data.getInt(4 * i);
            case U32 -> Integer.toUnsignedLong(data.getInt(4 * i));
            case I16 -> data.getShort(2 * i);
            case U16 -> Short.toUnsignedLong(data.getShort(2 * i));
            case I8 -> data.get(i);
            case U8, BOOL -> Byte.toUnsignedLong(data.get(i));
            default -> throw notA("an integer type");
          };
      if (dtype == Dtype.U64 && values[i] < 0) {
        throw new DataException("Tensor " + name + " holds a U64 of more than 63 bits.");
      }
    }
    return values;
  }

  /**
   * As {@link #toLongs}.
   *
   * @throws DataException also if a value needs more than 32 bits
   */
  public int[] toInts() {
    return Arrays.stream(toLongs())
        .mapToInt(
            value -> {
              if (value != (int) value) {
                throw new DataException(
                    "Tensor " + name + " holds " + value + ", which is no 32-bit integer.");
              }
              return (int) value;
            })
        .toArray();
  }

  private DataException notA(String types) {
    return new DataException("Tensor " + name + " must be " + types + ", is " + dtype + ".");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor t
        && name.equals(t.name)
        && dtype == t.dtype
        && Arrays.equals(shape, t.shape)
        && data.equals(t.data);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, dtype, Arrays.hashCode(shape), data);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape);
  }
}
