package io.accelerant.distill.continuous;

import java.util.Locale;

/** What a network predicts from x_t, and how the noise follows from it. */
public enum Prediction {
  /** eps. */
  NOISE {
    @Override
    double noise(double x, double p, double alpha, double sigma) {
      return p;
    }
  },
  /** m = x_0: eps = (x - alpha m) / sigma. */
  DATA {
    @Override
    double noise(double x, double p, double alpha, double sigma) {
      return (x - alpha * p) / sigma;
    }
  },
  /**
   * v = alpha eps - sigma x_0 (Salimans and Ho 2022), of variance-preserving schedules: eps = alpha
   * v + sigma x.
   */
  VELOCITY {
    @Override
    double noise(double x, double p, double alpha, double sigma) {
      return alpha * p + sigma * x;
    }
  },
  /**
   * v = eps - x_0 on the path alpha + sigma = 1: x_0 = x - sigma v, and eps = (x - alpha x_0) /
   * sigma.
   */
  FLOW {
    @Override
    double noise(double x, double p, double alpha, double sigma) {
      return (x - alpha * (x - sigma * p)) / sigma;
    }
  };

  /** Whether it is defined on a schedule. */
  public boolean suits(Schedule schedule) {
    boolean flow = schedule instanceof FlowPath;
    return this == FLOW ? flow : this != VELOCITY || !flow;
  }

  abstract double noise(double x, double prediction, double alpha, double sigma);

  /**
   * Turns predictions into noise.
   *
   * @param x [batch][dimension]
   * @param values predictions, replaced by noise
   */
  public void toNoise(double[] x, Node node, double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = noise(x[i], values[i], node.alpha(), node.sigma());
    }
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Prediction ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
