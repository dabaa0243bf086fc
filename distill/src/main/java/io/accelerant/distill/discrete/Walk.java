package io.accelerant.distill.discrete;

import io.accelerant.core.random.RandomStream;

/**
 * A batch of states on its way back from t = 1: {@link #evaluate} the model, then {@link #step} or
 * {@link #denoise}, again and again. At step k position i of an id uses the i-th number of the
 * stream (seed, purpose, id, k), whether it can move or not, so that the walks of a seed stay
 * paired.
 */
public final class Walk {
  private static final long PRIOR = RandomStream.purpose("discrete.prior");

  private final DiscreteModel model;
  private final DiffusionProcess process;
  private final int[] states;
  private final long purpose;
  private final long seed;
  private final long[] ids;
  private final double[] scores;
  private final double[] probabilities;
  private double time;
  private int k;
  private long clipped;

  /**
   * @param states [batch][length], flat; belongs to the walk
   * @param k number of the first step
   * @param purpose {@link RandomStream#purpose} of the draws
   */
  public Walk(DiscreteModel model, int[] states, int k, long purpose, long seed, long[] ids) {
    this.model = model;
    this.process = model.process();
    this.states = states;
    this.k = k;
    this.purpose = purpose;
    this.seed = seed;
    this.ids = ids;
    this.scores = new double[states.length * process.symbols()];
    this.probabilities = new double[process.symbols()];
  }

  /** From the prior, with step 0 next. */
  public static Walk fromPrior(DiscreteModel model, long purpose, long seed, long[] ids) {
    return new Walk(
        model, prior(model.process(), model.length(), seed, ids), 0, purpose, seed, ids);
  }

  /**
   * Draws from the prior: all MASK, or independent uniform symbols. The same for all samplers of a
   * seed.
   */
  public static int[] prior(DiffusionProcess process, int length, long seed, long[] ids) {
    int[] states = new int[ids.length * length];
    for (int b = 0; b < ids.length; b++) {
      RandomStream stream = new RandomStream(seed, PRIOR, ids[b], 0);
      for (int i = 0; i < length; i++) {
        states[b * length + i] =
            process.graph() == DiffusionGraph.ABSORB
                ? process.mask()
                : stream.nextInt(process.vocabulary());
      }
    }
    return states;
  }

  /** Another walk that starts from a copy of the states here. */
  public Walk branch(int firstStep, long otherPurpose) {
    return new Walk(model, states.clone(), firstStep, otherPurpose, seed, ids);
  }

  /**
   * The model's scores of the states at a time, which the next draw uses up.
   *
   * @return [batch][length][symbols], flat; valid until the next step
   */
  public double[] evaluate(double t) {
    time = t;
    model.scores(states, ids, k + 1, t, scores);
    return scores;
  }

  /** One reverse step from the time of the last evaluation down to u. */
  public void step(ReverseKernel kernel, ScoreTransform transform, double u) {
    draw(
        process.symbols(),
        (symbol, offset) -> {
          transform.apply(process, k, symbol, time, scores, offset);
          clipped += kernel.probabilities(process, symbol, scores, offset, time, u, probabilities);
        });
  }

  /**
   * The last draw: the analytic step from the time of the last evaluation to total noise 0, with
   * MASK excluded.
   */
  public void denoise() {
    draw(
        process.vocabulary(),
        (symbol, offset) ->
            Tweedie.posterior(process, symbol, scores, offset, time, probabilities));
  }

  /** Puts the probabilities of one position in their place. */
  private interface Law {
    void at(int symbol, int offset);
  }

  private void draw(int choices, Law law) {
    int length = states.length / ids.length;
    for (int b = 0; b < ids.length; b++) {
      RandomStream stream = new RandomStream(seed, purpose, ids[b], k);
      for (int row = b * length; row < (b + 1) * length; row++) {
        double uniform = stream.nextDouble();
        if (process.graph() == DiffusionGraph.ABSORB && states[row] != process.mask()) {
          continue; // an unmasked symbol never changes
        }
        law.at(states[row], row * process.symbols());
        states[row] = RandomStream.categorical(uniform, probabilities, 0, choices);
      }
    }
    k++;
  }

  /** [batch][length], flat; changes with the walk. */
  public int[] states() {
    return states;
  }

  /** Number of positions that are still MASK. */
  public long masked() {
    long masked = 0;
    for (int symbol : states) {
      masked += symbol == process.mask() ? 1 : 0;
    }
    return masked;
  }

  /** Number of negative probabilities that were clipped so far. */
  public long clipped() {
    return clipped;
  }
}
