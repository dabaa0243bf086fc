package io.accelerant.distill.discrete;

/** From what a model predicts to concrete scores. Every method handles the row of one position. */
public final class Scores {
  private Scores() {}

  /**
   * c(t) = exp(-sigma_bar)/(1 - exp(-sigma_bar)) = 1/(e^sigma_bar - 1): a score of the absorbing
   * graph is c(t) p.
   */
  public static double scale(DiffusionProcess process, double t) {
    return 1 / StrictMath.expm1(process.noise().total(t));
  }

  /**
   * Scores from the posterior p(x0_i = y | x) of the data symbol, given the whole noisy state.
   * Absorbing graph, masked position: s[y] = c(t) p[y] (Ou et al., RADD, theorem 1). Uniform graph:
   * s[y] = sum_a p[a] q(y|a)/q(x_i|a).
   *
   * @param posterior V entries from {@code from} on
   * @param scores receives S entries from {@code offset} on; own entry 1
   */
  public static void fromPosterior(
      DiffusionProcess process,
      int symbol,
      double[] posterior,
      int from,
      double t,
      double[] scores,
      int offset) {
    if (process.graph() == DiffusionGraph.ABSORB) {
      absorb(process, symbol, posterior, from, scale(process, t), scores, offset);
    } else {
      uniform(process, symbol, posterior, from, process.kept(t), scores, offset);
    }
  }

  /**
   * {@link #fromPosterior} for many positions at one time.
   *
   * @param states the symbols of the first {@code positions} positions
   * @param posteriors [positions][V], flat; rows of unmasked positions of the absorbing graph are
   *     not read
   * @param scores receives [positions][S], flat
   */
  public static void fromPosteriors(
      DiffusionProcess process,
      int[] states,
      int positions,
      double[] posteriors,
      double t,
      double[] scores) {
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    double factor = absorb ? scale(process, t) : process.kept(t);
    for (int i = 0; i < positions; i++) {
      int from = i * process.vocabulary();
      int offset = i * process.symbols();
      if (absorb) {
        absorb(process, states[i], posteriors, from, factor, scores, offset);
      } else {
        uniform(process, states[i], posteriors, from, factor, scores, offset);
      }
    }
  }

  private static void absorb(
      DiffusionProcess process,
      int symbol,
      double[] posterior,
      int from,
      double scale,
      double[] scores,
      int offset) {
    boolean moves = symbol == process.mask();
    for (int y = 0; y < process.vocabulary(); y++) {
      scores[offset + y] = moves ? scale * posterior[from + y] : 0;
    }
    scores[offset + process.mask()] = 0;
    scores[offset + symbol] = 1;
  }

  /**
   * Uniform graph: with the cavity law cav[a] = p[a]/q(x_i|a), s[y] = (kept cav[y] + (1-kept)/V sum
   * cav) / (the same at x_i); q(y|a) = kept [y = a] + (1-kept)/V.
   */
  private static void uniform(
      DiffusionProcess process,
      int symbol,
      double[] posterior,
      int from,
      double kept,
      double[] scores,
      int offset) {
    int symbols = process.symbols();
    double other = (1 - kept) / symbols;
    double sum = 0;
    for (int a = 0; a < symbols; a++) {
      scores[offset + a] = posterior[from + a] / (a == symbol ? kept + other : other);
      sum += scores[offset + a];
    }
    double own = kept * scores[offset + symbol] + other * sum;
    for (int y = 0; y < symbols; y++) {
      scores[offset + y] = (kept * scores[offset + y] + other * sum) / own;
    }
    scores[offset + symbol] = 1;
  }

  /**
   * Posteriors of a batch from the logits of a network that predicts the clean symbol, in float64:
   * softmax over the V data symbols, the MASK logit taken as minus infinity (the SUBS
   * parametrisation of MDLM). Rows of unmasked positions of the absorbing graph are left alone:
   * their symbol is known.
   *
   * @param first position of {@code states} and {@code posteriors} that the first row of logits
   *     belongs to
   * @param logits [positions][columns], flat, at least
   * @param mask column of MASK, which is skipped; {@code columns} or more where there is none
   * @param posteriors receives [positions][V] from position {@code first} on; NaN where the logits
   *     of a position are not numbers, or infinite
   */
  public static void posteriors(
      DiffusionProcess process,
      int[] states,
      int first,
      int positions,
      float[] logits,
      int columns,
      int mask,
      double[] posteriors) {
    int vocabulary = process.vocabulary();
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    for (int i = 0; i < positions; i++) {
      if (absorb && states[first + i] != process.mask()) {
        continue;
      }
      int to = (first + i) * vocabulary;
      double max = Double.NEGATIVE_INFINITY;
      for (int y = 0; y < vocabulary; y++) {
        posteriors[to + y] = logits[i * columns + (y < mask ? y : y + 1)];
        max = Math.max(max, posteriors[to + y]);
      }
      double sum = 0;
      for (int y = 0; y < vocabulary; y++) {
        posteriors[to + y] = StrictMath.exp(posteriors[to + y] - max);
        sum += posteriors[to + y];
      }
      for (int y = 0; y < vocabulary; y++) {
        posteriors[to + y] /= sum;
      }
    }
  }

  /**
   * Output of a SEDD network to scores, in place: log s = raw - log(e^sigma_bar - 1) - log(S-1) on
   * the absorbing graph, log s = raw on the uniform one.
   *
   * @param scores raw output on entry, scores on return; S entries from {@code offset} on
   */
  public static void fromSedd(
      DiffusionProcess process, int symbol, double t, double[] scores, int offset) {
    if (process.graph() == DiffusionGraph.ABSORB) {
      double total = process.noise().total(t);
      // log(e^a - 1) = a + log(1 - e^-a): no overflow, and no digits lost for small a.
      double shift =
          total
              + StrictMath.log(-StrictMath.expm1(-total))
              + StrictMath.log(process.symbols() - 1.0);
      for (int y = 0; y < process.symbols(); y++) {
        scores[offset + y] -= shift;
      }
    }
    fromLog(process, symbol, scores, offset);
  }

  /**
   * Logits of an x0-predicting masked network to scores, in place (the SUBS parametrisation of
   * MDLM): the MASK logit is taken as minus infinity, softmax over the V data symbols, times c(t).
   *
   * @param scores logits on entry, scores on return; S entries from {@code offset} on
   */
  public static void fromSubs(
      DiffusionProcess process, int symbol, double t, double[] scores, int offset) {
    int vocabulary = process.vocabulary();
    double max = Double.NEGATIVE_INFINITY;
    for (int y = 0; y < vocabulary; y++) {
      max = Math.max(max, scores[offset + y]);
    }
    double sum = 0;
    for (int y = 0; y < vocabulary; y++) {
      scores[offset + y] = StrictMath.exp(scores[offset + y] - max);
      sum += scores[offset + y];
    }
    for (int y = 0; y < vocabulary; y++) {
      scores[offset + y] /= sum;
    }
    absorb(process, symbol, scores, offset, scale(process, t), scores, offset);
  }

  /**
   * Log-scores to scores, in place, with what a network need not know put right: own entry 1; on
   * the absorbing graph an unmasked position has no other entry.
   */
  public static void fromLog(DiffusionProcess process, int symbol, double[] scores, int offset) {
    boolean moves = process.graph() == DiffusionGraph.UNIFORM || symbol == process.mask();
    for (int y = 0; y < process.symbols(); y++) {
      double score = y == symbol ? 1 : moves ? StrictMath.exp(scores[offset + y]) : 0;
      scores[offset + y] = score;
    }
  }
}
