package io.accelerant.core.train;

import io.accelerant.core.json.CanonicalJson;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was logged of every round so far: one column per name, one number per round, which is NaN
 * where a round has none.
 */
public final class RoundLog {
  private final Map<String, double[]> columns = new TreeMap<>();
  private int rounds;

  /** An empty log. */
  RoundLog() {}

  static RoundLog of(Map<String, double[]> columns) {
    RoundLog log = new RoundLog();
    columns.forEach((name, column) -> log.columns.put(name, column.clone()));
    log.rounds = columns.values().stream().mapToInt(column -> column.length).max().orElse(0);
    return log;
  }

  void add(Map<String, Double> round) {
    round.forEach(
        (name, value) -> {
          double[] column = columns.getOrDefault(name, new double[0]);
          if (column.length <= rounds) {
            column = grown(column, Math.max(64, 2 * (rounds + 1)));
          }
          column[rounds] = value;
          columns.put(name, column);
        });
    rounds++;
  }

  private static double[] grown(double[] column, int length) {
    double[] longer = Arrays.copyOf(column, length);
    Arrays.fill(longer, Math.min(column.length, length), length, Double.NaN);
    return longer;
  }

  /** Rounds logged. */
  public int rounds() {
    return rounds;
  }

  /** The numbers of a name by round. */
  public double[] column(String name) {
    return grown(columns.get(name), rounds);
  }

  /** Whether any round has a number of a name. */
  public boolean has(String name) {
    return columns.containsKey(name);
  }

  Map<String, double[]> columns() {
    Map<String, double[]> exact = new TreeMap<>();
    columns.keySet().forEach(name -> exact.put(name, column(name)));
    return exact;
  }

  /** Mean of a column over the last rounds. */
  public double recent(String name, int count) {
    double[] column = column(name);
    return Arrays.stream(column, Math.max(0, column.length - count), column.length)
        .average()
        .orElse(Double.NaN);
  }

  /** One line of JSON a round, {@code {"round":1,"loss":..}}. */
  public String jsonLines() {
    StringBuilder lines = new StringBuilder();
    for (int round = 0; round < rounds; round++) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("round", round + 1);
      for (Map.Entry<String, double[]> column : columns().entrySet()) {
        double value = column.getValue()[round];
        if (!Double.isNaN(value)) {
          line.put(column.getKey(), value);
        }
      }
      lines.append(CanonicalJson.write(line)).append('\n');
    }
    return lines.toString();
  }
}
