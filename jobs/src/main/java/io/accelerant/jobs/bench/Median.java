package io.accelerant.jobs.bench;

import java.util.Arrays;

/** The middle of repeated timings. */
final class Median {
  private Median() {}

  static double of(double[] numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
