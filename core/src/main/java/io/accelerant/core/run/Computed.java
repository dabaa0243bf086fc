package io.accelerant.core.run;

import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers that a job computed from given ones, without a model: everything is in {@value #FILE},
 * and what of it is short enough in the metrics as well.
 *
 * @param kind of the artifact
 * @param title of report and card
 * @param checked name of the number in the result that must read back
 * @param result numbers, {@code double[]} and {@code double[][]} by name, and what else JSON holds;
 *     the numbers of an array are metrics by {@code name.0}, {@code name.1}, .., unless there are
 *     more than {@value #MOST}
 * @param further metrics
 * @param tables that were written, their fingerprints by folder
 */
public record Computed(
    String kind,
    String title,
    String checked,
    Map<String, Object> result,
    Map<String, ? extends Number> further,
    Map<String, String> tables) {
  /** The file in the artifact. */
  public static final String FILE = "result.json";

  private static final int MOST = 1000;
  private static final int SHOWN = 20;

  /** Without more metrics and tables. */
  public Computed(String kind, String title, String checked, Map<String, Object> result) {
    this(kind, title, checked, result, Map.of(), Map.of());
  }

  /** Writes the file. */
  public Product product(Run run) {
    run.artifact().writeJson(FILE, result);
    Map<String, Number> metrics = new LinkedHashMap<>();
    result.forEach((name, value) -> put(metrics, name, value));
    metrics.putAll(further);
    Table table = Table.of("metric", "value").significant(17);
    metrics.entrySet().stream().limit(SHOWN).forEach(m -> table.row(m.getKey(), m.getValue()));
    return new Product(
        run.draft(kind, metrics).withIdentityFile(FILE).withTables(tables),
        Report.titled(title, run.context().progress()::say).table(table).files(),
        run.card(
            title,
            Text.of("`%s` holds everything with 17 digits.", FILE),
            Text.of("import json\n\nresult = json.load(open(\"%s\"))", FILE),
            "That of the numbers it was computed from."),
        new Check(
            "the " + checked,
            result.get(checked),
            artifact -> artifact.readJson(FILE).get(checked)));
  }

  private static void put(Map<String, Number> metrics, String name, Object value) {
    if (value instanceof Number number) {
      metrics.put(name, number);
    } else if (value instanceof double[] numbers && numbers.length <= MOST) {
      for (int i = 0; i < numbers.length; i++) {
        metrics.put(name + "." + i, numbers[i]);
      }
    } else if (value instanceof double[][] rows
        && rows.length > 0
        && rows.length * rows[0].length <= MOST) {
      for (int i = 0; i < rows.length; i++) {
        put(metrics, name + "." + i, rows[i]);
      }
    }
  }
}
