package io.accelerant.rl.gvm;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import java.util.Map;
import java.util.OptionalDouble;

/** What people read in the artifact. */
final class GvmReport {
  private final Run run;
  private final GvmFindings findings;

  GvmReport(Run run, GvmFindings findings) {
    this.run = run;
    this.findings = findings;
  }

  private GvmSettings settings() {
    return findings.settings();
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled(
            "Sample budgets for " + run.config().get(GvmKeys.MODEL), run.context().progress()::say);
    report
        .section("Verdict")
        .paragraph(
            "- " + String.join("\n- ", findings.verdicts().stream().map(this::said).toList()))
        .section("Arms")
        .paragraph(caption())
        .table(arms())
        .plot("accuracy-by-samples", curves(true), "Test accuracy by all samples drawn, means")
        .plot("accuracy-by-steps", curves(false), "Test accuracy by steps, means over seeds");
    if (!findings.frozen().isEmpty()) {
      report.section("Variance at the start").paragraph(frozenCaption()).table(frozen());
    }
    report.section("Where samples go").paragraph(shareCaption()).table(shares());
    return report.files();
  }

  private String said(GvmFindings.Verdict verdict) {
    PairedDifference d = verdict.difference();
    String end =
        !Double.isFinite(d.low())
            ? "one seed tells nothing of its spread"
            : d.low() > 0
                ? Text.of("%s is better", verdict.first())
                : d.high() < 0
                    ? Text.of("%s is worse", verdict.first())
                    : "they cannot be told apart";
    return Text.of(
        "%s less %s (%s): %+.4f [%+.4f, %+.4f]: %s",
        verdict.first(), verdict.second(), verdict.what(), d.value(), d.low(), d.high(), end);
  }

  private String caption() {
    GvmSettings s = settings();
    return Text.of(
        "%d iterations of %d steps of %d prompts, %d updates each, in every arm; seeds %s. Accuracy"
            + " is the share of right answers drawn at temperature 1, %d to each test prompt, with"
            + " the same draws for all. Differences are paired by seed, 95%% by Student's t."
            + " Target: 80%% of what raft++ gains; drawn counts probes. Unless raft++-2n is above"
            + " raft++, samples are not scarce here, and no allocation can show anything. Seconds"
            + " are those of tasks beside others, measurements left out.",
        s.iterations(), s.steps(), s.stepPrompts(), s.updates(), s.seeds(), s.testSamples());
  }

  private Table arms() {
    Table table =
        Table.of(
            "arm",
            "weights",
            "accuracy",
            "samples",
            "probes",
            "steps to target",
            "drawn to target",
            "a-priori variance",
            "without a sample",
            "seconds");
    for (Line line : findings.lines()) {
      double target = findings.target(line.arm());
      boolean allocates = line.arm().budget() != Arm.Budget.UNIFORM;
      table.row(
          line.arm().kind().label,
          line.arm().weighting().label(),
          cell(line.accuracy()),
          line.spread(trace -> trace.last().samples()).mean(),
          line.spread(trace -> trace.last().probes()).mean(),
          number(line.reached(target, Trace.Point::step)),
          number(line.reached(target, point -> point.samples() + point.probes())),
          allocates ? line.spread(Trace::gain).mean() : (Object) "",
          allocates ? line.spread(Trace::dropped).mean() : (Object) "",
          line.spread(trace -> trace.last().seconds()).mean());
    }
    return table.significant(3);
  }

  private Object cell(Spread spread) {
    return settings().seeds().size() > 1 ? spread : (Object) spread.mean();
  }

  private static double number(OptionalDouble number) {
    return number.orElse(Double.NaN);
  }

  private LinePlot curves(boolean drawn) {
    LinePlot plot =
        LinePlot.of(
            "Training", drawn ? "samples, probes with them" : "steps", "right test answers");
    for (Line line : findings.lines()) {
      plot.series(
          line.arm().label(),
          line.curve(point -> drawn ? (double) (point.samples() + point.probes()) : point.step()),
          line.curve(Trace.Point::accuracy));
    }
    return plot;
  }

  private String frozenCaption() {
    int prompts = findings.frozen().get(0).prompts();
    return Text.of(
        "%d prompts, %d samples of each behind p, norms and the reference gradient; %d gradients of"
            + " fresh samples under each allocation of %d in all; a prompt that none of its samples"
            + " solved has no part in either; lemma 1's weights, 1 / (n p m):"
            + " where there are probes, p is Laplace's of them. Ratios: over uniform samples whose"
            + " p comes from all samples; then over uniform samples with the same probes (of"
            + " uniform samples, over those that know all: what an estimated p costs). Closed: the"
            + " variance given the probes, by formula from the same samples; what was measured also"
            + " holds what the draw of the probes adds. Error: squared distance to the reference,"
            + " in which what an allocation leaves out counts; a smaller variance with a larger"
            + " error is a bias.",
        prompts,
        settings().frozen().samples(),
        settings().frozen().repetitions(),
        prompts * settings().samples());
  }

  private Table frozen() {
    Table table =
        Table.of(
            "allocation",
            "probes",
            "variance",
            "error",
            "closed variance",
            "closed error",
            "variance, same probes",
            "error, same probes",
            "closed variance, same probes",
            "closed error, same probes",
            "without a sample");
    for (FrozenStudy.Row row : findings.frozen()) {
      GvmFindings.Ratios plain = findings.plainRatios(row);
      GvmFindings.Ratios same = findings.ratios(row);
      table.row(
          row.allocation(),
          row.probes() == 0 ? "all samples" : (Object) row.probes(),
          plain.variance(),
          plain.error(),
          plain.closed(),
          plain.closedError(),
          same.variance(),
          same.error(),
          same.closed(),
          same.closedError(),
          row.dropped());
    }
    return table.significant(3);
  }

  private String shareCaption() {
    return Text.of(
        "Of the first seed, iterations in the table `allocation`: the share of samples on prompts"
            + " with 0 < p <= %s.",
        GvmFindings.HARD);
  }

  private Table shares() {
    Table table = Table.of("arm", "share of samples");
    for (Line line : findings.lines()) {
      findings.hardShare(line.arm()).ifPresent(share -> table.row(line.arm().label(), share));
    }
    return table.significant(3);
  }

  ModelCard card() {
    GvmUnit unit = findings.published();
    Trace trace = findings.traces().get(unit);
    return run.card(
        "A language model trained on its own right answers",
        Text.of(
            """
        %s after %d steps of `%s` under seed %d: %s of the answers to test prompts are right, from %s
        before (drawn at temperature 1). The arm was chosen by the configuration, not by its score.
        What it does not beat is in `report.md`.\
        """,
            run.config().get(GvmKeys.MODEL),
            trace.last().step(),
            unit.arm(),
            unit.seed(),
            Table.number(trace.last().accuracy(), 3),
            Table.number(trace.curve().get(0).accuracy(), 3)),
        """
        import sys; sys.path.insert(0, "python")
        import load
        weights = load.load("model.safetensors")  # numpy arrays by name; config.json has the shapes\
        """,
        "That of the data it was trained on.");
  }
}
