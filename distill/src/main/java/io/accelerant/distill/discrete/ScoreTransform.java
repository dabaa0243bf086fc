package io.accelerant.distill.discrete;

import java.io.Serializable;

/**
 * A change of the model's scores before a sampler uses them at its step k: what a learned sampler
 * adds.
 */
@FunctionalInterface
public interface ScoreTransform extends Serializable {
  /** Leaves the scores as they are. */
  ScoreTransform IDENTITY = (process, step, symbol, time, scores, offset) -> {};

  /**
   * Changes one row of the scores in place.
   *
   * @param step k = 0..M-1
   * @param symbol current symbol of the position
   * @param scores the row starts at {@code offset} and has S entries; its own entry stays 1
   */
  void apply(
      DiffusionProcess process, int step, int symbol, double time, double[] scores, int offset);
}
