package io.accelerant.distill.search;

import java.util.Locale;

/** Whether and how a step corrects its prediction once the model has seen it. */
enum Correction {
  NONE,
  /** Derivative k from the k nearest outputs, that at the prediction first. */
  PSEUDO,
  /** Every derivative from all outputs: UniC. */
  FULL;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
