package io.accelerant.core.nn;

import java.util.Locale;

/** An enum whose constants appear in {@code config.json} in lower case, words joined by dashes. */
interface Named {
  String name();

  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
