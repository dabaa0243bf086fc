package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Programs kept for the next task that needs one of the same network and shape: building one takes
 * seconds, running it less. A leased program belongs to its task alone; its parameters are those of
 * the last task, so set all of them. When the pool is full, the program that has been idle longest
 * is closed. Thread-safe.
 */
public final class ProgramPool implements AutoCloseable {
  /**
   * What makes two programs interchangeable.
   *
   * @param network hash of the network's specification, and what is compiled of it
   * @param shape batch and length
   */
  public record Key(String network, List<Integer> shape, Precision precision)
      implements Serializable {
    public Key {
      shape = List.copyOf(shape);
    }
  }

  private static ProgramPool shared;

  /** Idle programs, the one returned last at the end. */
  private final List<Idle> idle = new ArrayList<>();

  private int capacity;
  private int leased;
  private int building;
  private int builds;
  private boolean closed;

  /**
   * @param frozen how it keeps frozen matrices
   */
  private record Idle(Key key, int device, Storage frozen, Program program) {
    boolean is(Key wanted) {
      return key.equals(wanted) && device == Engine.device() && frozen == Engine.frozen();
    }
  }

  /**
   * @param capacity programs alive at once, leased and idle: task slots times the buckets that a
   *     task uses
   */
  public ProgramPool(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, is " + capacity);
    }
    this.capacity = capacity;
  }

  /** The pool of this JVM, at least as large as anyone asked. */
  public static synchronized ProgramPool ofJvm(int capacity) {
    if (shared == null || shared.isClosed()) {
      shared = new ProgramPool(capacity);
    } else {
      shared.grow(capacity);
    }
    return shared;
  }

  private synchronized void grow(int wanted) {
    capacity = Math.max(capacity, wanted);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** A program on loan; closing it gives the program back. */
  public final class Lease implements AutoCloseable {
    private final Key key;
    private final Program program;
    private final int device = Engine.device();
    private final Storage frozen = Engine.frozen();
    private boolean returned;

    private Lease(Key key, Program program) {
      this.key = key;
      this.program = program;
    }

    /**
     * @throws IllegalStateException if it was given back
     */
    public Program program() {
      if (returned) {
        throw new IllegalStateException("the lease of " + key + " has ended");
      }
      return program;
    }

    @Override
    public void close() {
      if (!returned) {
        returned = true;
        giveBack(new Idle(key, device, frozen, program));
      }
    }
  }

  /**
   * Lends an idle program of the key, or builds one.
   *
   * @param build compiles the program; called outside the pool's lock
   * @throws IllegalStateException if the pool is closed, or all its programs are on loan
   */
  public Lease lease(Key key, Supplier<Program> build) {
    Program found = reserve(key);
    if (found == null) {
      try {
        found = build.get();
      } finally {
        finishBuild(found);
      }
    }
    return new Lease(key, found);
  }

  /** An idle program, now counted as leased; or null, with room for a new one set aside. */
  private synchronized Program reserve(Key key) {
    if (closed) {
      throw new IllegalStateException("the program pool is closed");
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      if (idle.get(i).is(key)) {
        leased++;
        return idle.remove(i).program();
      }
    }
    if (leased + building + idle.size() >= capacity) {
      if (idle.isEmpty()) {
        throw new IllegalStateException(
            Text.of(
                "all %d programs are on loan; the pool's capacity must be task slots times programs"
                    + " that one task leases at a time",
                capacity));
      }
      idle.remove(0).program().close();
    }
    building++;
    return null;
  }

  private synchronized void finishBuild(Program built) {
    building--;
    if (built != null) {
      leased++;
      builds++;
    }
  }

  private synchronized void giveBack(Idle returned) {
    leased--;
    if (closed || returned.program().isClosed()) {
      returned.program().close();
    } else {
      idle.add(returned);
    }
  }

  /** Programs built so far. */
  public synchronized int builds() {
    return builds;
  }

  /** Programs waiting for a task. */
  public synchronized int idle() {
    return idle.size();
  }

  /** Frees the idle programs now and the leased ones as they come back. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(i -> i.program().close());
    idle.clear();
  }
}
