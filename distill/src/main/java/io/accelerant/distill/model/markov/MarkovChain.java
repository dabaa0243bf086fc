package io.accelerant.distill.model.markov;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A Markov chain of order k over V symbols. A tuple (x_{i-k+1}, .., x_i) has the index sum_j x_j
 * V^(i-j), its last symbol the fastest. The law of a sequence is start(x_0..x_{k-1}) prod_{i>=k}
 * transition(x_{i-k}..x_{i-1}, x_i); it is not assumed stationary. Immutable.
 */
public final class MarkovChain implements Serializable {
  private static final long serialVersionUID = 1;

  /** Largest number V^(k+1) of transition probabilities: 128 MiB of doubles. */
  public static final int MAX_TRANSITIONS = 1 << 24;

  private static final double SUM_TOLERANCE = 1e-9;

  private final int order;
  private final int symbols;
  private final double[] start;
  private final double[] transition;

  /**
   * @param order k, at least 1
   * @param symbols V, at least 2
   * @param start [V^k]: law of the first k symbols
   * @param transition [V^k][V], flat: law of the next symbol given the last k
   * @throws IllegalArgumentException if a size does not fit, V^(k+1) is above {@link
   *     #MAX_TRANSITIONS}, or a row is not a probability law
   */
  public MarkovChain(int order, int symbols, double[] start, double[] transition) {
    this.order = order;
    this.symbols = symbols;
    int tuples = tuples(order, symbols);
    if (start.length != tuples || transition.length != tuples * symbols) {
      throw new IllegalArgumentException(
          Text.of(
              "a chain of order %d over %d symbols has %d start and %d transition probabilities,"
                  + " not %d and %d",
              order, symbols, tuples, tuples * symbols, start.length, transition.length));
    }
    this.start = start.clone();
    this.transition = transition.clone();
    checkLaw("start", start, 0, tuples);
    for (int z = 0; z < tuples; z++) {
      checkLaw("transition row " + z, transition, z * symbols, symbols);
    }
  }

  /**
   * V^k, checked.
   *
   * @throws IllegalArgumentException if V^(k+1) is above {@link #MAX_TRANSITIONS}
   */
  public static int tuples(int order, int symbols) {
    if (order < 1 || symbols < 2) {
      throw new IllegalArgumentException(
          "a chain needs order >= 1 and at least 2 symbols, not " + order + " and " + symbols);
    }
    long tuples = 1;
    for (int j = 0; j < order; j++) {
      tuples *= symbols;
      if (tuples * symbols > MAX_TRANSITIONS) {
        throw new IllegalArgumentException(
            Text.of(
                "order %d over %d symbols has more than %d transitions; take a lower order",
                order, symbols, MAX_TRANSITIONS));
      }
    }
    return (int) tuples;
  }

  /** Countdown: draw n uniform in 0..V-1, emit n, n-1, .., 0, repeat. Order 1, uniform start. */
  public static MarkovChain countdown(int symbols) {
    double[] start = new double[tuples(1, symbols)];
    Arrays.fill(start, 1.0 / symbols);
    double[] transition = new double[symbols * symbols];
    Arrays.fill(transition, 0, symbols, 1.0 / symbols);
    for (int n = 1; n < symbols; n++) {
      transition[n * symbols + n - 1] = 1;
    }
    return new MarkovChain(1, symbols, start, transition);
  }

  /**
   * The maximum-likelihood chain of counts; a tuple that was never seen is followed by every symbol
   * alike.
   *
   * @param startCounts [V^k]: how often a sequence began with the tuple; at least one is positive
   * @param counts [V^k][V], flat: how often the symbol followed the tuple
   */
  public static MarkovChain ofCounts(int order, int symbols, long[] startCounts, long[] counts) {
    double[] transition = new double[counts.length];
    for (int row = 0; row + symbols <= counts.length; row += symbols) {
      normalise(counts, row, symbols, transition);
    }
    double[] start = new double[startCounts.length];
    normalise(startCounts, 0, start.length, start);
    return new MarkovChain(order, symbols, start, transition);
  }

  /** This chain with the transition law (1-eps) A + eps/V; the start is left as it is. */
  public MarkovChain smoothed(double eps) {
    if (!(eps >= 0 && eps <= 1)) {
      throw new IllegalArgumentException("smoothing must be in [0, 1], is " + eps);
    }
    double[] mixed = transition.clone();
    for (int e = 0; e < mixed.length; e++) {
      mixed[e] = (1 - eps) * mixed[e] + eps / symbols;
    }
    return new MarkovChain(order, symbols, start, mixed);
  }

  /** k: how many symbols the next one depends on. */
  public int order() {
    return order;
  }

  /** V. */
  public int symbols() {
    return symbols;
  }

  /** V^k. */
  public int tuples() {
    return start.length;
  }

  /** start(z) of the tuple z. */
  public double start(int tuple) {
    return start[tuple];
  }

  /** transition(z, y): probability that y follows the tuple z. */
  public double transition(int tuple, int next) {
    return transition[tuple * symbols + next];
  }

  /** The array itself, for the hot loops of this package; nobody writes to it. */
  double[] start() {
    return start;
  }

  double[] transition() {
    return transition;
  }

  /** Draws a sequence of {@code length} >= k symbols. */
  public int[] sample(int length, RandomStream stream) {
    checkLength(length);
    int[] tokens = new int[length];
    int tuple = stream.nextCategorical(start, 0, start.length);
    for (int j = order - 1, rest = tuple; j >= 0; j--, rest /= symbols) {
      tokens[j] = rest % symbols;
    }
    for (int i = order; i < length; i++) {
      tokens[i] = stream.nextCategorical(transition, tuple * symbols, symbols);
      tuple = next(tuple, tokens[i]);
    }
    return tokens;
  }

  /**
   * log p(tokens[offset .. offset+length-1]) in nats, for length >= k; minus infinity if it cannot
   * happen.
   */
  public double logProbability(int[] tokens, int offset, int length) {
    checkLength(length);
    int tuple = 0;
    for (int j = 0; j < order; j++) {
      tuple = tuple * symbols + tokens[offset + j];
    }
    double log = StrictMath.log(start[tuple]);
    for (int i = order; i < length; i++) {
      log += StrictMath.log(transition(tuple, tokens[offset + i]));
      tuple = next(tuple, tokens[offset + i]);
    }
    return log;
  }

  /**
   * Exact law of the symbol at a position drawn uniformly from 0..length-1, V entries; no
   * stationarity is assumed.
   */
  public double[] unigram(int length) {
    return mean(gram(length, 1));
  }

  /** Exact law of the pair (x_i, x_{i+1}) for i uniform in 0..length-2: [V][V], flat. */
  public double[] bigram(int length) {
    return mean(gram(length, 2));
  }

  /**
   * Entropy of {@link #unigram} in nats: countdown of 32 symbols has 3.3136 at length 64, 3.2872 in
   * the limit.
   */
  public double entropy(int length) {
    double entropy = 0;
    for (double p : unigram(length)) {
      entropy -= p > 0 ? p * StrictMath.log(p) : 0;
    }
    return entropy;
  }

  /** Expected number of times each n-gram occurs in a sequence. */
  private double[] gram(int length, int n) {
    checkLength(length);
    if (length < n) {
      throw new IllegalArgumentException("length " + length + " has no " + n + "-gram");
    }
    int width = Math.max(order, n); // law of the last `width` symbols, walked along the sequence
    double[] law = start;
    for (int w = order; w < width; w++) {
      law = extended(law);
    }
    double[] expected = new double[n == 1 ? symbols : symbols * symbols];
    for (int j = 0; j + n <= width; j++) {
      add(law, width, j, n, expected);
    }
    for (int i = width; i < length; i++) {
      double[] longer = extended(law);
      law = new double[law.length];
      for (int z = 0; z < longer.length; z++) {
        law[z % law.length] += longer[z];
      }
      add(law, width, width - n, n, expected);
    }
    return expected;
  }

  /** The law of one symbol more: p(.., x) transition(last k of .., x). */
  private double[] extended(double[] law) {
    double[] longer = new double[law.length * symbols];
    for (int z = 0; z < longer.length; z++) {
      longer[z] = law[z / symbols] * transition[z % transition.length];
    }
    return longer;
  }

  /** Adds the marginal law of the n symbols from place j of a tuple of {@code width} symbols. */
  private void add(double[] law, int width, int j, int n, double[] expected) {
    int after = 1;
    for (int w = j + n; w < width; w++) {
      after *= symbols;
    }
    for (int z = 0; z < law.length; z++) {
      expected[z / after % expected.length] += law[z];
    }
  }

  private static double[] mean(double[] expected) {
    double sum = Arrays.stream(expected).sum();
    return Arrays.stream(expected).map(e -> e / sum).toArray();
  }

  private int next(int tuple, int symbol) {
    return (int) (((long) tuple * symbols + symbol) % start.length);
  }

  private void checkLength(int length) {
    if (length < order) {
      throw new IllegalArgumentException(
          "a chain of order " + order + " needs a length of at least that, not " + length);
    }
  }

  private static void normalise(long[] counts, int offset, int length, double[] law) {
    double sum = 0;
    for (int j = offset; j < offset + length; j++) {
      sum += counts[j];
    }
    for (int j = offset; j < offset + length; j++) {
      law[j] = sum > 0 ? counts[j] / sum : 1.0 / length;
    }
  }

  private static void checkLaw(String name, double[] law, int offset, int length) {
    double sum = 0;
    for (int j = offset; j < offset + length; j++) {
      if (!(law[j] >= 0)) {
        throw new IllegalArgumentException(name + " has the probability " + law[j]);
      }
      sum += law[j];
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new IllegalArgumentException(name + " sums to " + sum + ", not 1");
    }
  }
}
