package io.accelerant.core.random;

import io.accelerant.core.text.Text;

/** Checks of ids and positions. */
public final class Bounds {
  private Bounds() {}

  /**
   * @throws IllegalArgumentException if the value is not in 0 .. size-1
   */
  public static void require(String what, long value, long size) {
    if (value < 0 || value >= size) {
      throw new IllegalArgumentException(
          Text.of("%s %d is not in 0 .. %d; ids must be dense", what, value, size - 1));
    }
  }
}
