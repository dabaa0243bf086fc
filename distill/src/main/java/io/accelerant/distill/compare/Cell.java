package io.accelerant.distill.compare;

import java.util.Arrays;
import java.util.Map;

/**
 * What one sampler came to.
 *
 * @param errors mean squared error at the end of each row, those of the choice first
 * @param milliseconds of a sample, the median of the micro-batches
 * @param distances Frechet distances by space; empty where none are measured
 */
record Cell(
    String name,
    String family,
    double[] errors,
    double milliseconds,
    Map<String, Double> distances) {

  /** Errors of the rows on which the best are chosen. */
  double chosenBy(int choice) {
    return mean(Arrays.copyOf(errors, choice));
  }

  /** Errors of the other rows. */
  double[] held(int choice) {
    return Arrays.copyOfRange(errors, choice, errors.length);
  }

  /** Their mean: the number of the tables. */
  double error(int choice) {
    return mean(held(choice));
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }
}
