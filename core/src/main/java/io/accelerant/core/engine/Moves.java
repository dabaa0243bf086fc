package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Copies that move whole runs of memory, which ND4J does element by element: permutations that keep
 * the last axes together, and joins along the first axis.
 */
final class Moves {
  /** Runs shorter than this are left to ND4J. */
  private static final int SHORTEST = 32;

  private Moves() {}

  /**
   * A permutation as copies of runs, or null if the runs are too short.
   *
   * @param shape of the source
   * @param order axis i of the result is axis {@code order[i]} of the source
   * @param width bytes of an element
   */
  static Runnable permutation(
      ByteBuffer from, ByteBuffer to, long[] shape, long[] order, int width) {
    int rank = shape.length;
    int[] strides = new int[rank];
    int stride = width;
    for (int i = rank - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= (int) shape[i];
    }
    int outer = rank;
    while (outer > 0 && order[outer - 1] == outer - 1) {
      outer--;
    }
    int run = outer == 0 ? stride : strides[outer - 1];
    if (run < SHORTEST) {
      return null;
    }
    int[] counts = new int[outer];
    int[] steps = new int[outer];
    for (int i = 0; i < outer; i++) {
      counts[i] = (int) shape[(int) order[i]];
      steps[i] = strides[(int) order[i]];
    }
    return () -> copyRuns(from, to, counts, steps, run);
  }

  /** Writes the target front to back; the source position follows like an odometer. */
  private static void copyRuns(ByteBuffer from, ByteBuffer to, int[] counts, int[] steps, int run) {
    int[] at = new int[counts.length];
    int source = 0;
    for (int target = 0; target < to.capacity(); target += run) {
      to.put(target, from, source, run);
      for (int i = counts.length - 1; i >= 0; i--) {
        source += steps[i];
        if (++at[i] < counts[i]) {
          break;
        }
        source -= counts[i] * steps[i];
        at[i] = 0;
      }
    }
  }

  /** The sources one after the other. */
  static Runnable join(List<ByteBuffer> from, ByteBuffer to) {
    return () -> {
      int at = 0;
      for (ByteBuffer part : from) {
        to.put(at, part, 0, part.capacity());
        at += part.capacity();
      }
    };
  }

  /** Whether all axes before this one have length 1, so that what lies along it is one piece. */
  static boolean isOuter(long[] shape, int axis) {
    return Arrays.stream(shape, 0, axis).allMatch(n -> n == 1);
  }
}
