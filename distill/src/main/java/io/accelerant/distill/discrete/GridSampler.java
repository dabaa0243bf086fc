package io.accelerant.distill.discrete;

import io.accelerant.core.random.RandomStream;

/**
 * Walks a fixed, falling grid of times with a {@link ReverseKernel}, then, if asked, denoises with
 * one more evaluation: M or M+1 evaluations for M steps.
 *
 * @param times t_0 = 1 &gt; t_1 &gt; .. &gt; t_M &gt; 0
 */
public record GridSampler(
    String label,
    ReverseKernel kernel,
    double[] times,
    ScoreTransform transform,
    boolean finalDenoise)
    implements DiscreteSampler {
  private static final long PRIOR = RandomStream.purpose("discrete.prior");
  private static final long STEP = RandomStream.purpose("discrete.step");

  public GridSampler {
    if (times.length < 2 || times[0] > 1 || !(times[times.length - 1] > 0)) {
      throw new IllegalArgumentException("times must start at 1 at most and end above 0");
    }
    times = times.clone();
    for (int k = 1; k < times.length; k++) {
      if (!(times[k] < times[k - 1])) {
        throw new IllegalArgumentException("times must fall strictly, but do not at step " + k);
      }
    }
  }

  /** M equal steps from 1 to {@code end}. */
  public static double[] uniformTimes(int steps, double end) {
    double[] times = new double[steps + 1];
    for (int k = 0; k <= steps; k++) {
      times[k] = 1 - (1 - end) * k / steps;
    }
    times[steps] = end;
    return times;
  }

  @Override
  public Samples sample(DiscreteModel teacher, long seed, long[] ids) {
    DiffusionProcess process = teacher.process();
    int[] states = prior(process, teacher.length(), seed, ids);
    double[] scores = new double[states.length * process.symbols()];
    long clipped = 0;
    int steps = times.length - 1;
    for (int k = 0; k < steps; k++) {
      teacher.scores(states, ids.length, times[k], scores);
      clipped +=
          step(
              process,
              kernel,
              transform,
              k,
              times[k],
              times[k + 1],
              states,
              scores,
              STEP,
              seed,
              ids);
    }
    long left = count(states, process.mask());
    if (finalDenoise) {
      teacher.scores(states, ids.length, times[steps], scores);
      denoise(process, times[steps], states, scores, STEP, steps, seed, ids);
    }
    return new Samples(states, finalDenoise ? steps + 1 : steps, clipped, left);
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

  /**
   * One reverse step of a batch, in place. Position i of id uses the i-th number of the stream
   * (seed, purpose, id, k) whether it can move or not, so that two samplers stay paired.
   *
   * @return number of clipped probabilities
   */
  public static long step(
      DiffusionProcess process,
      ReverseKernel kernel,
      ScoreTransform transform,
      int k,
      double t,
      double u,
      int[] states,
      double[] scores,
      long purpose,
      long seed,
      long[] ids) {
    int symbols = process.symbols();
    int length = states.length / ids.length;
    double[] probabilities = new double[symbols];
    long clipped = 0;
    for (int b = 0; b < ids.length; b++) {
      RandomStream stream = new RandomStream(seed, purpose, ids[b], k);
      for (int i = 0; i < length; i++) {
        int row = b * length + i;
        double uniform = stream.nextDouble();
        if (process.graph() == DiffusionGraph.ABSORB && states[row] != process.mask()) {
          continue; // an unmasked symbol never changes
        }
        transform.apply(process, k, states[row], t, scores, row * symbols);
        clipped +=
            kernel.probabilities(process, states[row], scores, row * symbols, t, u, probabilities);
        states[row] = RandomStream.categorical(uniform, probabilities, 0, symbols);
      }
    }
    return clipped;
  }

  /** The last draw: the analytic step from t to total noise 0, with MASK excluded. */
  public static void denoise(
      DiffusionProcess process,
      double t,
      int[] states,
      double[] scores,
      long purpose,
      int k,
      long seed,
      long[] ids) {
    int symbols = process.symbols();
    int length = states.length / ids.length;
    double[] probabilities = new double[symbols];
    for (int b = 0; b < ids.length; b++) {
      RandomStream stream = new RandomStream(seed, purpose, ids[b], k);
      for (int i = 0; i < length; i++) {
        int row = b * length + i;
        double uniform = stream.nextDouble();
        if (process.graph() == DiffusionGraph.ABSORB && states[row] != process.mask()) {
          continue;
        }
        Tweedie.posterior(process, states[row], scores, row * symbols, t, probabilities);
        states[row] = RandomStream.categorical(uniform, probabilities, 0, process.vocabulary());
      }
    }
  }

  private static long count(int[] states, int symbol) {
    long n = 0;
    for (int s : states) {
      n += s == symbol ? 1 : 0;
    }
    return n;
  }
}
