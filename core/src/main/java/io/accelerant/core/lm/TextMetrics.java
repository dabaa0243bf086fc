package io.accelerant.core.lm;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is said about a set of samples.
 *
 * @param judgeNll negative log probability under the judge, nats per symbol, mean over samples
 * @param judgeNllSd standard deviation of the same over samples
 * @param entropy of the law of a symbol, nats
 * @param entropy4 of the law of four symbols in a row, nats per 4-gram
 * @param distinct4 different 4-grams by all 4-grams
 * @param bigramTv half L1 distance between the law of bigrams and the reference law
 */
public record TextMetrics(
    long samples,
    long symbols,
    double judgeNll,
    double judgeNllSd,
    double entropy,
    double entropy4,
    double distinct4,
    double bigramTv) {

  /**
   * @param nll of every sample, in order of id: the order of addition is part of the result
   * @param referenceBigrams {@code [V][V]}, flat
   */
  public static TextMetrics of(SampleCounts counts, double[] nll, double[] referenceBigrams) {
    double sum = 0;
    for (double value : nll) {
      sum += value;
    }
    double mean = sum / nll.length;
    double squares = 0;
    for (double value : nll) {
      squares += (value - mean) * (value - mean);
    }
    return new TextMetrics(
        counts.samples(),
        counts.symbols(),
        mean,
        nll.length > 1 ? StrictMath.sqrt(squares / (nll.length - 1)) : 0,
        counts.entropy(),
        counts.entropy4(),
        counts.distinct4(),
        counts.bigramTv(referenceBigrams));
  }

  /** Flat metrics under their names. */
  public Map<String, Number> flat(String prefix) {
    Map<String, Number> flat = new LinkedHashMap<>();
    flat.put(prefix + "judgeNll", judgeNll);
    flat.put(prefix + "judgeNll.sd", judgeNllSd);
    flat.put(prefix + "entropy", entropy);
    flat.put(prefix + "entropy4", entropy4);
    flat.put(prefix + "distinct4", distinct4);
    flat.put(prefix + "bigramTv", bigramTv);
    flat.put(prefix + "samples", samples);
    flat.put(prefix + "symbols", symbols);
    return flat;
  }
}
