package io.accelerant.distill.certainty;

import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.DecoderKeys;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.compare.Compared;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What people read in the artifact. */
final class CertaintyReport {
  /** Knobs at which the same decoder is shown before and after. */
  private static final Map<RuleKind, Double> FIXED =
      new TreeMap<>(Map.of(RuleKind.CONFIDENCE, .9, RuleKind.ENTROPY, .5));

  private final Run run;
  private final CertaintyFindings findings;

  CertaintyReport(Run run, CertaintyFindings findings) {
    this.run = run;
    this.findings = findings;
  }

  private CertaintySettings settings() {
    return findings.settings();
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled(
            "Certainty forcing of " + run.config().get(CertaintyKeys.MODEL),
            run.context().progress()::say);
    report.section("Verdict").paragraph("- " + String.join("\n- ", CertaintyVerdicts.of(findings)));
    report
        .section("Evaluations at equal match")
        .paragraph(caption())
        .table(equalMatch())
        .plot(
            "frontier",
            CertaintyPlots.frontiers(findings),
            "The best match of any decoder within so many evaluations, means over seeds");
    report
        .section("By one rule alone")
        .paragraph(
            "The same on the frontier of each rule. What wins under one of them, such as the"
                + " threshold that a method was published with, need not win under the best.")
        .table(byRule());
    if (settings().agreement()) {
      report
          .section("What is written")
          .paragraph(
              Text.of(
                  "Agreement is with oneself: whoever writes the same to every prompt has all of it."
                      + " So here, at one position a forward, first seed: nats per token under a"
                      + " %d-gram model of the answers of the train split, different runs of four"
                      + " tokens by all, tokens before the end, and answers that are the base's."
                      + " First the answers of the table.",
                  Written.ORDER))
          .table(Written.table(findings.written()));
    }
    report
        .section("The same decoder before and after")
        .paragraph(
            "Numbers at a fixed threshold show a shift of the threshold: whatever sharpens the"
                + " model commits more there, and is wrong more often. They are no gain by"
                + " themselves.")
        .table(fixed());
    report
        .section("Calibration")
        .paragraph(
            "Half of each test answer masked, the model asked once. Right is the token of the"
                + " table, though others may be as good: what matters is how it changes.")
        .table(calibration());
    report
        .section("Wall clock")
        .paragraph(
            Text.of(
                "Of the cheapest decoder whose match on the test prompts is at least %s (of those"
                    + " with the best, where none has it), first seed: milliseconds a prompt in the"
                    + " tasks, %d together, on this machine as it was.",
                Table.number(findings.equalMatch(), 3), settings().decodeBatch()))
        .table(clock());
    report
        .section("Training")
        .paragraph(training())
        .plot(
            "training",
            CertaintyPlots.losses(findings),
            "Cross entropy of both views, first seed, neighbours averaged");
    return report.files();
  }

  private String caption() {
    return Text.of(
        """
    %d test prompts, %d decoders of every model alike%s; evaluations are forwards of a row, read off
    the best frontier over all decoders, linear between points; a dash: not reached. Means over the
    seeds of training, %s, which the base has not. The last match is that of the base at one position a
    forward, less .01. Ratios are to the base, with 95%% intervals of %d draws of prompts, the same
    for both sides; ∞: only the base reaches it. Own answers: %d of %d right%s%s.%s\
    """,
        findings.base().test().get(0).prompts().length,
        settings().decoders().size(),
        missing(),
        settings().seeds(),
        settings().bootstrap(),
        findings.trajectories().right(),
        findings.trajectories().count(),
        findings
            .drawn()
            .map(drawn -> Text.of(", %d of the tempered ones", drawn.right()))
            .orElse(""),
        settings().correctOnly() ? ", the others left out of all arms but unfiltered ones" : "",
        settings().agreement()
            ? " Match is AGREEMENT with what the same model writes at one position a forward."
            : "");
  }

  /** The base's best decoder may be of a rule that was not asked. */
  private String missing() {
    List<RuleKind> compared = findings.base().rules();
    String others =
        DecoderKeys.RULES.stream()
            .filter(rule -> !compared.contains(rule))
            .map(RuleKind::label)
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? "" : Text.of(" (none of %s)", others);
  }

  private Table equalMatch() {
    List<Double> matches = findings.matches();
    List<String> headers = new ArrayList<>(List.of("model"));
    matches.forEach(m -> headers.add("match " + Table.number(m, 3)));
    matches.forEach(m -> headers.add("of the base, " + Table.number(m, 3)));
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    for (Line line : findings.lines()) {
      List<Object> cells = new ArrayList<>(List.of(line.label()));
      matches.forEach(m -> cells.add(line.evaluationsAt(m).orElse(Double.NaN)));
      for (int m = 0; m < matches.size(); m++) {
        cells.add(line == findings.base() ? "" : findings.ratio(line.label(), m).toString());
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private Table byRule() {
    List<String> headers = new ArrayList<>(List.of("decoders", "match"));
    findings.lines().forEach(line -> headers.add(line.label()));
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    for (RuleKind rule : findings.base().rules()) {
      for (double match : findings.matches()) {
        List<Object> cells = new ArrayList<>(List.of(rule.label(), Table.number(match, 3)));
        findings
            .lines()
            .forEach(line -> cells.add(line.evaluationsAt(rule, match).orElse(Double.NaN)));
        table.row(cells.toArray());
      }
    }
    return table;
  }

  private Table fixed() {
    Table table = Table.of("model", "decoder", "evaluations", "exact match");
    for (Map.Entry<RuleKind, Double> knob : FIXED.entrySet()) {
      for (Line line : findings.lines()) {
        OptionalInt point = line.nearest(knob.getKey(), knob.getValue());
        if (point.isPresent()) {
          table.row(
              line.label(),
              line.points().get(point.getAsInt()).label(),
              cell(line.evaluations(point.getAsInt())),
              cell(line.exactMatch(point.getAsInt())));
        }
      }
    }
    return table;
  }

  /** Of one seed there is no spread. */
  private Object cell(Spread spread) {
    return settings().seeds().size() > 1 ? spread : (Object) spread.mean();
  }

  private Table calibration() {
    Table table =
        Table.of("model", "likeliest token right", "its mean probability", "calibration error");
    for (Line line : findings.lines()) {
      table.row(
          line.label(),
          cell(line.calibration(c -> c.accuracy())),
          cell(line.calibration(c -> c.meanConfidence())),
          cell(line.calibration(c -> c.error())));
    }
    return table;
  }

  private Table clock() {
    Table table = Table.of("model", "decoder", "exact match", "evaluations", "ms a prompt");
    for (Line line : findings.lines()) {
      Compared first = line.test().get(0);
      int point = Line.cheapest(first, findings.equalMatch());
      table.row(
          line.label(),
          line.points().get(point).label(),
          first.exactMatch(point),
          first.evaluations(point),
          1e3 * first.seconds()[point] / first.prompts().length);
    }
    return table;
  }

  private String training() {
    return Text.of(
        "%d rounds of %d examples, %s; entropy at temperature %s. Table `trajectory` has the own"
            + " answers, `mask` the masks of the first epochs, `curve` and `decoded` every point.",
        settings().rounds(),
        settings().batch(),
        settings().masking().whole()
            ? "the whole answer active"
            : Text.of("blocks of %d positions", settings().masking().blockLength()),
        settings().temperature());
  }

  ModelCard card() {
    Compared test = findings.publishedTest();
    int point = findings.publishedPoint();
    return run.card(
        "A masked language model for few evaluations",
        Text.of(
            """
        %s, finetuned as `%s`, which needs the fewest evaluations at equal match on the prompts that
        choose. `decoder.json` names how to read it: %s, blocks of %d positions (0: one block). On %d
        test prompts exact match %s at %s evaluations. `model.safetensors` holds the averaged weights
        with adapters folded in, `adapter/` (if there were adapters) those alone, as PEFT reads
        them, for the model that it was made from. It is sharper than the data: its
        probabilities are no longer those of errors. What it does not beat is in `report.md`.\
        """,
            run.config().get(CertaintyKeys.MODEL),
            findings.published(),
            findings.publishedDecoder().label(),
            findings.publishedDecoder().blockLength(),
            test.prompts().length,
            Table.number(test.exactMatch(point), 3),
            Table.number(test.evaluations(point), 3)),
        """
        import sys; sys.path.insert(0, "python")
        import load
        tokens, evaluations = load.decode(row)   # numpy alone: tokens, maskToken of config.json where they are wanted\
        """,
        "That of the data it was trained on.");
  }
}
