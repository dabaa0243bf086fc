package io.accelerant.core.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Buffers of one program, used again by (type, length) once nobody reads them any more. */
final class BufferPool {
  private record Size(DataType type, long length) {}

  private final Map<Size, Deque<Buffer>> free = new HashMap<>();
  private final Map<Integer, Buffer> ones = new HashMap<>();
  private final List<Buffer> all = new ArrayList<>();

  Buffer take(DataType type, long length) {
    Deque<Buffer> same = free.get(new Size(type, length));
    return same == null || same.isEmpty() ? create(type, length, false) : same.pop();
  }

  /** A zeroed buffer that is never handed on. */
  Buffer pinned(DataType type, long length) {
    Buffer buffer = create(type, length, true);
    buffer.pinned = true;
    return buffer;
  }

  /** Ones, shared by all who ask for the same length. */
  Buffer ones(DataType type, int length) {
    return ones.computeIfAbsent(
        length,
        n -> {
          Buffer buffer = pinned(type, n);
          double[] numbers = new double[n];
          Arrays.fill(numbers, 1);
          buffer.put(Flat.of(numbers), 0, n);
          return buffer;
        });
  }

  private Buffer create(DataType type, long length, boolean zero) {
    Buffer buffer = new Buffer(type, length, zero);
    all.add(buffer);
    return buffer;
  }

  void giveBack(Buffer buffer) {
    free.computeIfAbsent(new Size(buffer.type, buffer.length), s -> new ArrayDeque<>())
        .push(buffer);
  }

  long bytes() {
    return all.stream().mapToLong(Buffer::bytes).sum();
  }

  void close() {
    all.forEach(Buffer::close);
    all.clear();
    free.clear();
  }
}
