package io.accelerant.core.report;

import io.accelerant.core.report.Table.Spread;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What was measured: rows (samplers, methods, baselines) at numbers of steps (or another budget),
 * each under several seeds. Less is better in every metric.
 *
 * @param <R> names a row; its text is part of the names of metrics
 * @param <M> what is measured under one seed
 */
public record Scoreboard<R, M>(List<Entry<R, M>> entries) {
  /**
   * A row at a number of steps; as a text, the start of its metrics' names.
   *
   * @param seeds one measurement for each seed
   */
  public record Entry<R, M>(R row, int steps, List<M> seeds) {
    public Spread spread(ToDoubleFunction<? super M> metric) {
      return Spread.of(seeds.stream().mapToDouble(metric).toArray());
    }

    /** The metric's mean over seeds under its name, and its standard deviation under .sd. */
    public Map<String, Number> metrics(String name, ToDoubleFunction<? super M> metric) {
      Spread spread = spread(metric);
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put(this + "." + name, spread.mean());
      metrics.put(this + "." + name + ".sd", spread.sd());
      return metrics;
    }

    /** The same measurements as another row. */
    public Entry<R, M> as(R other) {
      return new Entry<>(other, steps, seeds);
    }

    @Override
    public String toString() {
      return row + ".m" + steps;
    }
  }

  public Optional<Entry<R, M>> find(R row, int steps) {
    return entries.stream().filter(e -> e.row.equals(row) && e.steps == steps).findFirst();
  }

  /**
   * @throws java.util.NoSuchElementException if it was not measured
   */
  public Entry<R, M> get(R row, int steps) {
    return find(row, steps).orElseThrow();
  }

  /** One row in rising order of steps. */
  public List<Entry<R, M>> of(R row) {
    return entries.stream()
        .filter(e -> e.row.equals(row))
        .sorted(Comparator.comparingInt(Entry::steps))
        .toList();
  }

  public List<R> rows() {
    return entries.stream().map(Entry::row).distinct().toList();
  }

  /** The entry of a row whose steps are nearest; of two as near, that with fewer. */
  public Entry<R, M> nearest(R row, double steps) {
    return of(row).stream()
        .min(Comparator.comparingDouble(e -> Math.abs(e.steps - steps)))
        .orElseThrow();
  }

  /** The smallest mean at a number of steps; of two as good, the row that was named first. */
  public Entry<R, M> best(List<R> rows, int steps, ToDoubleFunction<? super M> metric) {
    return rows.stream()
        .map(row -> get(row, steps))
        .min(Comparator.comparingDouble(e -> e.spread(metric).mean()))
        .orElseThrow();
  }

  /** A series of means with standard deviations as bars. */
  public void plot(LinePlot plot, R row, ToDoubleFunction<? super M> metric) {
    List<Entry<R, M>> entries = of(row);
    plot.series(
        row.toString(),
        entries.stream().mapToDouble(Entry::steps).toArray(),
        entries.stream().mapToDouble(e -> e.spread(metric).mean()).toArray(),
        entries.stream().mapToDouble(e -> e.spread(metric).sd()).toArray());
  }

  /**
   * Number of steps at which a row reaches a value.
   *
   * @param steps the number, or the end of the measured ones where it lies outside
   */
  public record Reached(double steps, Bound bound) {
    /** Words for a number that grows with the steps. */
    public String bounded(double number) {
      return bound.text + String.format(Locale.ROOT, "%.1f", number);
    }
  }

  /** Which side of the measured steps the wanted one lies on. */
  public enum Bound {
    EXACT(""),
    /** The least number of steps that was measured is as good, or better. */
    AT_MOST("at most "),
    /** The largest number of steps that was measured does not reach the value. */
    MORE_THAN("more than ");

    private final String text;

    Bound(String text) {
      this.text = text;
    }
  }

  /** Where the mean of a row falls to a value, by log-log interpolation between its entries. */
  public Reached stepsToReach(R row, double wanted, ToDoubleFunction<? super M> metric) {
    List<Entry<R, M>> entries = of(row);
    double[] means = entries.stream().mapToDouble(e -> e.spread(metric).mean()).toArray();
    if (means[0] <= wanted) {
      return new Reached(entries.get(0).steps, means[0] == wanted ? Bound.EXACT : Bound.AT_MOST);
    }
    for (int i = 1; i < means.length; i++) {
      if (means[i] <= wanted) {
        int before = entries.get(i - 1).steps;
        double share =
            wanted <= 0 || means[i] <= 0
                ? 1
                : StrictMath.log(means[i - 1] / wanted) / StrictMath.log(means[i - 1] / means[i]);
        double ratio = (double) entries.get(i).steps / before;
        return new Reached(before * StrictMath.pow(ratio, share), Bound.EXACT);
      }
    }
    return new Reached(entries.get(means.length - 1).steps, Bound.MORE_THAN);
  }
}
