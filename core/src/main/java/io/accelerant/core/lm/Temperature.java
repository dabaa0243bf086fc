package io.accelerant.core.lm;

import java.io.Serializable;

/** The temperature at which a token is drawn, by how many were drawn before it. */
@FunctionalInterface
public interface Temperature extends Serializable {
  /** 1 everywhere. */
  Temperature ONE = new Constant(1);

  /**
   * @param position tokens of the answer so far, from 0
   * @return above 0
   */
  double at(int position);

  /** The same everywhere. */
  record Constant(double value) implements Temperature {
    @Override
    public double at(int position) {
      return value;
    }
  }
}
