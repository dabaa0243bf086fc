package io.accelerant.core.engine;

import java.util.Arrays;

/** Arithmetic of static shapes. Every error names the operation and the shapes. */
final class Shapes {
  private Shapes() {}

  /** Number of elements. */
  static int size(int[] shape) {
    long size = 1;
    for (int n : shape) {
      size = Math.multiplyExact(size, n);
    }
    return Math.toIntExact(size);
  }

  static long[] longs(int[] shape) {
    return Arrays.stream(shape).asLongStream().toArray();
  }

  static int[] ints(long[] shape) {
    return Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
  }

  static int[] check(String what, int[] shape) {
    for (int n : shape) {
      if (n < 1) {
        throw new IllegalArgumentException(
            what + ": every dimension must be at least 1, the shape is " + Arrays.toString(shape));
      }
    }
    return shape.clone();
  }

  /** Shape of an element-wise operation: from the right, dimensions are equal or one of them 1. */
  static int[] broadcast(String operation, int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] shape = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int m = i <= a.length ? a[a.length - i] : 1;
      int n = i <= b.length ? b[b.length - i] : 1;
      if (m != n && m != 1 && n != 1) {
        throw mismatch(operation, a, b);
      }
      shape[rank - i] = Math.max(m, n);
    }
    return shape;
  }

  static int[] matmul(int[] a, int[] b, boolean transposeA, boolean transposeB) {
    if (a.length < 2 || a.length != b.length) {
      throw mismatch("matmul (equal ranks of 2 to 4)", a, b);
    }
    int r = a.length;
    for (int i = 0; i < r - 2; i++) {
      if (a[i] != b[i]) {
        throw mismatch("matmul (equal leading dimensions)", a, b);
      }
    }
    int innerA = transposeA ? a[r - 2] : a[r - 1];
    int innerB = transposeB ? b[r - 1] : b[r - 2];
    if (innerA != innerB || r > 4) {
      throw mismatch("matmul (inner " + innerA + " and " + innerB + ", rank 2 to 4)", a, b);
    }
    int[] shape = a.clone();
    shape[r - 2] = transposeA ? a[r - 1] : a[r - 2];
    shape[r - 1] = transposeB ? b[r - 2] : b[r - 1];
    return shape;
  }

  /** The axis counted from the front; -1 is the last one. */
  static int axis(String operation, int axis, int rank) {
    int positive = axis < 0 ? axis + rank : axis;
    if (positive < 0 || positive >= rank) {
      throw new IllegalArgumentException(
          operation + ": axis " + axis + " does not exist, the rank is " + rank);
    }
    return positive;
  }

  /** Sorted, distinct axes counted from the front; none given means all. */
  static int[] axes(String operation, int[] axes, int rank) {
    if (axes.length == 0) {
      int[] all = new int[rank];
      Arrays.setAll(all, i -> i);
      return all;
    }
    int[] positive = Arrays.stream(axes).map(a -> axis(operation, a, rank)).sorted().toArray();
    if (Arrays.stream(positive).distinct().count() != positive.length) {
      throw new IllegalArgumentException(
          operation + ": an axis is named twice in " + Arrays.toString(axes));
    }
    return positive;
  }

  static int[] reduce(int[] shape, int[] axes, boolean keep) {
    int[] kept = shape.clone();
    for (int axis : axes) {
      kept[axis] = keep ? 1 : 0;
    }
    return Arrays.stream(kept).filter(n -> n > 0).toArray();
  }

  /** The shape with one -1 replaced by what is left over. */
  static int[] reshape(int[] from, int[] to) {
    int[] shape = to.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= shape[i];
      }
    }
    int size = size(from);
    if (open >= 0 && known > 0 && size % known == 0) {
      shape[open] = (int) (size / known);
      known = size;
    }
    if (known != size || Arrays.stream(shape).anyMatch(n -> n < 1)) {
      throw mismatch("reshape", from, to);
    }
    return shape;
  }

  static int[] permute(int[] shape, int[] order) {
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < shape.length || i < sorted.length; i++) {
      if (shape.length != sorted.length || sorted[i] != i) {
        throw mismatch("permute (order names every axis once)", shape, order);
      }
    }
    return Arrays.stream(order).map(i -> shape[i]).toArray();
  }

  static IllegalArgumentException mismatch(String operation, int[] a, int[] b) {
    return new IllegalArgumentException(
        operation
            + ": shapes "
            + Arrays.toString(a)
            + " and "
            + Arrays.toString(b)
            + " do not fit");
  }
}
