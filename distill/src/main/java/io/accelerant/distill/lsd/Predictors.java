package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.Tweedie;

/** The kernels that a learned sampler can be built on, by their names in {@code sampler.json}. */
final class Predictors {
  static final String[] LABELS = {"euler", "tweedie"};

  private Predictors() {}

  /**
   * @throws IllegalArgumentException if there is no such predictor
   */
  static ReverseKernel ofLabel(String label) {
    return switch (label) {
      case "euler" -> new Euler();
      case "tweedie" -> new Tweedie();
      default ->
          throw new IllegalArgumentException("predictor must be euler or tweedie, is " + label);
    };
  }
}
