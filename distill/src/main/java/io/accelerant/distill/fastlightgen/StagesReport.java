package io.accelerant.distill.fastlightgen;

import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What each stage did: importances and plan, trainings, teachers that were tried. */
final class StagesReport {
  private static final int POINTS = 100;

  private final FastLightGenFindings findings;

  StagesReport(FastLightGenFindings findings) {
    this.findings = findings;
  }

  void addTo(Report report) {
    report
        .section("Stage I")
        .paragraph(stageOne())
        .table(importance())
        .plot("importance", importancePlot(), "Rise of the held-out error without each block");
    report.section("Stage II").paragraph(stageTwo()).table(skipping());
    if (findings.settings().searches()) {
      report.section("Teachers");
      for (int steps : findings.settings().steps()) {
        report.paragraph(search(steps, findings)).table(candidates(findings.choices().get(steps)));
      }
    }
    report
        .section("Stage III")
        .paragraph(
            Text.of(
                "%d updates of the generator, %d of the fake network for each, Adam without"
                    + " momentum. Table `stage` has every update.",
                findings.settings().three().updates(), findings.settings().three().ratio()))
        .plot("matching", losses(), "Loss of the fake network, first seed, neighbours averaged");
  }

  private String stageOne() {
    return Text.of(
        """
        %d held-out rows at %d levels under one noise. Delta: rise of the error of the clean data, `t^2` times
        that of the velocity (plain). Influence: 1 less the cosine of the stream before and behind a block;
        its rank correlation with delta is %s. Blocks %s go (%s of all blocks' parameters)%s; those marked
        skipped are left out now and then in stage II.\
        """,
        findings.settings().probes(),
        findings.settings().levels().length,
        Table.number(findings.importance().agreement(), 2),
        findings.plan().removed(),
        Table.number(findings.plan().share(), 3),
        findings.settings().guard() ? "; the first and the last stay whatever their delta" : "");
  }

  private Table importance() {
    Importance importance = findings.importance();
    Table table = Table.of("block", "delta", "plain", "influence", "what becomes of it");
    for (int block = 0; block < importance.blocks(); block++) {
      table.row(
          block,
          importance.delta(block),
          importance.plain(block),
          importance.influence()[block],
          findings.plan().reason(block));
    }
    return table.significant(3);
  }

  private LinePlot importancePlot() {
    Importance importance = findings.importance();
    double[] blocks = IntStream.range(0, importance.blocks()).asDoubleStream().toArray();
    return LinePlot.of("Importance", "block", "delta")
        .series("delta", blocks, importance.deltas())
        .series(
            "influence, scaled",
            blocks,
            scaled(importance.influence(), Arrays.stream(importance.deltas()).max().orElse(1)));
  }

  private static double[] scaled(double[] numbers, double to) {
    double largest = Math.max(1e-12, Arrays.stream(numbers).max().orElse(1));
    return Arrays.stream(numbers).map(n -> n * to / largest).toArray();
  }

  private String stageTwo() {
    StageTwoSettings two = findings.settings().two();
    return Text.of(
        """
        %d updates of %d rows; %s of them skip exactly what is pruned, the others one of %d random sets. Drift:
        how much worse the whole network has become on held-out data; a shared target is stopped above %s. The
        whole network of stage II is no teacher: its pruned paths alone are trained.\
        """,
        two.rounds(), findings.settings().batch(), two.exact(), two.sets(), two.drift());
  }

  private Table skipping() {
    Table table = Table.of("training", "seed", "updates", "loss at the end", "drift at the end");
    findings
        .skipping()
        .forEach(
            (unit, trained) ->
                table.row(
                    unit.label() + (trained.stopped() ? " (stopped)" : ""),
                    unit.seed(),
                    trained.rounds(),
                    tail(trained.loss()),
                    trained.drift()[trained.drift().length - 1]));
    return table.significant(3);
  }

  private static double tail(double[] numbers) {
    return Arrays.stream(numbers, numbers.length * 9 / 10, numbers.length)
        .average()
        .orElse(Double.NaN);
  }

  private static String search(int steps, FastLightGenFindings findings) {
    Choice choice = findings.choices().get(steps);
    return Text.of(
        """
        Students of %d step(s). Each candidate's after %d updates, on data and noise that are not reported. Not
        the strongest teacher is wanted, but the one whose student is best: guidance %s, contrast %s. Without
        contrast: guidance %s. Of the unpruned: guidance %s.\
        """,
        steps,
        findings.settings().searchUpdates(),
        choice.full().guidance(),
        choice.full().contrast(),
        choice.guided().guidance(),
        choice.whole().guidance());
  }

  private static Table candidates(Choice choice) {
    Table table = Table.of("student", "guidance", "contrast", "distance in b", "jitter");
    choice
        .candidates()
        .forEach(
            c ->
                table.row(
                    (c.arm() == Arm.FLG ? "pruned" : c.arm().label())
                        + (c.stopped() ? " (stopped)" : ""),
                    c.strengths().guidance(),
                    c.strengths().contrast(),
                    c.distance(),
                    c.jitter()));
    return table.significant(3);
  }

  private LinePlot losses() {
    LinePlot plot = LinePlot.of("Stage III", "update", "loss of the fake network");
    long seed = findings.settings().seeds().get(0);
    findings
        .students()
        .forEach(
            (unit, trained) -> {
              if (unit.seed() == seed && trained.fakeLoss().length > 0) {
                plot.averaged(
                    unit.label() + (trained.stopped() ? " (stopped)" : ""),
                    trained.fakeLoss(),
                    POINTS);
              }
            });
    return plot;
  }
}
