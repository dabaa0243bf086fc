package io.accelerant.core.lm;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An n-gram model in which each order is interpolated with the one below (Witten and Bell, "The
 * zero-frequency problem", 1991; method C for lambda = 1):
 *
 * <pre>
 * P_k(c | ctx) = (n(ctx, c) + w P_{k-1}(c | ctx')) / (n(ctx) + w), w = lambda T(ctx), P_0(c) = 1/V
 * </pre>
 *
 * where ctx has k-1 symbols, ctx' is ctx without its oldest, and T(ctx) is the number of different
 * symbols that were seen after ctx: a context with many successors expects more new ones. The first
 * symbols of a sequence use the context there is. Probabilities are never zero. Immutable.
 */
public final class NgramModel implements Serializable {
  private static final long serialVersionUID = 1;

  /** Largest dense table of {@link #transitionLaw}. */
  private static final long MAX_TABLE = 1 << 24;

  private final int order;
  private final int symbols;
  private final double lambda;
  private final String hash;

  // Order k = 1..n at index k-1: row r has the context contexts[r] and the entries rows[r] ..
  // rows[r+1]-1 of next and counts; totals[r] is the sum of its counts.
  private final long[][] contexts;
  private final long[][] totals;
  private final int[][] rows;
  private final int[][] next;
  private final long[][] counts;

  /**
   * @param offset key of the first k-gram, for k = 1..n+1
   * @param packed pairs of key and count, in order of key
   */
  NgramModel(int order, int symbols, double lambda, long[] offset, long[] packed) {
    if (!(lambda > 0) || lambda == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("lambda must be positive and finite, is " + lambda);
    }
    this.order = order;
    this.symbols = symbols;
    this.lambda = lambda;
    this.hash = hash(order, symbols, lambda, packed);
    contexts = new long[order][];
    totals = new long[order][];
    rows = new int[order][];
    next = new int[order][];
    counts = new long[order][];
    int from = 0;
    for (int k = 1; k <= order; k++) {
      int to = from;
      while (to < packed.length && packed[to] < offset[k + 1]) {
        to += 2;
      }
      fill(k - 1, packed, from, to, offset[k]);
      from = to;
    }
  }

  private void fill(int level, long[] packed, int from, int to, long offset) {
    int entries = (to - from) / 2;
    next[level] = new int[entries];
    counts[level] = new long[entries];
    long[] context = new long[entries];
    long[] total = new long[entries];
    int[] row = new int[entries + 1];
    int r = -1;
    for (int e = 0; e < entries; e++) {
      long code = packed[from + 2 * e] - offset;
      if (r < 0 || context[r] != code / symbols) {
        context[++r] = code / symbols;
        row[r] = e;
      }
      next[level][e] = (int) (code % symbols);
      counts[level][e] = packed[from + 2 * e + 1];
      total[r] += counts[level][e];
    }
    contexts[level] = Arrays.copyOf(context, r + 1);
    totals[level] = Arrays.copyOf(total, r + 1);
    rows[level] = Arrays.copyOf(row, r + 2);
    rows[level][r + 1] = entries;
  }

  /** n: a symbol is judged by the n-1 before it. */
  public int order() {
    return order;
  }

  /** V. */
  public int symbols() {
    return symbols;
  }

  public double lambda() {
    return lambda;
  }

  /** sha256 of n, V, lambda and all counts: equal hash, equal probabilities. */
  public String modelHash() {
    return hash;
  }

  /**
   * The law of the symbol that follows a context.
   *
   * @param context the symbols before; at most the last n-1 count
   * @return V probabilities
   */
  public double[] conditional(int... context) {
    double[] law = new double[symbols];
    Arrays.fill(law, 1.0 / symbols);
    long code = 0;
    long place = 1;
    for (int level = 0; level < order && level <= context.length; level++) {
      int row = Arrays.binarySearch(contexts[level], code);
      if (row >= 0) {
        double weight = lambda * (rows[level][row + 1] - rows[level][row]);
        double denominator = totals[level][row] + weight;
        for (int c = 0; c < symbols; c++) {
          law[c] *= weight;
        }
        for (int e = rows[level][row]; e < rows[level][row + 1]; e++) {
          law[next[level][e]] += counts[level][e];
        }
        for (int c = 0; c < symbols; c++) {
          law[c] /= denominator;
        }
      }
      if (level < context.length) {
        code += context[context.length - 1 - level] * place;
        place *= symbols;
      }
    }
    return law;
  }

  /**
   * log P(tokens[from .. to-1]) in nats; the sequence begins at {@code from}.
   *
   * @throws IllegalArgumentException if a token is not in 0..V-1
   */
  public double logProbability(int[] tokens, int from, int to) {
    double log = 0;
    for (int i = from; i < to; i++) {
      if (tokens[i] < 0 || tokens[i] >= symbols) {
        throw new IllegalArgumentException(
            Text.of("token %d at place %d is not in 0..%d", tokens[i], i, symbols - 1));
      }
      log += StrictMath.log(probability(tokens, from, i));
    }
    return log;
  }

  /** Negative log probability of a whole sequence in nats per symbol. */
  public double nll(int[] tokens) {
    return -logProbability(tokens, 0, tokens.length) / tokens.length;
  }

  /** P(tokens[i] | tokens[from .. i-1]): one entry of {@link #conditional}. */
  private double probability(int[] tokens, int from, int i) {
    double p = 1.0 / symbols;
    long code = 0;
    long place = 1;
    for (int level = 0; level < order && level <= i - from; level++) {
      int row = Arrays.binarySearch(contexts[level], code);
      if (row >= 0) {
        int e = Arrays.binarySearch(next[level], rows[level][row], rows[level][row + 1], tokens[i]);
        double weight = lambda * (rows[level][row + 1] - rows[level][row]);
        p = (weight * p + (e < 0 ? 0 : counts[level][e])) / (totals[level][row] + weight);
      }
      if (level < i - from) {
        code += tokens[i - 1 - level] * place;
        place *= symbols;
      }
    }
    return p;
  }

  /**
   * The law of the first k = n-1 symbols by the chain rule: {@code [V^k]}, last symbol the fastest.
   *
   * @throws IllegalArgumentException if n is 1 or V^n is above 2^24
   */
  public double[] startLaw() {
    double[] law = {1};
    for (int k = 0; k < tupleLength(); k++) {
      double[] longer = new double[law.length * symbols];
      for (int z = 0; z < law.length; z++) {
        double[] conditional = conditional(tuple(z, k));
        for (int c = 0; c < symbols; c++) {
          longer[z * symbols + c] = law[z] * conditional[c];
        }
      }
      law = longer;
    }
    return law;
  }

  /**
   * The law of a symbol given the k = n-1 before it: {@code [V^k][V]}, flat; with {@link #startLaw}
   * a Markov chain of order k that has the probabilities of this model.
   *
   * @throws IllegalArgumentException as {@link #startLaw}
   */
  public double[] transitionLaw() {
    int k = tupleLength();
    int tuples = 1;
    for (int j = 0; j < k; j++) {
      tuples *= symbols;
    }
    double[] law = new double[tuples * symbols];
    for (int z = 0; z < tuples; z++) {
      System.arraycopy(conditional(tuple(z, k)), 0, law, z * symbols, symbols);
    }
    return law;
  }

  /**
   * The law of two symbols in a row in the counted text: {@code [V][V]}, flat, not smoothed.
   *
   * @throws IllegalStateException if n is 1 or nothing was counted
   */
  public double[] bigramLaw() {
    if (order < 2 || counts[1].length == 0) {
      throw new IllegalStateException("no bigrams were counted");
    }
    double total = Arrays.stream(counts[1]).sum();
    double[] law = new double[symbols * symbols];
    for (int row = 0; row < contexts[1].length; row++) {
      for (int e = rows[1][row]; e < rows[1][row + 1]; e++) {
        law[(int) contexts[1][row] * symbols + next[1][e]] = counts[1][e] / total;
      }
    }
    return law;
  }

  private int tupleLength() {
    double table = StrictMath.pow(symbols, order);
    if (order < 2 || table > MAX_TABLE) {
      throw new IllegalArgumentException(
          Text.of(
              "an order of 2 or more with at most 2^24 transitions is needed, is %d over %d"
                  + " symbols",
              order, symbols));
    }
    return order - 1;
  }

  private int[] tuple(int index, int length) {
    int[] tuple = new int[length];
    for (int j = length - 1, rest = index; j >= 0; j--, rest /= symbols) {
      tuple[j] = rest % symbols;
    }
    return tuple;
  }

  private static String hash(int order, int symbols, double lambda, long[] packed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer head = ByteBuffer.allocate(16).putInt(order).putInt(symbols).putDouble(lambda);
      digest.update(head.array());
      ByteBuffer number = ByteBuffer.allocate(8);
      for (long n : packed) {
        digest.update(number.putLong(0, n).array());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
