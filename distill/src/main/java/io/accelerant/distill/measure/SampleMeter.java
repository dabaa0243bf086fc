package io.accelerant.distill.measure;

import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.math.PairedDifference;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What makes samples good, for one kind of data: the main metric, of which less is better. Mostly a
 * ratio of sums over samples.
 */
public interface SampleMeter extends Serializable {
  /** Name of the main metric. */
  String mainMetric();

  /** Unit of the main metric, for tables and axes. */
  String unit();

  /**
   * Measures one sample.
   *
   * @param tokens the sample is at {@code offset .. offset+length-1}
   * @return {numerator, denominator} of the main metric
   */
  double[] measure(int[] tokens, int offset, int length);

  /** The main metric of many samples. */
  default double of(Measured measured) {
    return measured.ratio();
  }

  /** Whether {@link #of} is the ratio of the sums of what {@link #measure} gives. */
  default boolean isRatio() {
    return true;
  }

  /** Whether a sample is right or wrong as a whole, see {@link Measured#anyError}. */
  default boolean countsSequences() {
    return false;
  }

  /**
   * The difference of two samplers that drew the same ids under the same seeds.
   *
   * @throws IllegalArgumentException if the numbers of samples differ
   */
  default PairedDifference difference(Measured first, Measured second, long seed) {
    PairedDifference.requirePaired(first.samples(), second.samples());
    PairedDifference.requirePaired(first.pairs().length, second.pairs().length);
    if (isRatio()) {
      return PairedDifference.ofRatios(first.main(), second.main(), seed);
    }
    double[] without = new double[first.pairs().length];
    Arrays.setAll(without, b -> of(first.without(b)) - of(second.without(b)));
    return PairedDifference.ofBlocks(of(first) - of(second), without);
  }

  /**
   * Sequences "n, n-1, .., 0, m, m-1, ..": share of the neighbours (x_i, x_{i+1}) with x_i != 0 and
   * x_{i+1} != x_i - 1.
   */
  record Countdown() implements SampleMeter {
    @Override
    public String mainMetric() {
      return "transitionError";
    }

    @Override
    public String unit() {
      return "share of transitions";
    }

    @Override
    public double[] measure(int[] tokens, int offset, int length) {
      int errors = 0;
      for (int i = offset; i < offset + length - 1; i++) {
        errors += tokens[i] != 0 && tokens[i + 1] != tokens[i] - 1 ? 1 : 0;
      }
      return new double[] {errors, length - 1};
    }

    @Override
    public boolean countsSequences() {
      return true;
    }
  }

  /** Text under a judge that was counted on documents the model has not seen: nats a symbol. */
  record Judge(NgramModel model) implements SampleMeter {
    @Override
    public String mainMetric() {
      return "judgeNll";
    }

    @Override
    public String unit() {
      return "nats a symbol";
    }

    @Override
    public double[] measure(int[] tokens, int offset, int length) {
      int[] sample = Arrays.copyOfRange(tokens, offset, offset + length);
      return new double[] {model.nll(sample) * length, length};
    }
  }

  /**
   * Total variation between the law of neighbours in the samples and that of the data: a distance
   * between laws, which neither noise nor mode seeking can lower.
   *
   * @param law [V * V], counts or probabilities
   */
  record Bigrams(double[] law) implements SampleMeter {
    @Override
    public String mainMetric() {
      return "bigramTv";
    }

    @Override
    public String unit() {
      return "total variation";
    }

    @Override
    public double[] measure(int[] tokens, int offset, int length) {
      return new double[] {0, 1};
    }

    @Override
    public double of(Measured measured) {
      return measured.bigramTv(law);
    }

    @Override
    public boolean isRatio() {
      return false;
    }
  }
}
