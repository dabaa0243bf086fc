package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.Node;

/** A prediction of the noise that can be differentiated; a batch at a time. */
interface NoiseModel {
  /**
   * eps(x, t) of each row.
   *
   * @param x [batch][d], flat; not changed
   */
  double[] noise(double[] x, Node node);

  /**
   * Adds J_theta^T g to the gradient that the model gathers, and hands back J_x^T g.
   *
   * @param x [batch][d], where it was evaluated
   * @param cotangent g, [batch][d]
   * @return [batch][d]
   */
  double[] pullBack(double[] x, Node node, double[] cotangent);
}
