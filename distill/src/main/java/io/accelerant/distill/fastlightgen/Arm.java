package io.accelerant.distill.fastlightgen;

import java.util.Locale;

/** What a student of few steps is made of, and by which teacher. */
enum Arm {
  /** The pruned network, by the teacher that the search chose. */
  FLG,
  /** The pruned network, by guidance alone: first smaller, then faster, without the contrast. */
  NAIVE,
  /** The whole network, by guidance alone: only faster. */
  UNPRUNED,
  /** The pruned network, by a contrast that is to be too strong. */
  STRONG,
  /** Half of the blocks, by the teacher that the search chose. */
  HALF;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
