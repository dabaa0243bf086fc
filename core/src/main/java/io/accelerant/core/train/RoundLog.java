package io.accelerant.core.train;

import io.accelerant.core.json.CanonicalJson;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What was logged of every round so far: one column per name, one number per round. */
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
            column = Arrays.copyOf(column, Math.max(64, 2 * (rounds + 1)));
          }
          column[rounds] = value;
          columns.put(name, column);
        });
    rounds++;
  }

  /** Rounds logged. */
  public int rounds() {
    return rounds;
  }

  /** The numbers of a name by round. */
  public double[] column(String name) {
    return Arrays.copyOf(columns.get(name), rounds);
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
      for (Map.Entry<String, double[]> column : columns.entrySet()) {
        line.put(column.getKey(), column.getValue()[round]);
      }
      lines.append(CanonicalJson.write(line)).append('\n');
    }
    return lines.toString();
  }
}
