package io.accelerant.core.random;

/** Checks of ids and positions. */
public final class Bounds {
  private Bounds() {}

  /**
   * @throws IllegalArgumentException if the value is not in 0 .. size-1
   */
  public static void require(String what, long value, long size) {
    if (value < 0 || value >= size) {
      throw new IllegalArgumentException(
          "%s %d is not in 0 .. %d; ids must be dense".formatted(what, value, size - 1));
    }
  }
}
