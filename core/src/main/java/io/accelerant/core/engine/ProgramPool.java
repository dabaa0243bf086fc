package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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

  private final List<Shelf> shelves = new ArrayList<>();
  private int capacity;
  private int leased;
  private int building;
  private int builds;
  private boolean closed;

  /**
   * @param frozen how it keeps frozen matrices
   * @param shelf where its parameters lie, or null if they are its own
   */
  private record Idle(Key key, int device, Storage frozen, Shelf shelf, Program program) {
    boolean is(Key wanted, Shelf on) {
      return key.equals(wanted)
          && shelf == on
          && device == Engine.device()
          && frozen == Engine.frozen();
    }
  }

  /** Memory for the parameters of a network, and who uses it. */
  private static final class Shelf {
    private final String network;
    private final int device = Engine.device();
    private final Storage frozen = Engine.frozen();
    private final ParameterMemory memory = new ParameterMemory();
    private Object numbers;
    private int families;

    Shelf(String network) {
      this.network = network;
    }

    boolean is(String wanted) {
      return network.equals(wanted) && device == Engine.device() && frozen == Engine.frozen();
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
    private final Shelf shelf;
    private boolean returned;

    private Lease(Key key, Shelf shelf, Program program) {
      this.key = key;
      this.shelf = shelf;
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
        giveBack(new Idle(key, device, frozen, shelf, program));
      }
    }
  }

  /**
   * Programs on loan that read the same parameters in the same memory. All who want the same
   * numbers at a time share it; a program still belongs to its task alone.
   */
  public final class Family implements AutoCloseable {
    private final Shelf shelf;
    private final ParameterSource source;
    private boolean returned;

    private Family(Shelf shelf, ParameterSource source) {
      this.shelf = shelf;
      this.source = source;
    }

    /** Bytes of the parameters as far as programs have asked for them. */
    public long bytes() {
      return shelf.memory.bytes();
    }

    /**
     * Lends a program with its parameters in it.
     *
     * @param build compiles it on the memory, see {@link Graph#on}
     */
    public Lease lease(
        List<Integer> shape, Precision precision, Function<ParameterMemory, Program> build) {
      Key key = new Key(shelf.network, shape, precision);
      Lease lease = ProgramPool.this.lease(key, shelf, () -> build.apply(shelf.memory));
      try {
        synchronized (shelf) {
          lease.program().fillParameters(source);
        }
        return lease;
      } catch (RuntimeException e) {
        lease.close();
        throw e;
      }
    }

    @Override
    public void close() {
      if (!returned) {
        returned = true;
        leave(shelf);
      }
    }
  }

  /**
   * Memory for parameters and programs on it.
   *
   * @param network hash of its specification, and what is compiled of it
   * @param numbers stand for what the source gives: who asks for the same object while it is on
   *     loan gets the same memory, so they must not change in that time
   */
  public synchronized Family family(String network, Object numbers, ParameterSource source) {
    Shelf found = null;
    for (Shelf shelf : shelves) {
      boolean same = shelf.families > 0 && shelf.numbers == numbers;
      if (shelf.is(network) && (same || shelf.families == 0 && found == null)) {
        found = shelf;
        if (same) {
          break;
        }
      }
    }
    if (found == null) {
      found = new Shelf(network);
      shelves.add(found);
    }
    if (found.families == 0) {
      found.memory.forget();
      found.numbers = numbers;
    }
    found.families++;
    return new Family(found, source);
  }

  private synchronized void leave(Shelf shelf) {
    shelf.families--;
    if (shelf.families == 0) {
      shelf.numbers = null;
    }
    clear(shelf);
  }

  /** Frees the memory for parameters that no program is left for. */
  private void clear(Shelf shelf) {
    if (shelf != null
        && shelf.families == 0
        && idle.stream().noneMatch(program -> program.shelf() == shelf)
        && shelves.remove(shelf)) {
      shelf.memory.close();
    }
  }

  /**
   * Lends an idle program of the key, or builds one.
   *
   * @param build compiles the program; called outside the pool's lock
   * @throws IllegalStateException if the pool is closed, or all its programs are on loan
   */
  public Lease lease(Key key, Supplier<Program> build) {
    return lease(key, null, build);
  }

  private Lease lease(Key key, Shelf shelf, Supplier<Program> build) {
    Program found = reserve(key, shelf);
    if (found == null) {
      try {
        found = build.get();
      } finally {
        finishBuild(found);
      }
    }
    return new Lease(key, shelf, found);
  }

  /** An idle program, now counted as leased; or null, with room for a new one set aside. */
  private synchronized Program reserve(Key key, Shelf shelf) {
    if (closed) {
      throw new IllegalStateException("the program pool is closed");
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      if (idle.get(i).is(key, shelf)) {
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
      close(idle.remove(0));
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
      close(returned);
    } else {
      idle.add(returned);
    }
  }

  private void close(Idle dropped) {
    dropped.program().close();
    clear(dropped.shelf());
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
    List<Idle> dropped = List.copyOf(idle);
    idle.clear();
    dropped.forEach(this::close);
  }
}
