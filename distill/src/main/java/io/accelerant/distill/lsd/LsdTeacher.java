package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.Alphabet;
import io.accelerant.distill.discrete.DiscreteSource;
import java.util.List;
import java.util.Optional;

/**
 * The model a sampler is learned for, and what its samples are held against.
 *
 * @param description one line for the report
 * @param meter measures the main metric
 * @param bigramLaw law of neighbours in the data, [V * V], as counts or probabilities
 * @param dataEntropy entropy of the symbols of the data, in nats
 * @param dataMetric main metric of real data, where it can be told
 * @param alphabet how tokens read, for text
 * @param realSamples a few real sequences, [n][length]
 */
record LsdTeacher(
    DiscreteSource source,
    String description,
    SampleMeter meter,
    double[] bigramLaw,
    double dataEntropy,
    Optional<Double> dataMetric,
    Optional<Alphabet> alphabet,
    List<int[]> realSamples,
    List<Manifest.Parent> parents) {

  /** A sequence as a person reads it. */
  String text(int[] tokens, int offset, int length) {
    if (alphabet.isPresent()) {
      return alphabet.get().decode(tokens, offset, offset + length);
    }
    StringBuilder text = new StringBuilder();
    for (int i = offset; i < offset + length; i++) {
      text.append(i == offset ? "" : " ").append(tokens[i]);
    }
    return text.toString();
  }
}
