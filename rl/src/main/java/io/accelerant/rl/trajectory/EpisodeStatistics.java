package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.accelerant.rl.weight.Baseline;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Numbers of a whole table of episodes; sums are exact, so they do not depend on partitions. */
public final class EpisodeStatistics {
  /** Aggregates of one pass: generated code has a limit of size. */
  private static final int PER_PASS = 256;

  private static final double SMALLEST_UNIT = 0x1p-450;

  private final Dataset<Row> episodes;
  private final int dimension;
  private final long count;
  private final long transitions;
  private final long incomplete;
  private final double minReturn;
  private final double maxReturn;
  private final double smallest;
  private final long longest;
  private final double[] least;
  private final double[] largest;
  private Baseline baseline;
  private Double meanReturn;

  private EpisodeStatistics(Dataset<Row> episodes, int dimension, Row bounds) {
    this.episodes = episodes;
    this.dimension = dimension;
    this.count = bounds.getLong(0);
    boolean any = count > 0;
    this.transitions = any ? bounds.getLong(1) : 0;
    this.minReturn = any ? bounds.getDouble(2) : 0;
    this.maxReturn = any ? bounds.getDouble(3) : 0;
    this.longest = any ? bounds.getLong(4) : 0;
    this.incomplete = any ? bounds.getLong(5) : 0;
    this.smallest = bounds.isNullAt(6) ? 0 : bounds.getDouble(6);
    this.least = new double[dimension];
    this.largest = new double[dimension];
    for (int k = 0; any && k < known(dimension); k++) {
      least[k] = bounds.getDouble(7 + 2 * k);
      largest[k] = bounds.getDouble(8 + 2 * k);
    }
  }

  static EpisodeStatistics of(Dataset<Row> episodes, int dimension) {
    List<Column> bounds = new ArrayList<>();
    bounds.add(sum("length"));
    bounds.add(min("return"));
    bounds.add(max("return"));
    bounds.add(max("length"));
    bounds.add(sum(when(col("complete"), 0L).otherwise(1L)));
    bounds.add(min(when(col("return").notEqual(0), abs(col("return")))));
    for (int k = 0; k < known(dimension); k++) {
      bounds.add(min(start(k)));
      bounds.add(max(start(k)));
    }
    Row row = episodes.agg(count(lit(1)), bounds.toArray(Column[]::new)).head();
    return new EpisodeStatistics(episodes, dimension, row);
  }

  /** Numbers of the first observation that are kept. */
  static int known(int dimension) {
    return dimension > Baseline.WIDEST ? 0 : dimension;
  }

  private static Column start(int k) {
    return col("start").getItem(k);
  }

  public long episodes() {
    return count;
  }

  public long transitions() {
    return transitions;
  }

  /** Episodes without a terminal or timeout at their end. */
  public long incomplete() {
    return incomplete;
  }

  public double minReturn() {
    return minReturn;
  }

  public double maxReturn() {
    return maxReturn;
  }

  /** Transitions of the longest episode. */
  public long longest() {
    return longest;
  }

  /** Numbers of an observation. */
  public int dimension() {
    return dimension;
  }

  double largestReturn() {
    return Math.max(Math.abs(minReturn), Math.abs(maxReturn));
  }

  /** Smallest |G| that is not 0; 0 if there is none. */
  double smallestReturn() {
    return smallest;
  }

  /** Largest |number| of a first observation; 0 if they are not kept. */
  double largestStart() {
    double size = 0;
    for (int k = 0; k < dimension; k++) {
      size = Math.max(size, Math.max(Math.abs(least[k]), Math.abs(largest[k])));
    }
    return size;
  }

  /** Mean G over episodes. */
  public double meanReturn() {
    if (meanReturn == null) {
      ExactSum sum = ExactSum.between("return", largestReturn(), smallestReturn());
      meanReturn = sum.value(aggregate(sum.of(col("return")))) / count;
    }
    return meanReturn;
  }

  private Row aggregate(List<Column> columns) {
    return episodes
        .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new))
        .head();
  }

  /**
   * V(s_0), from means and then centred sums of products; computed once. Each number is taken in
   * units of a power of two of its range, which rounds nothing, so that products of small numbers
   * are not 0.
   */
  public Baseline baseline() {
    if (baseline == null) {
      double[] mean = means();
      Column[] centred = new Column[dimension + 1];
      double[] bound = new double[dimension + 1];
      double[] unit = new double[dimension + 1];
      for (int k = 0; k <= dimension; k++) {
        boolean isReturn = k == dimension;
        double range = isReturn ? maxReturn - minReturn : largest[k] - least[k];
        Column number = isReturn ? col("return") : start(k);
        // slopes, in returns for one of an observation, stay finite
        unit[k] = isReturn ? unitOf(range) : Math.max(unitOf(range), SMALLEST_UNIT);
        centred[k] = number.minus(lit(isReturn ? meanReturn() : mean[k])).divide(lit(unit[k]));
        bound[k] = range / unit[k];
      }
      double[][] products = products(centred, bound);
      double[][] scatter = new double[dimension][];
      double[] cross = new double[dimension];
      double[] scaledMean = new double[dimension];
      for (int k = 0; k < dimension; k++) {
        scatter[k] = java.util.Arrays.copyOf(products[k], dimension);
        cross[k] = products[k][dimension];
        scaledMean[k] = mean[k] / unit[k];
      }
      Baseline scaled = Baseline.fit(count, scaledMean, meanReturn(), scatter, cross);
      double[] slopes = scaled.slopes().clone();
      for (int k = 0; k < dimension; k++) {
        slopes[k] *= unit[dimension] / unit[k];
      }
      baseline = new Baseline(mean, meanReturn(), slopes);
    }
    return baseline;
  }

  /** The power of two below a range, at least the smallest normal number. */
  static double unitOf(double range) {
    return range > 0 ? Math.scalb(1.0, Math.max(Math.getExponent(range), Double.MIN_EXPONENT)) : 1;
  }

  private double[] means() {
    double[] mean = new double[dimension];
    List<ExactSum> sums = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    for (int k = 0; k < dimension; k++) {
      ExactSum sum = ExactSum.below("s" + k, Math.max(Math.abs(least[k]), Math.abs(largest[k])));
      sums.add(sum);
      columns.addAll(sum.of(start(k)));
    }
    if (dimension > 0) {
      Row row = aggregate(columns);
      for (int k = 0; k < dimension; k++) {
        mean[k] = sums.get(k).value(row) / count;
      }
    }
    return mean;
  }

  /** {@code [i][j]}: sum of centred_i centred_j over episodes; the last pair, of G, is left out. */
  private double[][] products(Column[] centred, double[] bound) {
    int n = centred.length;
    double[][] products = new double[n][n];
    List<int[]> pairs = new ArrayList<>();
    for (int i = 0; i < n - 1; i++) {
      for (int j = i; j < n; j++) {
        pairs.add(new int[] {i, j});
      }
    }
    for (int from = 0; from < pairs.size(); from += PER_PASS) {
      List<int[]> part = pairs.subList(from, Math.min(from + PER_PASS, pairs.size()));
      List<ExactSum> sums = new ArrayList<>();
      List<Column> columns = new ArrayList<>();
      for (int[] pair : part) {
        ExactSum sum =
            ExactSum.below("p" + pair[0] + "_" + pair[1], bound[pair[0]] * bound[pair[1]]);
        sums.add(sum);
        columns.addAll(sum.of(centred[pair[0]].multiply(centred[pair[1]])));
      }
      Row row = aggregate(columns);
      for (int p = 0; p < part.size(); p++) {
        int[] pair = part.get(p);
        products[pair[0]][pair[1]] = sums.get(p).value(row);
        products[pair[1]][pair[0]] = products[pair[0]][pair[1]];
      }
    }
    return products;
  }

  Row aggregateOver(Dataset<Row> table, List<Column> columns) {
    return table
        .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new))
        .head();
  }
}
