package io.accelerant.distill.dcsolver;

import java.io.Serializable;
import java.util.function.DoubleUnaryOperator;

/** Finds the ratio of one update. */
public sealed interface RatioSearch extends Serializable {
  /** The ratio with the smallest loss that the search finds. */
  double search(StepProblem problem);

  /**
   * AdamW as published: start 1, betas .9 and .999, eps 1e-8, weight decay .01. The derivative is a
   * central difference, so that it works for every model.
   */
  record AdamW(double learningRate, int iterations) implements RatioSearch {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double WEIGHT_DECAY = 0.01;

    @Override
    public double search(StepProblem problem) {
      double rho = 1;
      double first = 0;
      double second = 0;
      double power1 = 1;
      double power2 = 1;
      for (int iteration = 0; iteration < iterations; iteration++) {
        double gradient = problem.derivative(rho);
        rho *= 1 - learningRate * WEIGHT_DECAY;
        first = BETA_1 * first + (1 - BETA_1) * gradient;
        second = BETA_2 * second + (1 - BETA_2) * gradient * gradient;
        power1 *= BETA_1;
        power2 *= BETA_2;
        double denominator = Math.sqrt(second) / Math.sqrt(1 - power2) + EPSILON;
        rho -= learningRate / (1 - power1) * first / denominator;
      }
      return rho;
    }
  }

  /**
   * The minimum on [-1, 3]: a scan for the lowest point, then golden section around it. Where the
   * update makes no evaluation, x is quadratic in rho, and the scan costs no model call.
   */
  record Exact() implements RatioSearch {
    static final double LOW = -1;
    static final double HIGH = 3;
    private static final int POINTS = 32;
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    @Override
    public double search(StepProblem problem) {
      return minimum(problem.polynomial().orElse(problem::loss), problem.resolution());
    }

    private static double minimum(DoubleUnaryOperator loss, double resolution) {
      double width = (HIGH - LOW) / POINTS;
      double best = 1; // on the grid; a tie leaves the solver as it is
      double lowest = loss.applyAsDouble(1);
      for (int i = 0; i <= POINTS; i++) {
        double value = loss.applyAsDouble(LOW + i * width);
        if (value < lowest) {
          lowest = value;
          best = LOW + i * width;
        }
      }
      double a = Math.max(LOW, best - width);
      double b = Math.min(HIGH, best + width);
      double c = b - GOLDEN * (b - a);
      double d = a + GOLDEN * (b - a);
      double atC = loss.applyAsDouble(c);
      double atD = loss.applyAsDouble(d);
      while (b - a > resolution) {
        if (atC <= atD) {
          b = d;
          d = c;
          atD = atC;
          c = b - GOLDEN * (b - a);
          atC = loss.applyAsDouble(c);
        } else {
          a = c;
          c = d;
          atC = atD;
          d = a + GOLDEN * (b - a);
          atD = loss.applyAsDouble(d);
        }
      }
      return (a + b) / 2;
    }
  }
}
