package io.accelerant.rl.gvm;

import io.accelerant.core.report.Table.Spread;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * An arm under all seeds.
 *
 * @param traces by seed
 */
record Line(Arm arm, List<Trace> traces) {
  Spread spread(ToDoubleFunction<Trace> number) {
    return Spread.of(traces.stream().mapToDouble(number).toArray());
  }

  double[] accuracies() {
    return traces.stream().mapToDouble(trace -> trace.last().accuracy()).toArray();
  }

  Spread accuracy() {
    return Spread.of(accuracies());
  }

  /** Means over seeds of the points that all have. */
  double[] curve(ToDoubleFunction<Trace.Point> number) {
    int points = traces.get(0).curve().size();
    double[] mean = new double[points];
    for (Trace trace : traces) {
      for (int i = 0; i < points; i++) {
        mean[i] += number.applyAsDouble(trace.curve().get(i)) / traces.size();
      }
    }
    return mean;
  }

  /**
   * Where the mean accuracy first reaches a value, along straight lines between measurements.
   *
   * @param number of steps, samples, ..
   * @return nothing if it does not
   */
  OptionalDouble reached(double accuracy, ToDoubleFunction<Trace.Point> number) {
    double[] found = curve(Trace.Point::accuracy);
    double[] at = curve(number);
    for (int i = 0; i < found.length; i++) {
      if (found[i] >= accuracy) {
        double share = i == 0 ? 0 : (accuracy - found[i - 1]) / (found[i] - found[i - 1]);
        return OptionalDouble.of(i == 0 ? at[0] : at[i - 1] + share * (at[i] - at[i - 1]));
      }
    }
    return OptionalDouble.empty();
  }
}
