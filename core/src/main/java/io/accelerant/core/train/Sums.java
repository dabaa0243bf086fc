package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What workers hand back, added over workers.
 *
 * @param gradients by role, of its trained parameters; normalisers are already in them
 * @param totals one number by name, such as {@code loss}; they are logged
 * @param items by name, one number for each example of the union batch in order of number. A worker
 *     fills in its own and leaves zeros, so that adding puts them together: under the tree sum of
 *     the gradients, without a second result of a task, and as many bytes as examples.
 */
public record Sums(Map<String, Flat> gradients, Map<String, Flat> totals, Map<String, Flat> items) {
  private static final int HEADER = 12;

  /** Of nothing. */
  public Sums() {
    this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  }

  /** Adds another worker's sums, in place. */
  public Sums add(Sums other) {
    for (int kind = 0; kind < kinds().size(); kind++) {
      Map<String, Flat> own = kinds().get(kind);
      other.kinds().get(kind).forEach((name, numbers) -> own.merge(name, numbers, Flat::add));
    }
    return this;
  }

  private List<Map<String, Flat>> kinds() {
    return List.of(gradients, totals, items);
  }

  /** A total; zero if no worker added to it. */
  public double total(String name) {
    return totals.containsKey(name) ? totals.get(name).get(0) : 0;
  }

  public Sums addTotal(String name, double number) {
    totals.merge(name, Flat.of(new double[] {number}), Flat::add);
    return this;
  }

  public Sums addGradient(String role, Flat gradient) {
    gradients.merge(role, gradient, Flat::add);
    return this;
  }

  /** Adds the gradients that a program of {@link Programs#training} has computed. */
  public Sums addGradients(Objective objective, Program program) {
    Flat all = program.gradients();
    List<Layout.Tensor> tensors = program.differentiated().tensors();
    int from = 0;
    for (String role : objective.differentiated()) {
      String prefix = Scopes.name(role, "");
      int size =
          tensors.stream()
              .filter(tensor -> tensor.name().startsWith(prefix))
              .mapToInt(Layout.Tensor::size)
              .sum();
      addGradient(role, size == all.length() ? all : all.slice(from, size));
      from += size;
    }
    return this;
  }

  /**
   * The numbers of all examples of the union batch under a name, zero until a worker sets its own.
   */
  public double[] items(String name, Batch batch) {
    return items(name, batch, 1);
  }

  /** As {@link #items(String, Batch)}, several numbers an example: {@code [union][width]}. */
  public double[] items(String name, Batch batch, int width) {
    int numbers = Math.toIntExact(batch.union() * width);
    return items.computeIfAbsent(name, n -> Flat.of(new double[numbers])).doubles();
  }

  byte[] toBytes() {
    int size = 0;
    for (Map<String, Flat> kind : kinds()) {
      size += Integer.BYTES;
      for (Map.Entry<String, Flat> entry : kind.entrySet()) {
        size += HEADER + utf8(entry.getKey()).length + entry.getValue().bytes();
      }
    }
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (Map<String, Flat> kind : kinds()) {
      buffer.putInt(kind.size());
      kind.forEach(
          (name, numbers) -> {
            byte[] text = utf8(name);
            buffer.putInt(text.length).put(text);
            buffer.putInt(numbers.precision().ordinal()).putInt(numbers.length());
            numbers.put(buffer);
          });
    }
    return buffer.array();
  }

  static Sums fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Sums sums = new Sums();
    for (Map<String, Flat> kind : sums.kinds()) {
      for (int left = buffer.getInt(); left > 0; left--) {
        byte[] text = new byte[buffer.getInt()];
        buffer.get(text);
        Precision precision = Precision.values()[buffer.getInt()];
        kind.put(
            new String(text, StandardCharsets.UTF_8),
            Flat.take(buffer, precision, buffer.getInt()));
      }
    }
    return sums;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
