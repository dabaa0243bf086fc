package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import java.util.Arrays;

/**
 * Deterministic DDIM (Song, Meng and Ermon 2021, eta = 0) as a function of its noise that can be
 * differentiated: a step from time i to time j is
 *
 * <pre>
 * x_j = A x_i + B eps(x_i, i),   A = alpha_j / alpha_i,   B = sigma_j - A sigma_i
 * x_j = A x_i + B v(x_i, i),     A = 1,                   B = t_j - t_i             on a flow
 * </pre>
 *
 * The second is the first with {@code eps = x + alpha v} and {@code alpha + sigma = 1}: there DDIM
 * is the step of Euler. So written it holds at t = 1, where alpha is 0 and eps says nothing of the
 * data.
 *
 * <p>Between run and {@link #backward} only the states at the times are kept, and a network is run
 * anew in each step: memory holds one network whatever the number of steps.
 */
final class DdimChain {
  private final Node[] nodes;
  private final boolean flow;

  /**
   * @param times falling, one more than there are steps; 0 is clean data
   */
  DdimChain(Schedule schedule, double[] times) {
    this.nodes = Arrays.stream(times).mapToObj(schedule::node).toArray(Node[]::new);
    this.flow = schedule instanceof FlowPath;
  }

  int steps() {
    return nodes.length - 1;
  }

  private double factor(int step) {
    return flow ? 1 : nodes[step + 1].alpha() / nodes[step].alpha();
  }

  /** B of a step, counted from 0: how much the network's answer weighs in it. */
  double predictionFactor(int step) {
    return flow
        ? nodes[step + 1].t() - nodes[step].t()
        : nodes[step + 1].sigma() - factor(step) * nodes[step].sigma();
  }

  /**
   * @param noise [batch][d] at the first time
   * @return [steps + 1][batch * d], the noise first, the samples last
   */
  double[][] run(double[] noise, PredictionModel model) {
    double[][] states = new double[nodes.length][];
    states[0] = noise;
    for (int step = 0; step < steps(); step++) {
      double[] predicted = model.predict(states[step], nodes[step]);
      states[step + 1] = combined(factor(step), states[step], predictionFactor(step), predicted);
    }
    return states;
  }

  /**
   * The adjoint, from the last step to the first: {@code g_i = A g_j + J_x^T (B g_j)}. The model
   * gathers {@code J_theta^T (B g_j)} of all steps.
   *
   * @param states of {@link #run}
   * @param gradient [batch][d], by the samples
   * @return by the noise
   */
  double[] backward(double[][] states, double[] gradient, PredictionModel model) {
    double[] g = gradient;
    for (int step = steps() - 1; step >= 0; step--) {
      double[] cotangent = combined(predictionFactor(step), g, 0, g);
      double[] pulled = model.pullBack(states[step], nodes[step], cotangent);
      g = combined(factor(step), g, 1, pulled);
    }
    return g;
  }

  private static double[] combined(double a, double[] x, double b, double[] y) {
    double[] z = new double[x.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = a * x[i] + b * y[i];
    }
    return z;
  }
}
