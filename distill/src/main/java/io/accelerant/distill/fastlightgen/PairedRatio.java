package io.accelerant.distill.fastlightgen;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.text.Text;
import java.util.Map;

/**
 * How many times as large one row's number is as another's over the same seeds: the geometric mean,
 * with a 95% interval from Student's t over the logarithms; of one seed the interval is all
 * numbers.
 */
record PairedRatio(double value, double low, double high) {

  /**
   * @param first positive
   * @param second as many, of the same seeds
   */
  static PairedRatio of(double[] first, double[] second) {
    PairedDifference.requirePaired(first.length, second.length);
    double[] logarithms = new double[first.length];
    for (int i = 0; i < logarithms.length; i++) {
      logarithms[i] = StrictMath.log(first[i] / second[i]);
    }
    PairedDifference mean = PairedDifference.ofPairs(logarithms);
    return new PairedRatio(
        StrictMath.exp(mean.value()), StrictMath.exp(mean.low()), StrictMath.exp(mean.high()));
  }

  /** What is finite of it, under a name, {@code <name>.low} and {@code <name>.high}. */
  void putTo(Map<String, Number> metrics, String name) {
    put(metrics, name, value);
    if (Double.isFinite(high)) {
      put(metrics, name + ".low", low);
      put(metrics, name + ".high", high);
    }
  }

  private static void put(Map<String, Number> metrics, String name, double number) {
    if (Double.isFinite(number)) {
      metrics.put(name, number);
    }
  }

  @Override
  public String toString() {
    return Double.isFinite(high)
        ? Text.of("%.3g [%.3g, %.3g]", value, low, high)
        : Text.of("%.3g (one seed)", value);
  }
}
