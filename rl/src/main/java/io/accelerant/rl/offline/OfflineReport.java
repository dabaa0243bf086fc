package io.accelerant.rl.offline;

import io.accelerant.core.job.Progress;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Scores of every weighting beside uniform sampling, the controls that hurt included. */
final class OfflineReport {
  private OfflineReport() {}

  static Report of(
      Results results, int seeds, int episodes, String environment, Progress progress) {
    Report report =
        Report.titled("Offline RL on " + environment, progress::say)
            .paragraph(
                Text.of(
                    "Scores: 0 is the random controller (return %s), 100 the good one (%s), from"
                        + " the same %d starts. Mean ± standard deviation over %d seeds; each seed"
                        + " has its own collection where the data has one. Nothing but the sampling"
                        + " differs between columns.",
                    Table.number(results.random(), 5),
                    Table.number(results.good(), 5),
                    episodes,
                    seeds));
    results.warnings().forEach(warning -> report.paragraph("**" + warning + "**"));
    for (Algorithm algorithm : results.algorithms()) {
      report.section("Scores by " + algorithm.label()).table(scores(results, algorithm));
      if (results.hasGain()) {
        verdicts(results, algorithm, seeds).forEach(report::paragraph);
        if (results.datasets().size() >= 3) {
          psv(report, results, algorithm);
        }
      }
      report.paragraph(
          Text.of(
              "One gradient step took %s ms (median over cells, batch draw and optimizer"
                  + " included).",
              Table.number(1000 * results.secondsPerStep(algorithm), 3)));
    }
    report
        .section("Value of the weighted data")
        .paragraph(
            "J as a score: what the behaviour shown to the learner is worth. It does not rank"
                + " policies: cloning a mixture of actions is not a mixture of policies.")
        .table(data(results));
    return report.section("Every policy").table(all(results));
  }

  private static Table scores(Results results, Algorithm algorithm) {
    List<String> headers = new ArrayList<>(List.of("data set"));
    results.weightings().forEach(w -> headers.add(w.label()));
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    for (String dataset : results.datasets()) {
      List<Object> row = new ArrayList<>(List.of(dataset));
      results.weightings().forEach(w -> row.add(results.score(dataset, w, algorithm)));
      table.row(row.toArray());
    }
    return table;
  }

  private static List<String> verdicts(Results results, Algorithm algorithm, int seeds) {
    List<String> lines = new ArrayList<>();
    for (String dataset : results.datasets()) {
      Table.Spread gain = results.gain(dataset, algorithm);
      lines.add(
          Text.of(
              "Verdict on %s: aw - uniform = %s ± %s points: %s.",
              dataset,
              Table.number(gain.mean(), 4),
              Table.number(gain.sd(), 3),
              verdict(gain, seeds)));
    }
    return lines;
  }

  /** Against the noise of seeds, as far as they show it. */
  static String verdict(Table.Spread gain, int seeds) {
    if (seeds < 2) {
      return "one seed does not tell it from noise";
    }
    if (Math.abs(gain.mean()) <= 2 * gain.sd()) {
      return "no difference beyond the noise of seeds (2 standard deviations of the difference)";
    }
    String beyond = ", by more than 2 standard deviations of the difference over %d seeds";
    return (gain.mean() > 0 ? "aw beats uniform" : "**aw is worse than uniform**")
        + Text.of(beyond, seeds);
  }

  private static void psv(Report report, Results results, Algorithm algorithm) {
    List<String> sorted =
        results.datasets().stream().sorted(Comparator.comparingDouble(results::psv)).toList();
    double[] x = sorted.stream().mapToDouble(results::psv).toArray();
    double[] y = sorted.stream().mapToDouble(n -> results.gain(n, algorithm).mean()).toArray();
    double[] sd = sorted.stream().mapToDouble(n -> results.gain(n, algorithm).sd()).toArray();
    report.paragraph(
        Text.of(
            "Spearman's coefficient of gain and positive-sided variance over %d data sets: %s.",
            sorted.size(), Table.number(results.spearman(algorithm), 3)));
    report.plot(
        "gain-" + algorithm.label(),
        LinePlot.of("Gain of aw by positive-sided variance", "PSV of normalised returns", "points")
            .series("aw - uniform", x, y, sd),
        Text.of(
            "aw - uniform of %s against the positive-sided variance of the returns",
            algorithm.label()));
  }

  private static Table data(Results results) {
    List<String> headers = new ArrayList<>(List.of("data set", "PSV"));
    results.weightings().forEach(w -> headers.add(w.label()));
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    for (String dataset : results.datasets()) {
      List<Object> row = new ArrayList<>(List.of(dataset, results.psv(dataset)));
      for (Weighting weighting : results.weightings()) {
        row.add(results.dataScore(dataset, weighting));
      }
      table.row(row.toArray());
    }
    return table;
  }

  private static Table all(Results results) {
    Table table =
        Table.of("data set", "collection", "weighting", "algorithm", "seed", "return", "score");
    results.rows().forEach(table::row);
    return table;
  }
}
