package io.accelerant.distill.lsd;

import io.accelerant.distill.text.NgramModel;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What makes a sample good, for one kind of data. The main metric is a ratio of sums over samples;
 * smaller is better.
 */
interface SampleMeter extends Serializable {
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
  }

  /** Text under a judge that was counted on documents the teacher has not seen: nats a symbol. */
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
}
