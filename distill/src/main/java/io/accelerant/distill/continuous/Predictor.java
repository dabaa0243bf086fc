package io.accelerant.distill.continuous;

import java.io.Serializable;

/** One update of a multistep solver, from the newest time of the history to t. Stateless. */
public interface Predictor extends Serializable {
  /** What the history holds. */
  Form form();

  /** The largest order that the update knows. */
  int maxOrder();

  /**
   * x at t.
   *
   * @param x [batch][d] at the newest time of the history; not changed
   * @param order how many outputs are used, from 1 to {@link #maxOrder} and the history's size
   */
  double[] predict(double[] x, History history, Node t, int order);
}
