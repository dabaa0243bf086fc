package io.accelerant.core.onnx;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * One input or output of a model.
 *
 * @param shape one entry a dimension; -1 is free
 * @param dimensions names of the free dimensions, empty where there is none; as many as {@code
 *     shape}
 */
public record OnnxPort(String name, Element element, List<Long> shape, List<String> dimensions) {
  /** What a tensor holds. */
  public enum Element {
    INT32,
    INT64,
    FLOAT16,
    BFLOAT16,
    FLOAT32,
    FLOAT64,
    /** Anything that no interface here uses. */
    OTHER;

    /** Whether a whole number can be put in. */
    public boolean isInteger() {
      return this == INT32 || this == INT64;
    }

    /** Whether it comes out as a number with a fraction. */
    public boolean isFloat() {
      return this == FLOAT16 || this == BFLOAT16 || this == FLOAT32 || this == FLOAT64;
    }
  }

  public OnnxPort {
    shape = List.copyOf(shape);
    dimensions = List.copyOf(dimensions);
  }

  public int rank() {
    return shape.size();
  }

  /** Size of a dimension, -1 if it is free. */
  public long size(int dimension) {
    return shape.get(dimension);
  }

  /** Whether values of this shape fit: equal rank, equal sizes where they are fixed. */
  public boolean accepts(long... given) {
    boolean fits = given.length == rank();
    for (int d = 0; fits && d < given.length; d++) {
      fits = size(d) < 0 || size(d) == given[d];
    }
    return fits;
  }

  /** As {@code tokens: int64 [batch, 64]}. */
  @Override
  public String toString() {
    StringJoiner sizes = new StringJoiner(", ", "[", "]");
    for (int d = 0; d < rank(); d++) {
      String free = dimensions.get(d).isEmpty() ? "?" : dimensions.get(d);
      sizes.add(size(d) < 0 ? free : Long.toString(size(d)));
    }
    return Text.of("%s: %s %s", name, element.name().toLowerCase(java.util.Locale.ROOT), sizes);
  }

  static String text(long[] shape) {
    return Arrays.toString(shape);
  }
}
