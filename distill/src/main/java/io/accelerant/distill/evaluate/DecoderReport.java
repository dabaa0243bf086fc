package io.accelerant.distill.evaluate;

import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.compare.Calibration;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.Frontier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What decoders of one model cost and got, for people and as metrics.
 *
 * @param match shares of right answers at which evaluations are compared
 */
record DecoderReport(Compared compared, Calibration calibration, List<Double> match) {
  /** That much less than one position a forward has is as good. */
  private static final double AS_GOOD = 0.01;

  private Frontier frontier() {
    return compared.outcomes().frontier();
  }

  private Frontier frontier(RuleKind rule) {
    return compared.outcomes(compared.pointsOf(List.of(rule))).frontier();
  }

  /** One position a forward, if it was compared. */
  private Optional<Integer> reference() {
    return Arrays.stream(compared.pointsOf(List.of(RuleKind.ONE_PER_STEP))).boxed().findFirst();
  }

  /** In tasks, all decoders together. */
  double seconds() {
    return Arrays.stream(compared.seconds()).sum();
  }

  /** All that no clock tells. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("prompts", compared.prompts().length);
    for (int point = 0; point < compared.points().size(); point++) {
      String name = compared.points().get(point).label();
      metrics.put(name + ".exactMatch", compared.exactMatch(point));
      metrics.put(name + ".evaluations", compared.evaluations(point));
    }
    metrics.put("bestMatch", frontier().bestMatch());
    levels()
        .forEach(
            (name, share) -> {
              put(metrics, "evaluationsAt." + name, frontier(), share);
              compared
                  .rules()
                  .forEach(
                      rule ->
                          put(
                              metrics,
                              Text.of("evaluationsAt.%s.%s", name, rule.label()),
                              frontier(rule),
                              share));
            });
    metrics.put("calibration.error", calibration.error());
    metrics.put("calibration.confidence", calibration.meanConfidence());
    metrics.put("calibration.accuracy", calibration.accuracy());
    return metrics;
  }

  /** Where it is reached. */
  private static void put(
      Map<String, Number> metrics, String name, Frontier frontier, double share) {
    frontier.evaluationsAt(share).ifPresent(evaluations -> metrics.put(name, evaluations));
  }

  /** Shares of right answers by name. */
  private Map<String, Double> levels() {
    Map<String, Double> levels = new LinkedHashMap<>();
    reference().ifPresent(point -> levels.put("onePerStep", compared.exactMatch(point) - AS_GOOD));
    match.forEach(share -> levels.put(share.toString(), share));
    return levels;
  }

  Report of(String model, String prompts, Consumer<String> warn) {
    Report report =
        Report.titled("Decoders of " + model, warn)
            .paragraph(
                Text.of(
                    "%d prompts of `%s`, answered by every decoder. An evaluation is a forward of"
                        + " one row; a decoder that looks ahead reads several rows in one.",
                    compared.prompts().length, prompts))
            .plot(
                "match-evaluations",
                plot(),
                "Right answers against evaluations, a line for each rule")
            .section("Evaluations at equal match")
            .paragraph(
                Text.of(
                    "On the best frontier of each rule's points, linear between them, and on that of"
                        + " all; a dash where no point has so many right answers.%s",
                    reference()
                        .map(
                            point ->
                                Text.of(
                                    " `onePerStep` is what one position a forward has (%s), less"
                                        + " one point.",
                                    Table.number(compared.exactMatch(point), 4)))
                        .orElse("")))
            .table(levelTable())
            .section("The best points")
            .paragraph(
                "Those that no other beats in right answers for at most as many evaluations."
                    + " Milliseconds are of a prompt, in tasks, with the programs built.")
            .table(points(frontier().points()));
    return report
        .section("Calibration")
        .paragraph(
            Text.of(
                "Of each row half of the open positions masked and the model asked once: probability"
                    + " of the likeliest token against how often it is that of the row. Expected"
                    + " calibration error %s over %d positions; mean %s, right %s.",
                Table.number(calibration.error(), 3),
                calibration.positions(),
                Table.number(calibration.meanConfidence(), 4),
                Table.number(calibration.accuracy(), 4)))
        .table(calibration.table())
        .section("All points")
        .table(points(IntStream.range(0, compared.points().size()).toArray()));
  }

  private LinePlot plot() {
    LinePlot plot = LinePlot.of("Decoders", "evaluations, mean over prompts", "exact match");
    for (RuleKind rule : compared.rules()) {
      int[] points =
          Arrays.stream(compared.pointsOf(List.of(rule)))
              .boxed()
              .sorted(Comparator.comparingDouble(compared::evaluations))
              .mapToInt(point -> point)
              .toArray();
      plot.series(
          rule.label(),
          Arrays.stream(points).mapToDouble(compared::evaluations).toArray(),
          Arrays.stream(points).mapToDouble(compared::exactMatch).toArray());
    }
    return plot;
  }

  private Table levelTable() {
    List<String> headers = new ArrayList<>(List.of("match", "share", "all"));
    compared.rules().forEach(rule -> headers.add(rule.label()));
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    levels()
        .forEach(
            (name, share) -> {
              List<Object> row = new ArrayList<>(List.of(name, share));
              row.add(frontier().evaluationsAt(share).orElse(Double.NaN));
              for (RuleKind rule : compared.rules()) {
                row.add(frontier(rule).evaluationsAt(share).orElse(Double.NaN));
              }
              table.row(row.toArray());
            });
    return table;
  }

  private Table points(int[] points) {
    Table table =
        Table.of(
            "decoder",
            "exact match",
            "evaluations",
            "up to the end",
            "rows read",
            "milliseconds",
            "fewer evaluations",
            "faster");
    for (int point : points) {
      double evaluations = compared.evaluations(point);
      double seconds = compared.seconds()[point];
      table.row(
          compared.points().get(point).label(),
          compared.exactMatch(point),
          evaluations,
          Compared.mean(compared.untilEnd()[point]),
          Compared.mean(compared.rowsRead()[point]),
          1e3 * seconds / compared.prompts().length,
          times(reference().map(compared::evaluations), evaluations),
          times(reference().map(one -> compared.seconds()[one]), seconds));
    }
    return table;
  }

  /** Times less than one position a forward. */
  private static Object times(Optional<Double> reference, double own) {
    return reference.<Object>map(one -> Table.number(one / own, 3) + "x").orElse("");
  }
}
