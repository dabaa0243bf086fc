package io.accelerant.core.nn;

/** How large the numbers are with which a network starts. */
public enum InitialScale implements Named {
  /** As the published code has them: deviation 0.02 in GPT-2, whatever the width. */
  GPT2,
  /**
   * By size: deviation {@code 0.7 / sqrt(in)} for matrices, 0.1 for tables of embeddings; what
   * starts at zero still does. Small networks learn sooner from it.
   */
  SCALED
}
