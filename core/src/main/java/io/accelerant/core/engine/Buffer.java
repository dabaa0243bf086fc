package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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

  void put(double[] from, int offset, int count) {
    if (type == DataType.DOUBLE) {
      ((DoublePointer) pointer).put(from, offset, count);
      written();
      return;
    }
    float[] narrow = new float[count];
    for (int i = 0; i < count; i++) {
      narrow[i] = (float) from[offset + i];
    }
    put(narrow, 0, count);
  }

  void put(float[] from, int offset, int count) {
    if (type == DataType.FLOAT) {
      ((FloatPointer) pointer).put(from, offset, count);
      written();
      return;
    }
    double[] wide = new double[count];
    for (int i = 0; i < count; i++) {
      wide[i] = from[offset + i];
    }
    put(wide, 0, count);
  }

  void put(int[] from) {
    ((IntPointer) pointer).put(from, 0, from.length);
    written();
  }

  void get(double[] into, int offset, int count) {
    if (type == DataType.DOUBLE) {
      fetch();
      ((DoublePointer) pointer).get(into, offset, count);
      return;
    }
    float[] narrow = new float[count];
    get(narrow, 0, count);
    for (int i = 0; i < count; i++) {
      into[offset + i] = narrow[i];
    }
  }

  void get(float[] into, int offset, int count) {
    if (type == DataType.FLOAT) {
      fetch();
      ((FloatPointer) pointer).get(into, offset, count);
      return;
    }
    double[] wide = new double[count];
    get(wide, 0, count);
    for (int i = 0; i < count; i++) {
      into[offset + i] = (float) wide[i];
    }
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
