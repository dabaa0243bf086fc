package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DPM-Solver-v3 on a grid of N steps: predict, evaluate at the prediction, correct, and store the
 * evaluation moved to the corrected x with g unchanged. N steps take N evaluations, the last update
 * is not corrected. The corrector has the order of the update's predictor and one node more; the
 * released code gives it that node only with pseudo-order. Not thread-safe.
 */
public final class V3Sampler {
  private final ModelStatistics statistics;
  private final Solver solver;
  private final PseudoOrder pseudo;
  private final Node[] nodes;
  private final V3Step[] predictors;
  private final V3Step[] correctors;

  /**
   * @param solver {@link Solver#DPM_V3}
   * @param times on the grid of the statistics, see {@link ModelStatistics#onGrid}
   */
  public V3Sampler(ModelStatistics statistics, Solver solver, PseudoOrder pseudo, double[] times) {
    if (!solver.name().equals(Solver.DPM_V3)) {
      throw new IllegalArgumentException(solver.name() + " takes no statistics");
    }
    this.statistics = statistics;
    this.solver = solver;
    this.pseudo = pseudo;
    this.nodes =
        Arrays.stream(times).mapToObj(statistics.subject().schedule()::node).toArray(Node[]::new);
    this.predictors = new V3Step[times.length];
    this.correctors = new V3Step[times.length];
  }

  /** N. */
  public int steps() {
    return nodes.length - 1;
  }

  /**
   * x at the end of the grid.
   *
   * @param noise [batch][d] at T
   */
  public double[] sample(double[] noise, Denoiser model) {
    if (noise.length % statistics.size() != 0) {
      throw new IllegalArgumentException(
          Text.of("statistics of %d dimensions for %d numbers", statistics.size(), noise.length));
    }
    double[] x = noise.clone();
    List<Evaluated> history = List.of(evaluated(x, 0, model));
    for (int i = 1; i <= steps(); i++) {
      int p = solver.finalOrder().order(solver.order(), i, steps());
      List<Evaluated> used = history.subList(0, p);
      double[] y = step(predictors, i, used, pseudo.ofPredictor()).x(x, used);
      if (i == steps()) {
        return y;
      }
      Evaluated newest = evaluated(y, i, model);
      if (solver.corrector().corrects(i, steps(), nodes[i].t())) {
        List<Evaluated> more = new ArrayList<>(used);
        more.add(1, newest);
        y = step(correctors, i, more, pseudo.ofCorrector()).x(x, more);
        newest = statistics.moved(newest, y);
      }
      x = y;
      history = pushed(newest, history);
    }
    throw new IllegalStateException("no steps");
  }

  private Evaluated evaluated(double[] x, int i, Denoiser model) {
    return Evaluated.by(model, x, nodes[i], i + 1);
  }

  /** The same for every batch, so made once. */
  private V3Step step(V3Step[] made, int i, List<Evaluated> used, boolean pseudoOrder) {
    if (made[i] == null) {
      made[i] = statistics.step(used.stream().map(Evaluated::node).toList(), nodes[i], pseudoOrder);
    }
    return made[i];
  }

  private List<Evaluated> pushed(Evaluated newest, List<Evaluated> history) {
    List<Evaluated> longer = new ArrayList<>(solver.order());
    longer.add(newest);
    longer.addAll(history.subList(0, Math.min(history.size(), solver.order() - 1)));
    return longer;
  }
}
