package io.accelerant.distill.dcsolver;

import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.MultistepSampler;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The loss of one update as a function of its ratio: L(rho) = mean (x_i(rho) - x_i^GT)^2 over rows
 * and dimensions, where x_i(rho) is the state after prediction, evaluation and correction.
 */
public final class StepProblem {
  private final MultistepSampler sampler;
  private final MultistepSampler.State state;
  private final Denoiser model;
  private final double[] target;
  private final double roundingUnit;

  /**
   * @param state before the update
   * @param target [batch][d], the truth at the update's end
   * @param roundingUnit of the model's predictions
   */
  StepProblem(
      MultistepSampler sampler,
      MultistepSampler.State state,
      Denoiser model,
      double[] target,
      double roundingUnit) {
    this.sampler = sampler;
    this.state = state;
    this.model = model;
    this.target = target;
    this.roundingUnit = roundingUnit;
  }

  private boolean isCorrected() {
    return sampler.isCorrected(state.updates() + 1);
  }

  private double[] x(double ratio) {
    return isCorrected() ? sampler.advance(state, ratio, model).x() : sampler.predict(state, ratio);
  }

  double loss(double ratio) {
    return meanSquare(x(ratio), target);
  }

  /**
   * (L(rho+e) - L(rho-e)) / 2e with e the cube root of the rounding unit, written as a product so
   * that nearly equal losses are not subtracted: mean (x+ - x-)(x+ + x- - 2 x^GT) / 2e.
   */
  double derivative(double ratio) {
    double e = StrictMath.cbrt(roundingUnit);
    double[] up = x(ratio + e);
    double[] down = x(ratio - e);
    double sum = 0;
    for (int i = 0; i < up.length; i++) {
      sum += (up[i] - down[i]) * (up[i] + down[i] - 2 * target[i]);
    }
    return sum / (2 * e) / up.length;
  }

  /** How closely a minimum of the loss can be told: the root of the rounding unit. */
  double resolution() {
    return Math.sqrt(roundingUnit);
  }

  /**
   * The loss without model calls, where the update makes no evaluation before its end: then x is a
   * + b rho + c rho^2, and three updates determine it.
   */
  Optional<DoubleUnaryOperator> polynomial() {
    if (isCorrected()) {
      return Optional.empty();
    }
    double[] at0 = sampler.predict(state, 0);
    double[] at1 = sampler.predict(state, 1);
    double[] at2 = sampler.predict(state, 2);
    double[] q = new double[5];
    for (int i = 0; i < at0.length; i++) {
      double c = (at2[i] - 2 * at1[i] + at0[i]) / 2;
      double b = at1[i] - at0[i] - c;
      double a = at0[i] - target[i];
      q[0] += a * a;
      q[1] += 2 * a * b;
      q[2] += b * b + 2 * a * c;
      q[3] += 2 * b * c;
      q[4] += c * c;
    }
    int count = at0.length;
    return Optional.of(r -> (q[0] + r * (q[1] + r * (q[2] + r * (q[3] + r * q[4])))) / count);
  }

  /** mean (a - b)^2. */
  static double meanSquare(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum / a.length;
  }
}
