package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A compiled graph with all its buffers: set inputs and parameters, {@link #run}, read outputs and
 * gradients. Shapes are static, every run uses the same memory, and what is not set again keeps its
 * numbers. One thread at a time; different programs run side by side. {@link #close} frees the
 * native memory. Numbers are converted where the caller's type differs from the graph's.
 */
public final class Program implements AutoCloseable {
  /** Output of a named value. */
  private record Output(Buffer buffer, int[] shape) {}

  private final Precision precision;
  private final BufferPool pool;
  private final List<Step> steps;
  private final Map<String, Leaf> leaves;
  private final Map<String, Buffer> settable;
  private final Map<String, Buffer> turned;
  private final Optional<ParameterMemory> memory;
  private final Map<String, Integer> rows = new LinkedHashMap<>();
  private final Map<String, Output> outputs = new LinkedHashMap<>();
  private final Map<String, List<Addend>> gradients = new LinkedHashMap<>();
  private final Layout parameters;
  private final Layout differentiated;
  private final Past.Rows pasts;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final long bytes;
  private long[] nanos;
  private LongSupplier clock = System::nanoTime;
  private boolean closed;

  Program(
      Graph graph,
      BufferPool pool,
      List<Step> steps,
      Map<String, Buffer> settable,
      Map<String, Buffer> turned,
      Function<String, Buffer> find,
      Map<String, Value> outputs,
      Map<String, List<Gradient.Part>> parts) {
    this.precision = graph.precision();
    this.pool = pool;
    this.steps = List.copyOf(steps);
    this.settable = new LinkedHashMap<>(settable);
    this.turned = new LinkedHashMap<>(turned);
    this.memory = graph.memory();
    memory.ifPresent(ParameterMemory::retain);
    this.leaves = new LinkedHashMap<>(graph.leaves);
    this.parameters = graph.parameters();
    this.pasts = graph.pasts();
    this.bytes = pool.bytes();
    leaves.forEach(
        (name, leaf) -> {
          if (leaf.source() instanceof Leaf.Lookup lookup) {
            rows.merge(lookup.indices(), leaves.get(lookup.table()).shape()[0], Math::min);
          }
        });
    outputs.forEach(
        (name, value) ->
            this.outputs.put(name, new Output(find.apply(value.variable.name()), value.shape())));
    Map<String, int[]> shapes = new LinkedHashMap<>();
    parts.forEach(
        (name, list) -> {
          shapes.put(name, leaves.get(name).shape());
          List<Addend> found = new ArrayList<>();
          for (Gradient.Part part : list) {
            Buffer indices = part.indices() == null ? null : find.apply(part.indices());
            found.add(new Addend(find.apply(part.variable()), indices));
          }
          gradients.put(name, found);
        });
    this.differentiated = Layout.of(shapes);
  }

  /** Type of the numbers inside. */
  public Precision precision() {
    return precision;
  }

  /** All parameters of the graph, in order of declaration. */
  public Layout parameters() {
    return parameters;
  }

  /** The tensors whose gradient this program computes; empty for a forward program. */
  public Layout differentiated() {
    return differentiated;
  }

  /** Shape of a named output. */
  public int[] shape(String output) {
    return output(output).shape().clone();
  }

  /** Bytes of all native buffers that are this program's own. */
  public long nativeBytes() {
    return bytes;
  }

  /**
   * Sets an input or parameter, row-major.
   *
   * @throws IllegalArgumentException if there is none of that name or the length differs
   */
  public Program set(String name, Flat numbers) {
    requireOpen();
    if (!turned.containsKey(name)) {
      target(name, numbers.length(), true);
    }
    put(name, numbers, 0, numbers.length());
    return this;
  }

  private void put(String name, Flat from, int offset, int count) {
    if (settable.containsKey(name)) {
      target(name, count, true).put(from, offset, count);
    }
    Buffer columns = turned.get(name);
    if (columns != null) {
      requireLength(name, (int) columns.length, count);
      columns.putTurned(from, offset, leaves.get(name).shape());
    }
  }

  /** As {@link #set(String, Flat)}. */
  public Program set(String name, float[] numbers) {
    return set(name, Flat.of(numbers));
  }

  /** As {@link #set(String, Flat)}. */
  public Program set(String name, double[] numbers) {
    return set(name, Flat.of(numbers));
  }

  /**
   * Sets an input of indices.
   *
   * @throws IllegalArgumentException if there is none of that name, the length differs, or an index
   *     is outside the table that it selects from
   */
  public Program set(String name, int[] indices) {
    Buffer buffer = target(name, indices.length, false);
    int limit = rows.getOrDefault(name, Integer.MAX_VALUE);
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= limit) {
        throw new IllegalArgumentException(
            Text.of("%s[%d] is %d, must be in 0..%d", name, i, indices[i], limit - 1));
      }
    }
    buffer.put(indices);
    return this;
  }

  /** Sets all parameters from one flat array in the order of {@link #parameters()}. */
  public Program setParameters(Flat flat) {
    requireLength("parameters", parameters.size(), flat.length());
    return setParameters("", parameters, flat);
  }

  /** As {@link #setParameters(Flat)}. */
  public Program setParameters(float[] flat) {
    return setParameters(Flat.of(flat));
  }

  /** As {@link #setParameters(Flat)}. */
  public Program setParameters(double[] flat) {
    return setParameters(Flat.of(flat));
  }

  /**
   * Sets those parameters of this program that a layout has, too.
   *
   * @param prefix goes before the names of the layout
   * @param flat numbers in the order of the layout
   */
  public Program setParameters(String prefix, Layout layout, Flat flat) {
    requireOpen();
    for (Layout.Tensor t : layout.tensors()) {
      String name = prefix + t.name();
      put(name, flat, t.offset(), t.size());
    }
    return this;
  }

  /**
   * Sets those parameters that no other program on the same {@link ParameterMemory} has set, all if
   * it has none.
   *
   * @param source of the tensors of {@link #parameters()}
   */
  public Program fillParameters(ParameterSource source) {
    requireOpen();
    for (Layout.Tensor t : parameters.tensors()) {
      List<Buffer> places =
          Stream.of(settable.get(t.name()), turned.get(t.name())).filter(Objects::nonNull).toList();
      if (places.stream().anyMatch(place -> !isFilled(place))) {
        ParameterSource.Slice slice = source.read(t);
        put(t.name(), slice.numbers(), slice.from(), t.size());
        memory.ifPresent(shared -> places.forEach(shared::setFilled));
      }
    }
    return this;
  }

  private boolean isFilled(Buffer place) {
    return memory.isPresent() && memory.get().isFilled(place);
  }

  /**
   * Says whose next token each row of the next run is, in a graph with {@link
   * Graph#cachedAttention}. Rows of the same past are successive tokens of it. The run extends the
   * pasts.
   *
   * @param rows the past of each row; null for a row that nobody wants
   * @return the position of each row's token, from 0
   */
  public int[] attend(Past... rows) {
    return pasts.set(rows);
  }

  /**
   * Computes all outputs and gradients from what is set.
   *
   * @throws IllegalStateException if the program is closed, runs on another thread, or an operation
   *     fails
   * @throws CancellationException if the thread was interrupted before, as that of a task is whose
   *     job is cancelled
   */
  public void run() {
    requireOpen();
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("the thread of this program was interrupted");
    }
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this program is running on another thread; lease one program per thread");
    }
    try {
      Engine.enter();
      if (nanos == null) {
        for (Step step : steps) {
          step.run();
        }
      } else {
        runTimed();
      }
      pasts.end();
    } finally {
      busy.set(false);
    }
  }

  private void runTimed() {
    for (int i = 0; i < nanos.length; i++) {
      long start = clock.getAsLong();
      steps.get(i).run();
      nanos[i] += clock.getAsLong() - start;
    }
  }

  /** The numbers of a named output, in the precision of the program. */
  public Flat numbers(String output) {
    Output found = output(output);
    return found.buffer().read(Shapes.size(found.shape()));
  }

  /** The numbers of a named output. */
  public float[] floats(String output) {
    return numbers(output).to(Precision.FLOAT32).floats();
  }

  /** The numbers of a named output. */
  public double[] doubles(String output) {
    return numbers(output).to(Precision.FLOAT64).doubles();
  }

  /** The first number of a named output, such as a loss. */
  public double scalar(String output) {
    return output(output).buffer().read(1).get(0);
  }

  /** The gradient in the order of {@link #differentiated()}. */
  public Flat gradients() {
    requireOpen();
    Flat flat = Flat.zeros(precision, differentiated.size());
    for (Layout.Tensor t : differentiated.tensors()) {
      gradients.get(t.name()).forEach(addend -> addend.addTo(flat, t));
    }
    return flat;
  }

  /**
   * The gradient of the rows that a lookup took from a table, before they are scattered: row i is
   * that of the i-th index, so that the gradient of one example is told from that of another.
   *
   * @param table name of a differentiated parameter
   * @return {@code [indices][width]}, of one lookup after the other
   * @throws IllegalArgumentException if no lookup reads a table of that name
   */
  public List<Flat> rowGradients(String table) {
    requireOpen();
    List<Flat> rows =
        gradients.getOrDefault(table, List.of()).stream()
            .filter(addend -> addend.indices() != null)
            .map(Addend::rows)
            .toList();
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("no rows of " + table + " are differentiated");
    }
    return rows;
  }

  /** From now on, time every operation of every run. */
  public Program profile() {
    return profile(System::nanoTime);
  }

  /** As {@link #profile()} by another clock, in nanoseconds: of the thread, on a busy machine. */
  Program profile(LongSupplier nanoseconds) {
    clock = nanoseconds;
    nanos = new long[steps.size()];
    return this;
  }

  /** Seconds spent in each operation since {@link #profile()}, the largest first. */
  public Map<String, Double> seconds() {
    return seconds(step -> step.operation);
  }

  Map<String, Double> seconds(Function<Step, String> key) {
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int i = 0; nanos != null && i < nanos.length; i++) {
      sums.merge(key.apply(steps.get(i)), nanos[i] * 1e-9, Double::sum);
    }
    Map<String, Double> sorted = new LinkedHashMap<>();
    sums.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(e -> sorted.put(e.getKey(), e.getValue()));
    return sorted;
  }

  /** Operations of one run, views and constants left out. */
  public int operations() {
    return steps.size();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      steps.forEach(Step::close);
      pool.close();
      memory.ifPresent(ParameterMemory::close);
    }
  }

  private Buffer target(String name, int length, boolean numbers) {
    requireOpen();
    Buffer buffer = settable.get(name);
    if (buffer == null) {
      throw new IllegalArgumentException(
          "nothing to set is named " + name + "; there are " + settable.keySet());
    }
    if (buffer.type.isFPType() != numbers) {
      throw new IllegalArgumentException(
          name + (numbers ? " takes whole numbers" : " takes real numbers"));
    }
    requireLength(name, (int) buffer.length, length);
    return buffer;
  }

  private Output output(String name) {
    requireOpen();
    Output output = outputs.get(name);
    if (output == null) {
      throw new IllegalArgumentException(
          "no output is named " + name + "; there are " + outputs.keySet());
    }
    return output;
  }

  private static void requireLength(String what, int expected, int length) {
    if (length != expected) {
      throw new IllegalArgumentException(
          Text.of("%s holds %d numbers, got %d", what, expected, length));
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the program is closed");
    }
  }
}
