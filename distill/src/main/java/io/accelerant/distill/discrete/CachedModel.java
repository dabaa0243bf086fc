package io.accelerant.distill.discrete;

import java.util.Arrays;

/**
 * Spares a model the rows of a batch that have not changed since the last call: on the absorbing
 * graph, with a posterior that does not depend on the time, only c(t) differs (the cached sampler
 * of MDLM). Samplers go on counting evaluations as if nothing were spared. Bits may differ from the
 * uncached model: a posterior is recovered as s/c(t).
 */
public final class CachedModel implements DiscreteModel {
  private final DiscreteModel model;
  private int[] known = new int[0];
  private double[] posteriors = new double[0];
  private long spared;

  /**
   * @throws IllegalArgumentException if the model's posterior depends on the time
   */
  public CachedModel(DiscreteModel model) {
    if (model.process().graph() != DiffusionGraph.ABSORB || !model.timeAgnosticPosterior()) {
      throw new IllegalArgumentException(
          "caching needs graph absorb and a model that is not given the time");
    }
    this.model = model;
  }

  /** Rows that were asked for and not evaluated, over the life of this model. */
  public long evaluationsSpared() {
    return spared;
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public DiffusionProcess process() {
    return model.process();
  }

  @Override
  public int length() {
    return model.length();
  }

  @Override
  public boolean timeAgnosticPosterior() {
    return true;
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    int length = length();
    int positions = batch * length;
    if (known.length < positions) {
      known = new int[positions];
      Arrays.fill(known, -1);
      posteriors = new double[positions * process().vocabulary()];
    }
    int[] rows = new int[batch];
    int[] changed = new int[positions];
    int count = 0;
    for (int b = 0; b < batch; b++) {
      int from = b * length;
      if (!Arrays.equals(states, from, from + length, known, from, from + length)) {
        System.arraycopy(states, from, changed, count * length, length);
        rows[count++] = b;
      }
    }
    spared += batch - count;
    if (count > 0) {
      model.scores(changed, count, time, scores);
      for (int n = 0; n < count; n++) {
        keep(scores, n * length, rows[n] * length, time);
      }
    }
    System.arraycopy(states, 0, known, 0, positions);
    Scores.fromPosteriors(process(), states, positions, posteriors, time, scores);
  }

  /** Posteriors p = s/c(t) of one row. */
  private void keep(double[] scores, int from, int to, double time) {
    int vocabulary = process().vocabulary();
    double scale = Scores.scale(process(), time);
    for (int i = 0; i < length(); i++) {
      for (int y = 0; y < vocabulary; y++) {
        posteriors[(to + i) * vocabulary + y] =
            scores[(from + i) * process().symbols() + y] / scale;
      }
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
