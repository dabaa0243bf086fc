package io.accelerant.distill.fastlightgen;

import io.accelerant.core.report.Table.Spread;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A row of the table {@code arm}.
 *
 * @param sampling how the first seed's samples were drawn
 * @param cost of a sample
 * @param seeds one measurement for each seed
 */
record Line(String id, Sampling sampling, Cost cost, List<Measured> seeds) {

  Set<String> names() {
    return new TreeSet<>(seeds.get(0).metrics().keySet());
  }

  Spread spread(String metric) {
    return Spread.of(numbers(metric));
  }

  double[] numbers(String metric) {
    return seeds.stream().mapToDouble(s -> s.metrics().get(metric)).toArray();
  }
}
