package io.accelerant.core.engine;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * The few sizes for which programs are built. What is shorter than its bucket is padded, and the
 * padding has weight zero.
 *
 * @param sizes at most four, ascending
 */
public record Buckets(List<Integer> sizes) implements Serializable {
  /** Each bucket costs a program per task slot. */
  public static final int LIMIT = 4;

  /** A run of items and the bucket that holds them. */
  public record Slice(int from, int count, int bucket) implements Serializable {}

  /**
   * @throws ConfigException if there are none, more than four, or one is not positive
   */
  public Buckets {
    sizes = List.copyOf(new TreeSet<>(sizes));
    if (sizes.isEmpty() || sizes.size() > LIMIT || sizes.get(0) < 1) {
      throw new ConfigException(
          Text.of("buckets must be 1 to %d positive sizes, are %s", LIMIT, sizes));
    }
  }

  public static Buckets of(Integer... sizes) {
    return new Buckets(Arrays.asList(sizes));
  }

  /** The longest, its half, quarter and eighth, rounded up. */
  public static Buckets upTo(int longest) {
    return of(longest, (longest + 1) / 2, (longest + 3) / 4, (longest + 7) / 8);
  }

  /**
   * The smallest bucket that holds the length.
   *
   * @throws IllegalArgumentException if none does
   */
  public int fit(int length) {
    return sizes.stream()
        .filter(size -> size >= length)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "length " + length + " is longer than the largest bucket " + largest()));
  }

  public int largest() {
    return sizes.get(sizes.size() - 1);
  }

  /** Cuts a number of items into full largest buckets and one that fits the rest. */
  public List<Slice> cut(int items) {
    List<Slice> slices = new ArrayList<>();
    for (int from = 0; from < items; from += largest()) {
      int count = Math.min(largest(), items - from);
      slices.add(new Slice(from, count, fit(count)));
    }
    return List.copyOf(slices);
  }

  /** Rows filled up to the bucket by repeats of a number, such as the padding token. */
  public static int[] pad(int[] rows, int width, int bucket, int filler) {
    requireFit(rows.length, width, bucket);
    int[] padded = Arrays.copyOf(rows, bucket * width);
    Arrays.fill(padded, rows.length, padded.length, filler);
    return padded;
  }

  /** Rows filled up to the bucket by zeros: for weights, the padding counts for nothing. */
  public static float[] pad(float[] rows, int width, int bucket) {
    requireFit(rows.length, width, bucket);
    return Arrays.copyOf(rows, bucket * width);
  }

  /** As {@link #pad(float[], int, int)}. */
  public static double[] pad(double[] rows, int width, int bucket) {
    requireFit(rows.length, width, bucket);
    return Arrays.copyOf(rows, bucket * width);
  }

  private static void requireFit(int length, int width, int bucket) {
    if (length % width != 0 || length > bucket * width) {
      throw new IllegalArgumentException(
          Text.of("%d numbers are not at most %d rows of %d", length, bucket, width));
    }
  }
}
