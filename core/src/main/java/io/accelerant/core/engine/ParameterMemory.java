package io.accelerant.core.engine;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Native memory for the parameters of one network, read by every program that is compiled on it, so
 * that programs of several heights keep them once. They are filled by whichever program is there
 * first. It is freed when the last of its users has closed it. Thread-safe.
 */
public final class ParameterMemory implements AutoCloseable {
  private record Place(String leaf, DataType type) {}

  private final BufferPool pool = new BufferPool();
  private final Map<Place, Buffer> buffers = new LinkedHashMap<>();
  private final Set<Buffer> filled = Collections.newSetFromMap(new IdentityHashMap<>());
  private int users = 1;

  /** Its numbers are others from now on. */
  synchronized void forget() {
    filled.clear();
  }

  /** A program on it is one more user. */
  synchronized void retain() {
    users++;
  }

  synchronized Buffer buffer(String leaf, DataType type, long length) {
    return buffers.computeIfAbsent(new Place(leaf, type), place -> pool.pinned(type, length));
  }

  synchronized boolean isFilled(Buffer buffer) {
    return filled.contains(buffer);
  }

  synchronized void setFilled(Buffer buffer) {
    filled.add(buffer);
  }

  /** Bytes of all that is kept here. */
  public synchronized long bytes() {
    return pool.bytes();
  }

  @Override
  public synchronized void close() {
    if (--users == 0) {
      pool.close();
    }
  }
}
