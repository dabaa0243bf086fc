package io.accelerant.selection.subset;

/** Checks of ids and positions. */
final class Bounds {
  private Bounds() {}

  static void require(String what, long value, long size) {
    if (value < 0 || value >= size) {
      throw new IllegalArgumentException(
          "%s %d is not in 0 .. %d; ids must be dense".formatted(what, value, size - 1));
    }
  }
}
