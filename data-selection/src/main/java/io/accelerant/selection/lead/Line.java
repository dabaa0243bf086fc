package io.accelerant.selection.lead;

import io.accelerant.core.report.Table.Spread;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * An arm under all seeds.
 *
 * @param traces by seed
 */
record Line(Arm arm, List<Trace> traces) {
  double[] bySeed(ToDoubleFunction<Trace> number) {
    return traces.stream().mapToDouble(number).toArray();
  }

  Spread spread(ToDoubleFunction<Trace> number) {
    return Spread.of(bySeed(number));
  }
}
