package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
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
  private static final long serialVersionUID = 1;

  private final StepSchedule schedule;
  private final Node[] nodes;
  private final StepUpdate[] predictors;
  private final StepUpdate[] correctors;

  /** Where the updates of DPM-Solver-v3 come from. */
  interface V3Updates {
    /**
     * @param step from 1
     * @param nodes s and the others that it reaches
     */
    StepUpdate of(int step, boolean corrector, List<Node> nodes, Node t, Expansion expansion);
  }

  /**
   * @param statistics of the model, on whose grid the times lie; needed where a step expands v3
   * @throws IllegalArgumentException if they are needed and are not there
   */
  public StepSampler(StepSchedule schedule, Schedule noise, Optional<ModelStatistics> statistics) {
    this(
        schedule,
        noise,
        (step, corrector, nodes, t, expansion) ->
            statistics
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            Text.of("step %d expands v3, which needs statistics", step)))
                .step(nodes, t, expansion.isPseudo()));
  }

  StepSampler(StepSchedule schedule, Schedule noise, V3Updates v3) {
    this.schedule = schedule;
    this.nodes = Arrays.stream(schedule.times()).mapToObj(noise::node).toArray(Node[]::new);
    int steps = schedule.steps().size();
    this.predictors = new StepUpdate[steps];
    this.correctors = new StepUpdate[steps];
    for (int i = 1; i <= steps; i++) {
      ScheduledStep step = schedule.steps().get(i - 1);
      List<Node> known = new ArrayList<>(); // s, then the older ones
      for (int j = i - 1; j >= Math.max(0, i - History.LONGEST); j--) {
        known.add(nodes[j]);
      }
      predictors[i - 1] = update(i, false, step.expanded(), known, step.predictor(), v3);
      if (step.corrects()) {
        known.add(1, nodes[i]);
        correctors[i - 1] = update(i, true, step.expanded(), known, step.corrector(), v3);
      }
    }
  }

  private StepUpdate update(
      int i,
      boolean corrector,
      Expanded expanded,
      List<Node> known,
      Expansion expansion,
      V3Updates v3) {
    List<Node> reached = known.subList(0, expansion.reach() + 1);
    return switch (expanded) {
      case NOISE -> new TaylorStep(Form.NOISE, reached, nodes[i], expansion);
      case DATA -> new TaylorStep(Form.DATA, reached, nodes[i], expansion);
      case V3 -> v3.of(i, corrector, reached, nodes[i], expansion);
    };
  }

  public StepSchedule schedule() {
    return schedule;
  }

  StepUpdate predictor(int step) {
    return predictors[step - 1];
  }

  StepUpdate corrector(int step) {
    return correctors[step - 1];
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
    Deque<Evaluated> past = new ArrayDeque<>(); // the newest first
    past.push(evaluated(x, 0, model));
    for (int i = 1; ; i++) {
      List<Evaluated> known = new ArrayList<>(past);
      double[] predicted = predictors[i - 1].x(x, known);
      if (exceeds(predicted, largest)) {
        return Optional.empty();
      }
      if (i == nodes.length - 1) {
        return Optional.of(predicted);
      }
      Evaluated newest = evaluated(predicted, i, model);
      known.add(1, newest);
      x = schedule.steps().get(i - 1).corrects() ? correctors[i - 1].x(x, known) : predicted;
      past.push(newest);
      if (past.size() > History.LONGEST) {
        past.removeLast();
      }
    }
  }

  private Evaluated evaluated(double[] x, int node, Denoiser model) {
    boolean analytic = node == 0 && schedule.analyticStart();
    double[] noise = analytic ? x : model.output(x, nodes[node], Form.NOISE, node + 1);
    return new Evaluated(nodes[node], x, noise);
  }

  private static boolean exceeds(double[] x, double largest) {
    for (double number : x) {
      if (!(Math.abs(number) <= largest)) { // so that NaN does too
        return true;
      }
    }
    return false;
  }
}
