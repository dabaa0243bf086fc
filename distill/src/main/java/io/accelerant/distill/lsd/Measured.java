package io.accelerant.distill.lsd;

import io.accelerant.core.lm.KGrams;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.distill.discrete.DiscreteSampler.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was measured on the samples of one sampler and one seed. Tasks return it as one {@code
 * double[]}, since only primitive arrays cross a stage; whole numbers in it are exact.
 *
 * @param main [samples][2], flat: numerator and denominator of the main metric, where it is a ratio
 * @param symbols [V] symbol counts
 * @param pairs [blocks][V * V] counts of neighbours; a block is a micro-batch or several, the unit
 *     of resampling for metrics that are no ratio
 * @param clipped negative probabilities that had to be clipped
 * @param leftMasked positions still masked before the final denoising
 * @param nanos time in the sampler; the only entry that is not reproducible
 */
record Measured(
    double[] main,
    double[] symbols,
    double[][] pairs,
    int evaluations,
    double clipped,
    double leftMasked,
    double nanos) {
  private static final int SCALARS = 5;
  private static final int MAX_BLOCKS = 32;

  static Measured of(Samples samples, int vocabulary, int length, SampleMeter meter, long nanos) {
    int[] tokens = samples.tokens();
    int count = tokens.length / length;
    double[] main = new double[2 * count];
    double[] symbols = new double[vocabulary];
    double[] pairs = new double[vocabulary * vocabulary];
    for (int b = 0; b < count; b++) {
      System.arraycopy(meter.measure(tokens, b * length, length), 0, main, 2 * b, 2);
      for (int i = b * length; i < (b + 1) * length; i++) {
        symbols[tokens[i]]++;
        if (i + 1 < (b + 1) * length) {
          pairs[tokens[i] * vocabulary + tokens[i + 1]]++;
        }
      }
    }
    return new Measured(
        main,
        symbols,
        new double[][] {pairs},
        samples.evaluations(),
        samples.clipped(),
        samples.leftMasked(),
        nanos);
  }

  /** The form in which it crosses a stage and is saved. */
  double[] pack() {
    int square = symbols.length * symbols.length;
    int mainAt = SCALARS + symbols.length + pairs.length * square;
    double[] packed = new double[mainAt + main.length];
    packed[0] = evaluations;
    packed[1] = clipped;
    packed[2] = leftMasked;
    packed[3] = nanos;
    packed[4] = pairs.length;
    System.arraycopy(symbols, 0, packed, SCALARS, symbols.length);
    for (int block = 0; block < pairs.length; block++) {
      System.arraycopy(pairs[block], 0, packed, SCALARS + symbols.length + block * square, square);
    }
    System.arraycopy(main, 0, packed, mainAt, main.length);
    return packed;
  }

  static Measured unpack(double[] packed, int vocabulary) {
    int square = vocabulary * vocabulary;
    int at = SCALARS + vocabulary;
    double[][] pairs = new double[(int) packed[4]][];
    for (int block = 0; block < pairs.length; block++, at += square) {
      pairs[block] = Arrays.copyOfRange(packed, at, at + square);
    }
    return new Measured(
        Arrays.copyOfRange(packed, at, packed.length),
        Arrays.copyOfRange(packed, SCALARS, SCALARS + vocabulary),
        pairs,
        (int) packed[0],
        packed[1],
        packed[2],
        packed[3]);
  }

  /** The batches of a seed as one; neighbouring blocks are merged down to a bounded number. */
  static Measured ofSeed(List<Measured> batches) {
    Measured all = concatenate(batches);
    int blocks = Math.min(MAX_BLOCKS, all.pairs.length);
    double[][] merged = new double[blocks][all.pairs[0].length];
    for (int b = 0; b < all.pairs.length; b++) {
      addTo(merged[(int) ((long) b * blocks / all.pairs.length)], all.pairs[b]);
    }
    return new Measured(
        all.main, all.symbols, merged, all.evaluations, all.clipped, all.leftMasked, all.nanos);
  }

  /** All batches of a seed, or all seeds, as one. */
  static Measured concatenate(List<Measured> parts) {
    double[] symbols = new double[parts.get(0).symbols.length];
    List<double[]> pairs = new ArrayList<>();
    double clipped = 0;
    double left = 0;
    double nanos = 0;
    int size = 0;
    for (Measured part : parts) {
      addTo(symbols, part.symbols);
      pairs.addAll(List.of(part.pairs));
      clipped += part.clipped;
      left += part.leftMasked;
      nanos += part.nanos;
      size += part.main.length;
    }
    double[] main = new double[size];
    int at = 0;
    for (Measured part : parts) {
      System.arraycopy(part.main, 0, main, at, part.main.length);
      at += part.main.length;
    }
    return new Measured(
        main,
        symbols,
        pairs.toArray(double[][]::new),
        parts.get(0).evaluations,
        clipped,
        left,
        nanos);
  }

  private static void addTo(double[] sum, double[] counts) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += counts[i];
    }
  }

  /** The pair counts without those of one block; everything else as it is. */
  Measured without(int block) {
    List<double[]> rest = new ArrayList<>(List.of(pairs));
    rest.remove(block);
    return new Measured(
        main, symbols, rest.toArray(double[][]::new), evaluations, clipped, leftMasked, nanos);
  }

  int samples() {
    return main.length / 2;
  }

  /** Sum of the numerators of the main metric over the sum of its denominators. */
  double ratio() {
    return PairedDifference.ratio(main);
  }

  /** Share of the samples whose numerator is not zero: on countdown, sequences with any error. */
  double anyError() {
    int any = 0;
    for (int b = 0; b < main.length; b += 2) {
      any += main[b] != 0 ? 1 : 0;
    }
    return (double) any / samples();
  }

  /** Entropy of the symbol counts, in nats. */
  double entropy() {
    return entropy(symbols);
  }

  /** |entropy / entropy of the data - 1|. */
  double entropyGap(double dataEntropy) {
    return Math.abs(entropy() / dataEntropy - 1);
  }

  private static double entropy(double[] counts) {
    double total = 0;
    for (double c : counts) {
      total += c;
    }
    double entropy = 0;
    for (double c : counts) {
      if (c > 0) {
        entropy -= c / total * StrictMath.log(c / total);
      }
    }
    return entropy;
  }

  /**
   * Total variation between the law of neighbours and a reference law given by counts or
   * probabilities.
   */
  double bigramTv(double[] reference) {
    return KGrams.totalVariation(pairCounts(), reference);
  }

  /** [V * V] counts of neighbours over all blocks. */
  double[] pairCounts() {
    double[] sum = new double[pairs[0].length];
    for (double[] block : pairs) {
      addTo(sum, block);
    }
    return sum;
  }
}
