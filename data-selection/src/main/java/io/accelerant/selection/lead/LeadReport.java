package io.accelerant.selection.lead;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What people read in the artifact. */
final class LeadReport {
  private final Run run;
  private final LeadFindings findings;
  private final Costs costs;

  LeadReport(Run run, LeadFindings findings) {
    this.run = run;
    this.findings = findings;
    this.costs = new Costs(findings);
  }

  private LeadSettings settings() {
    return findings.settings();
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled(
                "Selections from " + run.config().get(LeadKeys.POOL), run.context().progress()::say)
            .section("Verdict")
            .paragraph("- " + String.join("\n- ", said()))
            .section("Arms")
            .paragraph(caption())
            .table(arms());
    for (LeadFindings.Measure measure : findings.measures()) {
      report.plot(
          "arms-" + measure.name(), plot(measure), measure.what() + " by arm, mean and deviation");
    }
    report
        .section("What was chosen")
        .paragraph(
            "Shares among the uses of rows, means over seeds: of what is planted, and of the rows"
                + " that the warm-up model was trained on, of which it says less.")
        .table(chosen())
        .section("The bandit")
        .paragraph(
            "Probability of each difficulty cluster, the easiest being 0, by round under the first"
                + " seed. A cluster that has nothing left is not drawn.")
        .plot(
            "bandit",
            probabilities(settings().published()),
            "Probabilities of clusters by round, " + settings().published().label())
        .section("What it costs")
        .paragraph(costCaption())
        .table(costTable());
    return report.files();
  }

  private List<String> said() {
    List<String> said = new ArrayList<>();
    said.add(
        Text.of(
            "The best arm by %s is %s (without oracle, which knows what is planted, and full, which"
                + " has more rows). It is found and compared on the same test rows and seeds, so"
                + " that its differences flatter it.",
            findings.measures().get(0).what(), findings.best().label()));
    findings.verdicts().forEach(verdict -> said.add(said(verdict)));
    findings.wrongOfPool(Arm.LEAD).ifPresent(share -> said.add(letThrough("what is wrong", share)));
    findings.wrongOfPoolByFlag(Arm.LEAD).forEach((flag, s) -> said.add(letThrough(flag, s)));
    findings.measures().forEach(measure -> said.add(bar(measure)));
    said.add(
        Text.of(
            "Between rounds %s spends %s of the time of its updates.",
            settings().published().label(),
            Table.number(findings.selectionShare(settings().published()), 2)));
    return said;
  }

  private static String letThrough(String what, PairedDifference share) {
    return Text.of(
        "Of %s, lead chooses %s of the pool's share [%s, %s]: %s than the %s that a guard may let"
            + " through.",
        what,
        Table.number(share.value(), 3),
        Table.number(share.low(), 3),
        Table.number(share.high(), 3),
        share.value() <= LeadFindings.LET_THROUGH ? "not more" : "more",
        LeadFindings.LET_THROUGH);
  }

  private static String said(LeadFindings.Verdict verdict) {
    PairedDifference d = verdict.difference();
    boolean better = verdict.measure().rises() ? d.low() > 0 : d.high() < 0;
    boolean worse = verdict.measure().rises() ? d.high() < 0 : d.low() > 0;
    String end =
        !Double.isFinite(d.low())
            ? "one seed tells nothing of its spread"
            : better
                ? Text.of("%s is better", verdict.first().label())
                : worse
                    ? Text.of("%s is worse", verdict.first().label())
                    : "they cannot be told apart";
    return Text.of(
        "%s less %s, %s: %+.4f [%+.4f, %+.4f]: %s.",
        verdict.first().label(),
        verdict.second().label(),
        verdict.measure().what(),
        d.value(),
        d.low(),
        d.high(),
        end);
  }

  /** Whether guarded LEAD ends as well as random rows, or within their deviation of it. */
  private String bar(LeadFindings.Measure measure) {
    Spread random = findings.line(Arm.RANDOM).spread(measure.of());
    double lead = findings.line(Arm.LEAD).spread(measure.of()).mean();
    double missing = measure.rises() ? random.mean() - lead : lead - random.mean();
    String ends = measure.slack() ? "within one standard deviation of" : "no worse than";
    double most = measure.slack() ? random.sd() : 0;
    return Text.of(
        "By %s lead ends at %s, random rows at %s (deviation %s): %s.",
        measure.what(),
        Table.number(lead, 4),
        Table.number(random.mean(), 4),
        Table.number(random.sd(), 3),
        settings().seeds().size() == 1
            ? "one seed says nothing of their spread"
            : Text.of("%s%s random rows", missing <= most ? "" : "NOT ", ends));
  }

  private String caption() {
    Rule rule = settings().rule();
    return Text.of(
        "Every arm but full is trained on %,d %s, %d rows an update; the learning rate falls with"
            + " the rows used; seeds %s. Rows that are not what they seem are left out of the test:"
            + " loss is the mean over rows of each row's mean nats a token of its answer, accuracy"
            + " the share of likeliest answers that are right. Differences are paired by seed, 95%%"
            + " by Student's t. LEAD draws %s of %d clusters. Wrong: share of %s among the rows"
            + " used.",
        rule.budget(),
        rule.count() == Rule.Count.USES ? "uses of rows" : "distinct rows",
        rule.batch(),
        settings().seeds(),
        rule.rate() > 0
            ? Text.of("%s of what is left of a task a round", rule.rate())
            : Text.of("%d rounds", rule.rounds()),
        settings().clusters(),
        run.config().get(LeadKeys.WRONG));
  }

  private Table arms() {
    List<String> headers = new ArrayList<>(List.of("arm"));
    findings.measures().forEach(measure -> headers.add(measure.what()));
    headers.addAll(
        List.of("accuracy", "wrong", "distinct", "uses", "updates", "rounds", "seconds"));
    Table table = Table.of(headers.toArray(String[]::new));
    for (Line line : findings.lines()) {
      List<Object> cells = new ArrayList<>(List.of(line.arm().label()));
      findings.measures().forEach(measure -> cells.add(cell(line.spread(measure.of()))));
      cells.add(cell(line.spread(t -> t.judged().accuracy())));
      cells.add(line.spread(t -> findings.truth().wrongShare(t.chosen())).mean());
      cells.add(line.spread(Trace::distinct).mean());
      cells.add(line.spread(Trace::uses).mean());
      cells.add(line.spread(Trace::updates).mean());
      cells.add(line.spread(t -> t.rounds().size()).mean());
      cells.add(line.spread(Trace::seconds).mean());
      table.row(cells.toArray());
    }
    return table.significant(4);
  }

  private Object cell(Spread spread) {
    return settings().seeds().size() > 1 ? spread : (Object) spread.mean();
  }

  /** Arms have no order; they lie along x as the table lists them. */
  private LinePlot plot(LeadFindings.Measure measure) {
    LinePlot plot = LinePlot.of("Arms", "arm, in the order of the table", measure.what());
    List<Line> lines = findings.lines();
    for (int i = 0; i < lines.size(); i++) {
      Spread spread = lines.get(i).spread(measure.of());
      plot.series(
          lines.get(i).arm().label(),
          new double[] {i + 1},
          new double[] {spread.mean()},
          new double[] {spread.sd()});
    }
    return plot;
  }

  private Table chosen() {
    List<String> flags = List.copyOf(findings.truth().shares().keySet());
    Table table =
        Table.of(
            Stream.of(List.of("arm"), flags, List.of("warm-up"))
                .flatMap(List::stream)
                .toArray(String[]::new));
    double warm = findings.pool().warmUpShare(findings.pool().rows().ids());
    row(table, "pool", findings.truth().shares(), flags, warm);
    for (Line line : findings.lines()) {
      row(table, line.arm().label(), findings.planted(line), flags, findings.warmUpShare(line));
    }
    return table.significant(3);
  }

  private static void row(
      Table table, String name, Map<String, Double> shares, List<String> flags, double warmUp) {
    List<Object> cells = new ArrayList<>(List.of(name));
    flags.forEach(flag -> cells.add(shares.getOrDefault(flag, 0.0)));
    cells.add(warmUp);
    table.row(cells.toArray());
  }

  private LinePlot probabilities(Arm arm) {
    List<RoundTrace> rounds = findings.line(arm).traces().get(0).rounds();
    LinePlot plot = LinePlot.of("Bandit", "round", "probability");
    double[] x = rounds.stream().mapToDouble(round -> round.number() + 1).toArray();
    for (int k = 0; k < rounds.get(0).probabilities().length; k++) {
      int cluster = k;
      plot.series(
          "cluster " + k,
          x,
          rounds.stream().mapToDouble(round -> round.probabilities()[cluster]).toArray());
    }
    return plot;
  }

  private String costCaption() {
    return Text.of(
        "Passes: forward passes over the pool of %,d rows, an update of a row counting as three."
            + " Before training, LEAD needs %s of them (%s); a method that scores the pool before"
            + " each round %s. Seconds are those of tasks beside others; with what is needed"
            + " before: the passes of the offline stage that the arm's choice reads, each counted"
            + " %s; as they were: %s.",
        findings.truth().rows(),
        Table.number(costs.offline(), 3),
        findings.pool().effort().cutByLoss()
            ? "initial loss"
            : Text.of(
                "initial loss, twice the warm-up model, its training on %,d rows",
                settings().warmUp().rows()),
        Table.number(costs.rescoring(), 4),
        settings().spread()
            ? "once, as trainings have all task slots too"
            : Text.of(
                "for each of the %d task slots that it had, the warm-up once",
                findings.pool().effort().slots()),
        findings.pool().effort().seconds().entrySet().stream()
            .map(pass -> Text.of("%s %s s", pass.getKey(), Table.number(pass.getValue(), 3)))
            .toList());
  }

  private Table costTable() {
    Table table = Table.of("arm", "passes of its updates", "seconds", "with what is needed before");
    findings
        .lines()
        .forEach(
            line ->
                table.row(
                    line.arm().label(),
                    costs.training(line.arm()),
                    costs.seconds(line.arm()),
                    costs.endToEnd(line.arm())));
    return table.significant(3);
  }

  ModelCard card() {
    LeadUnit unit = settings().publishedUnit();
    Trace trace = findings.traces().get(unit);
    return run.card(
        "A language model tuned on rows that were chosen",
        Text.of(
            """
            %s after %,d uses of rows chosen by `%s` under seed %d: test loss %s nats a token, %s of the
            likeliest answers right. The arm was chosen by the configuration, not by its score: the best
            arm here, by %s, is `%s`, found on the rows that it is reported on. What the published one does not beat is in `report.md`.\
            """,
            run.config().get(LeadKeys.MODEL),
            trace.uses(),
            unit.arm().label(),
            unit.seed(),
            Table.number(trace.judged().loss(), 4),
            Table.number(trace.judged().accuracy(), 3),
            findings.measures().get(0).what(),
            findings.best().label()),
        """
        import sys; sys.path.insert(0, "python")
        import load
        weights = load.load("model.safetensors")  # numpy arrays by name; config.json has the shapes\
        """,
        "That of the data it was trained on.");
  }
}
