package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One block of native memory, shared by the variables that have it in turn; arrays are row-major.
 */
final class Buffer {
  /** Rows of a matrix that are written as columns at a time: parts of them stay in the cache. */
  private static final int TURNED = 64;

  final DataType type;
  final long length;
  final DataBuffer data;
  private final Pointer pointer;

  /** The whole block of which this is a part; itself if it is the whole. */
  final Buffer whole;

  /** Where this part begins in the whole, in elements. */
  private final long start;

  /** How often a step not yet bound reads the whole or a part of it; the compiler's count. */
  int readers;

  /** The whole is never handed on: it is an input or a constant. */
  boolean pinned;

  Buffer(DataType type, long length, boolean zero) {
    this.type = type;
    this.length = length;
    this.whole = this;
    this.start = 0;
    this.data = Nd4j.createBuffer(type, length, zero);
    this.pointer = data.pointer();
    if (zero) {
      Pointer.memset(pointer, 0, bytes());
      written();
    }
  }

  private Buffer(Buffer whole, long start, long length) {
    this.type = whole.type;
    this.length = length;
    this.whole = whole;
    this.start = start;
    this.data = Nd4j.createBuffer(whole.data, start, length);
    this.pointer = whole.pointer.getPointer(start).limit(length).capacity(length);
  }

  /** Elements {@code from .. from+length-1} as a buffer of their own on the same memory. */
  Buffer part(long from, long length) {
    return new Buffer(whole, start + from, length); // ND4J counts offsets from the whole
  }

  long bytes() {
    return length * type.width();
  }

  /** A row-major view of the first elements. */
  INDArray view(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return Nd4j.create(data, shape, strides, 0, 'c', type);
  }

  /** The first elements as Java sees them. */
  FloatBuffer floats(int size) {
    return raw(size).asFloatBuffer();
  }

  /** The bytes of the first elements. */
  ByteBuffer raw(int size) {
    ByteBuffer bytes = pointer.asByteBuffer().slice(0, Math.multiplyExact(size, type.width()));
    return bytes.order(ByteOrder.nativeOrder());
  }

  /** Whether Java can see all of it: its indices are ints. */
  boolean isVisible() {
    return whole.bytes() <= Integer.MAX_VALUE;
  }

  /** Writes numbers, converted where their precision is another. */
  void put(Flat from, int offset, int count) {
    if (Storage.isNarrow(type)) {
      Storage.put(from.to(Precision.FLOAT32).floats(), offset, type, raw(count).asShortBuffer());
      written();
      return;
    }
    boolean wide = type == DataType.DOUBLE;
    if ((from.precision() == Precision.FLOAT64) != wide) {
      Precision own = wide ? Precision.FLOAT64 : Precision.FLOAT32;
      put(from.slice(offset, count).to(own), 0, count);
      return;
    }
    if (wide) {
      ((DoublePointer) pointer).put(from.doubles(), offset, count);
    } else {
      ((FloatPointer) pointer).put(from.floats(), offset, count);
    }
    written();
  }

  /**
   * Writes a matrix with its axes exchanged.
   *
   * @param shape of the matrix in the array
   */
  void putTurned(Flat from, int offset, int[] shape) {
    float[] numbers = from.to(Precision.FLOAT32).floats();
    int rows = shape[0];
    int columns = shape[1];
    FloatBuffer wide = Storage.isNarrow(type) ? null : floats(rows * columns);
    ShortBuffer narrow = wide == null ? raw(rows * columns).asShortBuffer() : null;
    float[] part = new float[Math.min(rows, TURNED)];
    for (int j = 0; j < rows; j += part.length) {
      int n = Math.min(part.length, rows - j);
      for (int i = 0; i < columns; i++) {
        for (int k = 0; k < n; k++) {
          part[k] = numbers[offset + (j + k) * columns + i];
        }
        if (wide != null) {
          wide.put(i * rows + j, part, 0, n);
        } else {
          Storage.put(part, 0, type, narrow.slice(i * rows + j, n));
        }
      }
    }
    written();
  }

  void put(int[] from) {
    ((IntPointer) pointer).put(from, 0, from.length);
    written();
  }

  /** Reads into numbers of the same precision. */
  void get(Flat into, int offset, int count) {
    fetch();
    if (type == DataType.DOUBLE) {
      ((DoublePointer) pointer).get(into.doubles(), offset, count);
    } else {
      ((FloatPointer) pointer).get(into.floats(), offset, count);
    }
  }

  /** The first elements. */
  Flat read(int count) {
    Precision own = type == DataType.DOUBLE ? Precision.FLOAT64 : Precision.FLOAT32;
    Flat numbers = Flat.zeros(own, count);
    get(numbers, 0, count);
    return numbers;
  }

  void get(int[] into) {
    fetch();
    ((IntPointer) pointer).get(into, 0, into.length);
  }

  /** Says that Java has written all of it, so that a GPU's copy is old. */
  private void written() {
    if (Engine.portable) {
      Nd4j.getAffinityManager().tagLocation(data, Location.HOST);
    }
  }

  /** Brings what a GPU has written to where Java reads. */
  private void fetch() {
    if (Engine.portable) {
      Nd4j.getAffinityManager().ensureLocation(view(new long[] {length}), Location.HOST);
    }
  }

  void close() {
    data.close();
  }
}
