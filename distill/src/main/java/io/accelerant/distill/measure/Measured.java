package io.accelerant.distill.measure;

import io.accelerant.core.lm.KGrams;
import io.accelerant.core.lm.LongCounts;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.distill.discrete.DiscreteSampler.Samples;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was measured on the samples of one sampler and one seed.
 *
 * @param main [samples][2], flat: numerator and denominator of the main metric, where it is a ratio
 * @param symbols [V] symbol counts
 * @param pairs counts of neighbours x, y by block: x V + y and its count in turn, in order, those
 *     that occur; a block is a micro-batch or several, the unit of resampling for metrics that are
 *     no ratio
 * @param clipped negative probabilities that had to be clipped
 * @param leftMasked positions still masked before the final denoising
 * @param nanos time in the sampler; the only entry that is not reproducible
 */
public record Measured(
    double[] main,
    double[] symbols,
    long[][] pairs,
    int evaluations,
    double clipped,
    double leftMasked,
    double nanos)
    implements Serializable {
  private static final int MAX_BLOCKS = 32;

  public static Measured of(
      Samples samples, int vocabulary, int length, SampleMeter meter, long nanos) {
    int[] tokens = samples.tokens();
    int count = tokens.length / length;
    double[] main = new double[2 * count];
    double[] symbols = new double[vocabulary];
    LongCounts pairs = new LongCounts();
    for (int b = 0; b < count; b++) {
      System.arraycopy(meter.measure(tokens, b * length, length), 0, main, 2 * b, 2);
      for (int i = b * length; i < (b + 1) * length; i++) {
        symbols[tokens[i]]++;
        if (i + 1 < (b + 1) * length) {
          pairs.add((long) tokens[i] * vocabulary + tokens[i + 1], 1);
        }
      }
    }
    return new Measured(
        main,
        symbols,
        new long[][] {pairs.packed()},
        samples.evaluations(),
        samples.clipped(),
        samples.leftMasked(),
        nanos);
  }

  /** The batches of a seed as one; neighbouring blocks are merged down to a bounded number. */
  public static Measured ofSeed(List<Measured> batches) {
    Measured all = concatenate(batches);
    int blocks = Math.min(MAX_BLOCKS, all.pairs.length);
    List<LongCounts> merged = Stream.generate(LongCounts::new).limit(blocks).toList();
    for (int b = 0; b < all.pairs.length; b++) {
      merged.get((int) ((long) b * blocks / all.pairs.length)).addPacked(all.pairs[b]);
    }
    long[][] pairs = merged.stream().map(LongCounts::packed).toArray(long[][]::new);
    return new Measured(
        all.main, all.symbols, pairs, all.evaluations, all.clipped, all.leftMasked, all.nanos);
  }

  /** All batches of a seed, or all seeds, as one. */
  public static Measured concatenate(List<Measured> parts) {
    double[] symbols = new double[parts.get(0).symbols.length];
    List<long[]> pairs = new ArrayList<>();
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
        pairs.toArray(long[][]::new),
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
  public Measured without(int block) {
    List<long[]> rest = new ArrayList<>(List.of(pairs));
    rest.remove(block);
    return new Measured(
        main, symbols, rest.toArray(long[][]::new), evaluations, clipped, leftMasked, nanos);
  }

  public int samples() {
    return main.length / 2;
  }

  /** Sum of the numerators of the main metric over the sum of its denominators. */
  public double ratio() {
    return PairedDifference.ratio(main);
  }

  /** Share of the samples whose numerator is not zero: on countdown, sequences with any error. */
  public double anyError() {
    int any = 0;
    for (int b = 0; b < main.length; b += 2) {
      any += main[b] != 0 ? 1 : 0;
    }
    return (double) any / samples();
  }

  /** Entropy of the symbol counts, in nats. */
  public double entropy() {
    return KGrams.entropy(symbols);
  }

  /** Entropy of the law that drew the symbols, in nats, without the bias of few samples. */
  public double entropyMillerMadow() {
    return KGrams.entropyMillerMadow(symbols);
  }

  /** |entropy of the law / entropy of the data - 1|. */
  public double entropyGap(double dataEntropy) {
    return Math.abs(entropyMillerMadow() / dataEntropy - 1);
  }

  /**
   * Total variation between the law of neighbours and a reference law given by counts or
   * probabilities.
   */
  public double bigramTv(double[] reference) {
    return KGrams.totalVariation(pairCounts(), reference);
  }

  /** [V * V] counts of neighbours over all blocks. */
  public double[] pairCounts() {
    double[] sum = new double[symbols.length * symbols.length];
    for (long[] block : pairs) {
      for (int i = 0; i < block.length; i += 2) {
        sum[Math.toIntExact(block[i])] += block[i + 1];
      }
    }
    return sum;
  }
}
