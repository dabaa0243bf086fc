package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.Node;

/**
 * What a chain steps by, and can differentiate: a prediction of the noise, or on a flow of the
 * velocity; a batch at a time.
 */
interface PredictionModel {
  /**
   * eps(x, t), or v(x, t), of each row.
   *
   * @param x [batch][d], flat; not changed
   */
  double[] predict(double[] x, Node node);

  /**
   * Adds J_theta^T g to the gradient that the model gathers, and hands back J_x^T g.
   *
   * @param x [batch][d], where it was evaluated
   * @param cotangent g, [batch][d]
   * @return [batch][d]
   */
  double[] pullBack(double[] x, Node node, double[] cotangent);
}
