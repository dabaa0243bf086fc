package io.accelerant.core.optim;

import io.accelerant.core.engine.Flat;

/** Clipping by global norm (Pascanu et al., "On the difficulty of training RNNs"). */
public final class GradientClip {
  private GradientClip() {}

  /**
   * Scales the gradient in place so that its norm is at most the limit.
   *
   * @return the norm before
   */
  public static double clip(Flat gradient, double limit) {
    double norm = gradient.norm();
    if (norm > limit) {
      gradient.scale(limit / norm, 0, gradient.length());
    }
    return norm;
  }
}
