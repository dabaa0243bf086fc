package io.accelerant.distill.discrete;

import io.accelerant.distill.model.markov.MarkovChain;

/**
 * A model so small that every state can be listed: marginals p_t and scores by enumeration, and
 * samplers without Monte Carlo, by pushing the exact law of the state through the product kernel of
 * each step. States are numbers in base S, the last position the fastest digit.
 */
public final class ExactToy {
  /** Where the grids of the reference table end. */
  public static final double END = 1e-3;

  private final DiffusionProcess process;
  private final MarkovChain chain;
  private final int length;
  private final int[][] states;
  private final double[] data;

  public ExactToy(MarkovChain chain, DiffusionProcess process, int length) {
    this.chain = chain;
    this.process = process;
    this.length = length;
    int count = 1;
    for (int i = 0; i < length; i++) {
      count *= process.symbols();
    }
    states = new int[count][length];
    data = new double[count];
    for (int n = 0; n < count; n++) {
      boolean masked = false;
      for (int i = length - 1, rest = n; i >= 0; i--, rest /= process.symbols()) {
        states[n][i] = rest % process.symbols();
        masked |= states[n][i] == process.mask();
      }
      data[n] = masked ? 0 : StrictMath.exp(chain.logProbability(states[n], 0, length));
    }
  }

  /** The chain with V = 3, L = 3 of the reference table, with loglinear noise. */
  public static ExactToy reference(DiffusionGraph graph) {
    double[] start = {.5, .3, .2};
    double[] transition = {.05, .9, .05, .05, .05, .9, .9, .05, .05};
    return new ExactToy(
        new MarkovChain(1, 3, start, transition),
        new DiffusionProcess(graph, new NoiseSchedule.LogLinear(1e-3), 3),
        3);
  }

  public DiffusionProcess process() {
    return process;
  }

  public MarkovChain chain() {
    return chain;
  }

  public int length() {
    return length;
  }

  /** All S^L states. */
  public int[][] states() {
    return states;
  }

  /** Law of the data over the states; zero where there is a MASK. */
  public double[] data() {
    return data.clone();
  }

  /** Law of the state that every sampler starts from. */
  public double[] prior() {
    double[] law = new double[states.length];
    for (int n = 0; n < states.length; n++) {
      law[n] = 1;
      for (int symbol : states[n]) {
        law[n] *=
            process.graph() == DiffusionGraph.UNIFORM
                ? 1.0 / process.vocabulary()
                : symbol == process.mask() ? 1 : 0;
      }
    }
    return law;
  }

  /** p_t over the states. */
  public double[] marginal(double t) {
    double[] law = new double[states.length];
    for (int n = 0; n < states.length; n++) {
      for (int m = 0; m < states.length; m++) {
        if (data[m] > 0) {
          double path = data[m];
          for (int i = 0; i < length; i++) {
            path *= ForwardProcess.probability(process, states[m][i], states[n][i], t);
          }
          law[n] += path;
        }
      }
    }
    return law;
  }

  /** Exact scores of every state: [states][L * S]. Entries that no reverse step may use are 0. */
  public double[][] scores(double t) {
    double[] law = marginal(t);
    int symbols = process.symbols();
    double[][] scores = new double[states.length][length * symbols];
    for (int n = 0; n < states.length; n++) {
      for (int i = 0, place = states.length / symbols; i < length; i++, place /= symbols) {
        int own = states[n][i];
        for (int y = 0; y < symbols; y++) {
          boolean used = process.graph() == DiffusionGraph.UNIFORM || own == process.mask();
          double ratio = used ? law[n + (y - own) * place] / law[n] : 0;
          scores[n][i * symbols + y] = y == own ? 1 : ratio;
        }
      }
    }
    return scores;
  }

  /** The law of the state after step k from t to u of a sampler, given the law before it. */
  public double[] step(
      double[] law, ReverseKernel kernel, ScoreTransform transform, int k, double t, double u) {
    double[] after = new double[law.length];
    double[][] scores = scores(t);
    int symbols = process.symbols();
    double[][] rows = new double[length][symbols];
    for (int n = 0; n < law.length; n++) {
      if (law[n] > 0) {
        for (int i = 0; i < length; i++) {
          int symbol = states[n][i];
          transform.apply(process, k, symbol, t, scores[n], i * symbols);
          kernel.probabilities(process, symbol, scores[n], i * symbols, t, u, rows[i]);
        }
        spread(law[n], rows, after);
      }
    }
    return after;
  }

  /** The law after the final denoising at time t. */
  public double[] denoise(double[] law, double t) {
    double[] after = new double[law.length];
    double[][] scores = scores(t);
    double[][] rows = new double[length][process.symbols()];
    for (int n = 0; n < law.length; n++) {
      if (law[n] > 0) {
        for (int i = 0; i < length; i++) {
          Tweedie.posterior(process, states[n][i], scores[n], i * process.symbols(), t, rows[i]);
        }
        spread(law[n], rows, after);
      }
    }
    return after;
  }

  /** The law of the samples of a whole sampler, final denoising included. */
  public double[] law(ReverseKernel kernel, double[] times, ScoreTransform transform) {
    double[] law = prior();
    for (int k = 0; k + 1 < times.length; k++) {
      law = step(law, kernel, transform, k, times[k], times[k + 1]);
    }
    return denoise(law, times[times.length - 1]);
  }

  /** Total variation between the law of a sampler's samples and the data. */
  public double totalVariation(ReverseKernel kernel, double[] times, ScoreTransform transform) {
    return totalVariation(law(kernel, times, transform));
  }

  /** Total variation between a law over the states and the data. */
  public double totalVariation(double[] law) {
    double sum = 0;
    for (int n = 0; n < law.length; n++) {
      sum += Math.abs(law[n] - data[n]);
    }
    return sum / 2;
  }

  private void spread(double mass, double[][] rows, double[] after) {
    for (int m = 0; m < after.length; m++) {
      double path = mass;
      for (int i = 0; i < length && path > 0; i++) {
        path *= rows[i][states[m][i]];
      }
      after[m] += path;
    }
  }
}
