package io.accelerant.core.engine;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Where each named tensor lies in one flat array: row-major, one after the other, in order of
 * declaration. Parameters, gradients, optimizer state and averages share the layout.
 *
 * @param tensors the tensors in order
 * @param size elements of all tensors
 */
public record Layout(List<Tensor> tensors, int size) implements Serializable {
  /**
   * One tensor of a layout.
   *
   * @param name unique name, such as {@code h.0.attn.c_attn.weight}
   * @param shape static shape
   * @param offset index of its first element in the flat array
   */
  public record Tensor(String name, List<Integer> shape, int offset) implements Serializable {
    /** Number of elements. */
    public int size() {
      return Shapes.size(dimensions());
    }

    /** The shape as an array. */
    public int[] dimensions() {
      return shape.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** Elements that an array of Java has at most. */
  private static final int MOST = Integer.MAX_VALUE - 8;

  public Layout {
    tensors = List.copyOf(tensors);
  }

  /**
   * Lays tensors one after the other in the order of the map.
   *
   * @throws DataException if one array does not hold their elements
   */
  public static Layout of(Map<String, int[]> shapes) {
    long all =
        shapes.values().stream()
            .mapToLong(s -> Arrays.stream(s).asLongStream().reduce(1, Math::multiplyExact))
            .sum();
    if (all > MOST) {
      throw new DataException(
          Text.of("The network has %,d parameters; networks of up to %,d fit here.", all, MOST));
    }
    List<Tensor> tensors = new ArrayList<>();
    int offset = 0;
    for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
      List<Integer> shape = Arrays.stream(entry.getValue()).boxed().toList();
      Tensor tensor = new Tensor(entry.getKey(), shape, offset);
      tensors.add(tensor);
      offset += tensor.size();
    }
    return new Layout(tensors, offset);
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor find(String name) {
    return tensors.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no tensor is named " + name));
  }

  /** Some of the tensors, laid one after the other in the same order. */
  public Layout only(Predicate<String> names) {
    Map<String, int[]> kept = shapes();
    kept.keySet().removeIf(names.negate());
    return of(kept);
  }

  /**
   * Some of the tensors where they are: a layout of the same array, with gaps; of nothing if it is
   * none of them.
   */
  public Layout within(Predicate<String> names) {
    List<Tensor> kept = tensors.stream().filter(t -> names.test(t.name())).toList();
    return new Layout(kept, kept.isEmpty() ? 0 : size);
  }

  /**
   * Copies the numbers of all tensors that both layouts have.
   *
   * @param numbers in the order of this layout
   * @param into in the order of the other
   */
  public void copy(Flat numbers, Layout other, Flat into) {
    Map<String, Tensor> targets = new HashMap<>();
    other.tensors.forEach(t -> targets.put(t.name(), t));
    for (Tensor t : tensors) {
      Tensor target = targets.get(t.name());
      if (target != null) {
        into.put(target.offset(), numbers, t.offset(), t.size());
      }
    }
  }

  /** Names and shapes in order. */
  public Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    tensors.forEach(t -> shapes.put(t.name(), t.dimensions()));
    return shapes;
  }
}
