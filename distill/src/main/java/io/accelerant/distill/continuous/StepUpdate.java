package io.accelerant.distill.continuous;

import java.io.Serializable;
import java.util.List;

/** The update of one step s to t, made once for all rows. Immutable. */
public interface StepUpdate extends Serializable {
  /**
   * x at t.
   *
   * @param x [batch][d] at s; not changed
   * @param evaluated at s, then at the other nodes in the order of their use; those that the update
   *     does not reach are not read
   */
  double[] x(double[] x, List<Evaluated> evaluated);
}
