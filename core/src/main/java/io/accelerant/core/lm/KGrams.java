package io.accelerant.core.lm;

import java.util.Arrays;

/** Counts of k symbols in a row, and distances between two laws given by counts. */
public final class KGrams {
  private KGrams() {}

  /**
   * V^k, the number of different k-grams.
   *
   * @throws ArithmeticException if it is no 32-bit number
   */
  public static int number(int vocabulary, int k) {
    int number = 1;
    for (int j = 0; j < k; j++) {
      number = Math.multiplyExact(number, vocabulary);
    }
    return number;
  }

  /**
   * Counts of the k-grams inside each sequence, of which none crosses into the next: [V^k].
   *
   * @param tokens sequences of {@code length} symbols, flat
   */
  public static double[] counts(int[] tokens, int length, int vocabulary, int k) {
    double[] counts = new double[number(vocabulary, k)];
    for (int start = 0; start < tokens.length; start += length) {
      for (int i = start; i + k <= start + length; i++) {
        int code = 0;
        for (int j = 0; j < k; j++) {
          code = code * vocabulary + tokens[i + j];
        }
        counts[code]++;
      }
    }
    return counts;
  }

  /** Entropy of the law given by counts, in nats; NaN if there are none. */
  public static double entropy(double[] counts) {
    double total = sum(counts);
    double entropy = total > 0 ? 0 : Double.NaN;
    for (double c : counts) {
      entropy -= c > 0 ? c / total * StrictMath.log(c / total) : 0;
    }
    return entropy;
  }

  /**
   * Entropy of the law that drew the counts, in nats: that of the counts is too small by about (K -
   * 1)/2n for n draws of which K different ones are seen, which is added (Miller 1955, Madow).
   */
  public static double entropyMillerMadow(double[] counts) {
    long seen = Arrays.stream(counts).filter(c -> c > 0).count();
    return entropy(counts) + (seen - 1) / (2 * sum(counts));
  }

  /** Half the L1 distance of two laws given by counts: their total variation. */
  public static double totalVariation(double[] counts, double[] reference) {
    double n = sum(counts);
    double m = sum(reference);
    double distance = 0;
    for (int g = 0; g < counts.length; g++) {
      distance += Math.abs(counts[g] / n - reference[g] / m);
    }
    return distance / 2;
  }

  /** Squared L2 distance of two laws given by counts. */
  public static double squaredDistance(double[] counts, double[] reference) {
    double n = sum(counts);
    double m = sum(reference);
    double distance = 0;
    for (int g = 0; g < counts.length; g++) {
      double d = counts[g] / n - reference[g] / m;
      distance += d * d;
    }
    return distance;
  }

  private static double sum(double[] counts) {
    double sum = 0;
    for (double c : counts) {
      sum += c;
    }
    return sum;
  }
}
