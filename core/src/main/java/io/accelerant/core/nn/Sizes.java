package io.accelerant.core.nn;

import io.accelerant.core.text.Text;

/** Checks of the numbers in a specification. */
final class Sizes {
  private Sizes() {}

  /** Names and numbers in turn. */
  static void positive(Object... namesAndSizes) {
    for (int i = 0; i < namesAndSizes.length; i += 2) {
      if ((Integer) namesAndSizes[i + 1] < 1) {
        throw new IllegalArgumentException(
            namesAndSizes[i] + " must be at least 1, is " + namesAndSizes[i + 1]);
      }
    }
  }

  static void heads(int width, int heads) {
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          Text.of("width %d does not fall into %d heads", width, heads));
    }
  }
}
