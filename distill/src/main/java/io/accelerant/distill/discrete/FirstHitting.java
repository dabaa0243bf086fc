package io.accelerant.distill.discrete;

import io.accelerant.core.random.RandomStream;

/**
 * First-hitting sampler of the absorbing graph (Zheng et al., "Masked Diffusion Models are Secretly
 * Time-Agnostic Masked Models", section 4): one symbol at a time and therefore exact, L
 * evaluations. With n masks left the mask probability m falls to m U^(1/n), a masked position is
 * picked uniformly, and its symbol is drawn from the posterior.
 */
public record FirstHitting() implements DiscreteSampler {
  private static final long STEP = RandomStream.purpose("discrete.hitting");

  /**
   * A schedule that does not end at noise 0 leaves masks at time 0; they are filled as if at this
   * time.
   */
  private static final double SMALLEST_TIME = 1e-5;

  @Override
  public String label() {
    return "first-hitting";
  }

  /**
   * @throws IllegalArgumentException on the uniform graph, which has no MASK
   */
  @Override
  public Samples sample(DiscreteModel model, long seed, long[] ids) {
    DiffusionProcess process = model.process();
    if (process.graph() != DiffusionGraph.ABSORB) {
      throw new IllegalArgumentException(
          "sampler first-hitting needs graph absorb; take euler or tweedie for graph uniform");
    }
    int length = model.length();
    int[] states = Walk.prior(process, length, seed, ids);
    RandomStream[] streams = new RandomStream[ids.length];
    double[] masked = new double[ids.length];
    for (int b = 0; b < ids.length; b++) {
      streams[b] = new RandomStream(seed, STEP, ids[b], 0);
      masked[b] = process.masked(1);
    }
    double[] scores = new double[states.length * process.symbols()];
    double[] posterior = new double[process.symbols()];
    for (int n = length; n > 0; n--) {
      for (int b = 0; b < ids.length; b++) {
        masked[b] = hit(masked[b], n, streams[b].nextDouble());
      }
      evaluate(model, states, ids, length - n + 1, masked, scores);
      for (int b = 0; b < ids.length; b++) {
        int row = maskedPosition(states, b * length, process.mask(), streams[b].nextInt(n));
        // The posterior of a masked position is its normalised score, whatever the time.
        Tweedie.posterior(process, states[row], scores, row * process.symbols(), 1, posterior);
        states[row] = streams[b].nextCategorical(posterior, 0, process.vocabulary());
      }
    }
    return new Samples(states, length, 0, 0);
  }

  /**
   * The mask probability at which the next of n masks falls, given that none has fallen down to
   * {@code masked}.
   */
  static double hit(double masked, int n, double uniform) {
    return masked * StrictMath.pow(uniform, 1.0 / n);
  }

  /** The time at which the mask probability is {@code masked}. */
  static double time(DiffusionProcess process, double masked) {
    double time = process.noise().time(-StrictMath.log1p(-masked));
    return Math.min(1, Math.max(SMALLEST_TIME, time));
  }

  /**
   * One call when the rows may share a time; else one for each row, since every row is at its own.
   */
  private static void evaluate(
      DiscreteModel model, int[] states, long[] ids, int step, double[] masked, double[] scores) {
    if (model.timeAgnosticPosterior()) {
      model.scores(states, ids, step, 1, scores);
      return;
    }
    int length = model.length();
    int[] state = new int[length];
    double[] score = new double[length * model.process().symbols()];
    for (int b = 0; b < masked.length; b++) {
      System.arraycopy(states, b * length, state, 0, length);
      double time = time(model.process(), masked[b]);
      model.scores(state, new long[] {ids[b]}, step, time, score);
      System.arraycopy(score, 0, scores, b * score.length, score.length);
    }
  }

  /** Index of the n-th masked position (from 0) of a row. */
  private static int maskedPosition(int[] states, int row, int mask, int n) {
    int i = row;
    for (int left = n; ; i++) {
      if (states[i] == mask && left-- == 0) {
        return i;
      }
    }
  }
}
