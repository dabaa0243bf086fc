package io.accelerant.core.lm;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Counts of the unigrams, bigrams and 4-grams of samples. Integers only: partial counts add up to
 * the counts of the whole in any order. Not thread-safe.
 */
public final class SampleCounts implements Serializable {
  private final int symbols;
  private final long[] unigrams;
  private final long[] bigrams;
  private final LongCounts fourgrams = new LongCounts();
  private long samples;

  /**
   * @param symbols V; V^2 counts are held
   */
  public SampleCounts(int symbols) {
    this.symbols = symbols;
    this.unigrams = new long[symbols];
    this.bigrams = new long[symbols * symbols];
  }

  /**
   * Counts one sample.
   *
   * @throws IndexOutOfBoundsException if a token is not in 0..V-1
   */
  public void add(int[] tokens) {
    samples++;
    for (int i = 0; i < tokens.length; i++) {
      unigrams[tokens[i]]++;
      if (i >= 1) {
        bigrams[tokens[i - 1] * symbols + tokens[i]]++;
      }
      if (i >= 3) {
        long pair = (long) tokens[i - 3] * symbols + tokens[i - 2];
        fourgrams.add((pair * symbols + tokens[i - 1]) * symbols + tokens[i], 1);
      }
    }
  }

  /** Adds the counts of other samples. */
  public void merge(SampleCounts other) {
    samples += other.samples;
    Arrays.setAll(unigrams, c -> unigrams[c] + other.unigrams[c]);
    Arrays.setAll(bigrams, c -> bigrams[c] + other.bigrams[c]);
    fourgrams.addPacked(other.fourgrams.packed());
  }

  public long samples() {
    return samples;
  }

  /** Number of symbols of all samples. */
  public long symbols() {
    return Arrays.stream(unigrams).sum();
  }

  /** Entropy of the law of a symbol, in nats. */
  public double entropy() {
    return entropy(unigrams);
  }

  /**
   * Entropy of the law of four symbols in a row, in nats per 4-gram. The plug-in estimate: it grows
   * with the number of samples, so compare equal numbers. NaN if no sample has four symbols.
   */
  public double entropy4() {
    return entropy(fourgramCounts());
  }

  /**
   * Different 4-grams by all 4-grams: 1 if none occurs twice. It falls with the number of samples,
   * so compare equal numbers. NaN if no sample has four symbols.
   */
  public double distinct4() {
    return (double) fourgrams.size() / Arrays.stream(fourgramCounts()).sum();
  }

  /** The law of two symbols in a row: {@code [V][V]}, flat. NaN if no sample has two symbols. */
  public double[] bigramLaw() {
    double total = Arrays.stream(bigrams).sum();
    return Arrays.stream(bigrams).mapToDouble(n -> n / total).toArray();
  }

  /**
   * Total variation, half the L1 distance, between the law of bigrams and another.
   *
   * @param reference {@code [V][V]}, flat
   */
  public double bigramTv(double[] reference) {
    double[] law = bigramLaw();
    if (reference.length != law.length) {
      throw new IllegalArgumentException(
          Text.of("a law of %d bigrams is needed, not of %d", law.length, reference.length));
    }
    double distance = 0;
    for (int b = 0; b < law.length; b++) {
      distance += Math.abs(law[b] - reference[b]);
    }
    return distance / 2;
  }

  private long[] fourgramCounts() {
    long[] packed = fourgrams.packed();
    long[] counts = new long[packed.length / 2];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = packed[2 * i + 1];
    }
    return counts;
  }

  private static double entropy(long[] counts) {
    return KGrams.entropy(Arrays.stream(counts).asDoubleStream().toArray());
  }
}
