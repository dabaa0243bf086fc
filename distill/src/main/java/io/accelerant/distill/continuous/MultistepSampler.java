package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;

/**
 * A solver on a grid of N steps: predict, evaluate at the prediction, correct, store. The stored
 * output is the one at the prediction, it is not evaluated again at the corrected x. N steps take N
 * evaluations. Immutable.
 */
public final class MultistepSampler {
  private final Form form;
  private final Predictor predictor;
  private final UniPc corrector;
  private final int order;
  private final CorrectorUse use;
  private final FinalOrder finalOrder;
  private final Node[] nodes;
  private final DualFast dual;

  /**
   * x after some updates, and the outputs it was made from. A value: advancing makes a new one.
   *
   * @param x [batch][d]; not to be written
   * @param updates done so far
   * @param noises what {@link DualFast} keeps of the evaluations; empty without it
   */
  public record State(double[] x, History history, int updates, List<double[]> noises) {}

  MultistepSampler(
      Form form,
      Predictor predictor,
      int order,
      UniPc.Variant variant,
      CorrectorUse use,
      FinalOrder finalOrder,
      Schedule schedule,
      double[] times) {
    this(
        form,
        predictor,
        new UniPc(variant),
        order,
        use,
        finalOrder,
        Arrays.stream(times).mapToObj(schedule::node).toArray(Node[]::new),
        DualFast.OFF);
  }

  private MultistepSampler(
      Form form,
      Predictor predictor,
      UniPc corrector,
      int order,
      CorrectorUse use,
      FinalOrder finalOrder,
      Node[] nodes,
      DualFast dual) {
    this.form = form;
    this.predictor = predictor;
    this.corrector = corrector;
    this.order = order;
    this.use = use;
    this.finalOrder = finalOrder;
    this.nodes = nodes;
    this.dual = dual;
  }

  /** As this sampler, with another use of the newest output. */
  MultistepSampler with(DualFast other) {
    return new MultistepSampler(form, predictor, corrector, order, use, finalOrder, nodes, other);
  }

  /** N. */
  public int steps() {
    return nodes.length - 1;
  }

  /** The noise at T and its first evaluation. */
  public State start(double[] noise, Denoiser model) {
    double[] output = model.output(noise, nodes[0], form, 1);
    return new State(
        noise.clone(),
        History.empty().push(nodes[0], output),
        0,
        dual.seen(List.of(), noise, nodes[0], form, output));
  }

  /**
   * Update i = state.updates + 1, from t_{i-1} to t_i. One evaluation, but none in the last update.
   *
   * @param ratio rho_i of {@link Compensation}; 1 for the plain solver
   */
  public State advance(State state, double ratio, Denoiser model) {
    int i = state.updates() + 1;
    Node t = nodes[i];
    int p = finalOrder.order(order, i, steps());
    History history = Compensation.apply(state.history(), ratio);
    Step step = new Step(form, mixed(history, state.noises()), t);
    double[] x = predictor.predict(state.x(), step, p);
    if (i == steps()) {
      return new State(x, history, i, state.noises());
    }
    double[] output = model.output(x, t, form, i + 1);
    List<double[]> noises = dual.seen(state.noises(), x, t, form, output);
    if (use.corrects(i, steps())) {
      Step plain = new Step(form, history, t);
      x = corrector.correct(state.x(), plain, mixed(output, noises, t), p);
    }
    return new State(x, history.push(t, output), i, noises);
  }

  private History mixed(History history, List<double[]> noises) {
    return dual.isOff()
        ? history
        : history.withNewest(mixed(history.output(0), noises, history.node(0)));
  }

  private double[] mixed(double[] output, List<double[]> noises, Node node) {
    double c = dual.weight(node.t(), nodes[0].t(), nodes[steps()].t());
    return DualFast.mixed(output, noises, node, form, c);
  }

  /** Whether the state after update i depends on an evaluation that the update makes. */
  public boolean isCorrected(int update) {
    return use.corrects(update, steps());
  }

  /**
   * The prediction of the next update, without evaluating the model: the state itself where it is
   * not corrected.
   */
  public double[] predict(State state, double ratio) {
    int i = state.updates() + 1;
    History history = mixed(Compensation.apply(state.history(), ratio), state.noises());
    Step step = new Step(form, history, nodes[i]);
    return predictor.predict(state.x(), step, finalOrder.order(order, i, steps()));
  }

  /** x at the end of the grid. */
  public double[] sample(double[] noise, Denoiser model) {
    double[] ratios = new double[steps()];
    Arrays.fill(ratios, 1);
    return sample(noise, ratios, model);
  }

  /**
   * x at the end of the grid, with one ratio an update.
   *
   * @param noise [batch][d] at T
   * @param ratios [N]
   */
  public double[] sample(double[] noise, double[] ratios, Denoiser model) {
    if (ratios.length != steps()) {
      throw new IllegalArgumentException(Text.of("%d ratios for %d steps", ratios.length, steps()));
    }
    State state = start(noise, model);
    for (double ratio : ratios) {
      state = advance(state, ratio, model);
    }
    return state.x();
  }
}
