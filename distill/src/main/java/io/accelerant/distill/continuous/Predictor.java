package io.accelerant.distill.continuous;

/** The update of a multistep solver. Stateless. */
interface Predictor {
  /**
   * x at t.
   *
   * @param x [batch][d] at s; not changed
   * @param order how many outputs are used, from 1 to the history's size
   */
  double[] predict(double[] x, Step step, int order);
}
