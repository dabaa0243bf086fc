package io.accelerant.distill.continuous;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Runs a {@link StepSchedule}: predict, evaluate at the prediction, correct, store. As in {@link
 * MultistepSampler}, what is stored is the output at the prediction. Immutable.
 */
public final class StepSampler implements Serializable {
  private final StepSchedule schedule;
  private final Node[] nodes;

  public StepSampler(StepSchedule schedule, Schedule noise) {
    this.schedule = schedule;
    this.nodes = Arrays.stream(schedule.times()).mapToObj(noise::node).toArray(Node[]::new);
  }

  public StepSchedule schedule() {
    return schedule;
  }

  /** x at the end; as many evaluations as {@link StepSchedule#evaluations}. */
  public double[] sample(double[] noise, Denoiser model) {
    return sampleWithin(noise, model, Double.POSITIVE_INFINITY).orElseThrow();
  }

  /**
   * x at the end, or empty as soon as a number of it is larger than a bound: the sampler diverges,
   * and the model need not be asked any more.
   *
   * @param noise [batch][d] at T
   */
  public Optional<double[]> sampleWithin(double[] noise, Denoiser model, double largest) {
    double[] x = noise.clone();
    Deque<Evaluation> past = new ArrayDeque<>(); // the newest first
    past.push(evaluate(x, 0, model));
    for (int i = 1; ; i++) {
      ScheduledStep step = schedule.steps().get(i - 1);
      List<Evaluation> others = new ArrayList<>(past);
      Evaluation now = others.remove(0);
      LocalForm form = new LocalForm.Exponential(step.expanded().form(), now.node(), nodes[i]);
      double[] predicted = update(x, form, step.predictor(), now, others, nodes[i]);
      if (exceeds(predicted, largest)) {
        return Optional.empty();
      }
      if (i == nodes.length - 1) {
        return Optional.of(predicted);
      }
      Evaluation next = evaluate(predicted, i, model);
      if (step.corrects()) {
        others.add(0, next);
        x = update(x, form, step.corrector(), now, others, nodes[i]);
      } else {
        x = predicted;
      }
      past.push(next);
      if (past.size() > History.LONGEST) {
        past.removeLast();
      }
    }
  }

  private Evaluation evaluate(double[] x, int node, Denoiser model) {
    boolean analytic = node == 0 && schedule.analyticStart();
    double[] noise = analytic ? x : model.output(x, nodes[node], Form.NOISE, node + 1);
    return new Evaluation(nodes[node], x, noise);
  }

  private static boolean exceeds(double[] x, double largest) {
    for (double number : x) {
      if (!(Math.abs(number) <= largest)) { // so that NaN does too
        return true;
      }
    }
    return false;
  }

  /**
   * x at t: the step's expansion about s.
   *
   * @param now the evaluation at s
   * @param others from which derivatives are taken, in the order of their use
   */
  private static double[] update(
      double[] x,
      LocalForm form,
      Expansion expansion,
      Evaluation now,
      List<Evaluation> others,
      Node t) {
    double[] f0 = form.output(now);
    double[] y = form.base(x, f0);
    double h = t.lambda() - now.node().lambda();
    int reach = expansion.reach();
    double[] r = new double[reach];
    double[][] f = new double[reach][];
    for (int j = 0; j < reach; j++) {
      r[j] = (others.get(j).node().lambda() - now.node().lambda()) / h;
      f[j] = form.output(others.get(j));
    }
    for (int k = 1; k <= expansion.derivatives(); k++) {
      double[] weights = expansion.weights(k, r);
      double[] derivative = new double[y.length];
      for (int j = 0; j < weights.length; j++) {
        for (int i = 0; i < derivative.length; i++) {
          derivative[i] += weights[j] * (f[j][i] - f0[i]);
        }
      }
      form.add(y, k, expansion.factor(k, form.z()), derivative);
    }
    return y;
  }
}
