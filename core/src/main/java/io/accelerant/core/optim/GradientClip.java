package io.accelerant.core.optim;

/** Clipping by global norm (Pascanu et al., "On the difficulty of training RNNs"). */
public final class GradientClip {
  private GradientClip() {}

  /** Euclidean norm over all elements, summed in float64 in order of index. */
  public static double norm(float[] gradient) {
    double sum = 0;
    for (float g : gradient) {
      sum += (double) g * g;
    }
    return StrictMath.sqrt(sum);
  }

  /** As {@link #norm(float[])}. */
  public static double norm(double[] gradient) {
    double sum = 0;
    for (double g : gradient) {
      sum += g * g;
    }
    return StrictMath.sqrt(sum);
  }

  /**
   * Scales the gradient in place so that its norm is at most the limit.
   *
   * @return the norm before
   */
  public static double clip(float[] gradient, double limit) {
    double norm = norm(gradient);
    if (norm > limit) {
      float scale = (float) (limit / norm);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= scale;
      }
    }
    return norm;
  }

  /** As {@link #clip(float[], double)}. */
  public static double clip(double[] gradient, double limit) {
    double norm = norm(gradient);
    if (norm > limit) {
      double scale = limit / norm;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= scale;
      }
    }
    return norm;
  }
}
