package io.accelerant.distill.continuous;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/**
 * A solution of the probability-flow ODE that is fine enough to be called the truth, at given
 * times. Each interval of the grid is cut into its share of the steps, so that the states lie
 * exactly at the grid's times.
 *
 * @param steps over the whole range, RK4: uniform in lambda, DDIM: uniform in t
 */
public record ReferenceSolution(Method method, int steps, Schedule schedule)
    implements Serializable {
  /** How it integrates. */
  public enum Method {
    /** Classic Runge-Kutta of order 4 in lambda, four evaluations a step. */
    RK4,
    /** Deterministic DDIM: a network's own fine trajectory. */
    DDIM;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Method ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * The truth of a model where a configuration does not say otherwise: 600 steps of RK4 for one
   * that predicts in float64, 999 of DDIM for a network.
   */
  public static ReferenceSolution of(
      Optional<String> method, Optional<Integer> steps, ContinuousSource model, Schedule schedule) {
    boolean exact = model.roundingUnit() == ContinuousSource.DOUBLE;
    Method own = method.map(Method::ofLabel).orElse(exact ? Method.RK4 : Method.DDIM);
    return new ReferenceSolution(own, steps.orElse(own == Method.RK4 ? 600 : 999), schedule);
  }

  /**
   * @param noise [batch][d] at times[0]
   * @param times falling
   * @return [times][batch * d]; the first is the noise
   */
  public double[][] states(double[] noise, double[] times, Denoiser model) {
    double[][] states = new double[times.length][];
    states[0] = noise.clone();
    for (int i = 1; i < times.length; i++) {
      states[i] =
          method == Method.RK4
              ? rungeKutta(states[i - 1], times[i - 1], times[i], times, model)
              : ddim(states[i - 1], times[i - 1], times[i], times, model);
    }
    return states;
  }

  private int share(double part, double whole) {
    return Math.max(1, (int) Math.rint(steps * part / whole));
  }

  private double[] ddim(double[] x, double from, double to, double[] times, Denoiser model) {
    int count = share(from - to, times[0] - times[times.length - 1]);
    double[] fine = Spacing.linspace(from, to, count);
    Node s = schedule.node(from);
    for (int j = 1; j <= count; j++) {
      History history = History.empty().push(s, model.output(x, s, Form.DATA, j));
      s = schedule.node(fine[j]);
      x = new Step(Form.DATA, history, s).ddim(x);
    }
    return x;
  }

  private double[] rungeKutta(double[] x, double from, double to, double[] times, Denoiser model) {
    double first = schedule.lambda(from);
    double last = schedule.lambda(to);
    double range = schedule.lambda(times[times.length - 1]) - schedule.lambda(times[0]);
    int count = share(last - first, range);
    double h = (last - first) / count;
    double[] y = x;
    for (int j = 0; j < count; j++) {
      Node begin = at(first + j * h);
      Node middle = at(first + (j + 0.5) * h);
      Node end = at(first + (j + 1) * h);
      double[] k1 = slope(y, begin, model, j + 1);
      double[] k2 = slope(plus(y, h / 2, k1), middle, model, j + 1);
      double[] k3 = slope(plus(y, h / 2, k2), middle, model, j + 1);
      double[] k4 = slope(plus(y, h, k3), end, model, j + 1);
      double[] next = new double[y.length];
      for (int i = 0; i < next.length; i++) {
        next[i] = y[i] + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      }
      y = next;
    }
    return y;
  }

  private Node at(double lambda) {
    return schedule.node(schedule.timeOfLambda(lambda));
  }

  /** dx/dlambda = (d ln alpha / dlambda) x - sigma eps. */
  private double[] slope(double[] x, Node node, Denoiser model, int step) {
    double[] noise = model.output(x, node, Form.NOISE, step);
    double drift = schedule.drift(node);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = drift * x[i] - node.sigma() * noise[i];
    }
    return noise;
  }

  private static double[] plus(double[] x, double h, double[] k) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[i] + h * k[i];
    }
    return y;
  }
}
