package io.accelerant.distill.fastlightgen;

import io.accelerant.core.data.PixelShape;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.VideoGrid;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Report and model card: verdicts first, then every row, cost, stages and samples. */
final class FastLightGenReport {
  private static final int SHOWN = 6;

  private final Run run;
  private final FastLightGenFindings findings;
  private final VideoGrid grid;
  private final byte[][] real;

  /**
   * @param real held-out rows
   */
  FastLightGenReport(Run run, FastLightGenFindings findings, PixelShape shape, byte[][] real) {
    this.run = run;
    this.findings = findings;
    this.grid = new VideoGrid(shape.channels(), shape.frames(), shape.height(), shape.width(), 3);
    this.real = real;
  }

  private FastLightGenSettings settings() {
    return findings.settings();
  }

  Map<String, byte[]> files() {
    FastLightGenVerdicts verdicts = new FastLightGenVerdicts(findings);
    Report report =
        Report.titled(
            "FastLightGen of " + run.config().get(FastLightGenKeys.MODEL),
            run.context().progress()::say);
    report
        .section("Verdict")
        .paragraph("- " + String.join("\n- ", verdicts.lines()))
        .paragraph(
            "The same ratios in every space. Space b has chosen guidances and teachers; nothing was"
                + " chosen in the others.")
        .table(verdicts.bySpace());
    report
        .section("All rows")
        .paragraph(caption())
        .plot("frontier", frontier(), "Distance in space b against blocks that run for a sample")
        .table(arms());
    report
        .section("Cost")
        .paragraph(
            Text.of(
                "Against the model at its best, %s: blocks that run for a sample, counted, and"
                    + " seconds of %d samples in one task, the median of five runs of all rows by"
                    + " turns. Embedding, patching and what a call costs by itself are in the"
                    + " second alone.",
                findings.teacher().sampling().describe(), settings().timed()))
        .table(cost());
    new StagesReport(findings).addTo(report);
    pictures(report);
    return report.files();
  }

  /** On which students the teachers were tuned; empty if there was nothing to choose. */
  private String tuning() {
    if (!settings().searches()) {
      return "";
    }
    return " Teachers were tuned under the first seed, at each number of steps, on pruned students"
        + " and on unpruned ones; half of the blocks has the teacher of the pruned.";
  }

  private String caption() {
    StringBuilder floors = new StringBuilder();
    findings.floors().forEach((name, number) -> floors.append(Text.of("; %s %.3g", name, number)));
    return Text.of(
        """
        Frechet distances of %d samples to as many held-out rows in several spaces, less is better; space
        b has chosen guidances and teachers, on other rows and noise. Means over the seeds %s. Guidance of
        what is no student: the best for that row at its number of steps. Held-out rows to held-out rows%s.%s\
        """,
        settings().samples(), settings().seeds(), floors, tuning());
  }

  private Table arms() {
    List<String> names =
        findings.lines().values().stream()
            .flatMap(line -> line.names().stream())
            .distinct()
            .sorted()
            .toList();
    List<String> headers = new ArrayList<>(List.of("row", "guidance"));
    headers.addAll(names);
    headers.add("blocks run");
    Table table = Table.of(headers.toArray(String[]::new)).significant(3);
    for (Line line : findings.lines().values()) {
      List<Object> cells = new ArrayList<>();
      cells.add(line.id() + (findings.isVetoed(line) ? " (jitters)" : ""));
      cells.add(line.sampling().renoises() ? "" : (Object) line.sampling().guidance());
      for (String name : names) {
        cells.add(
            !line.names().contains(name)
                ? Double.NaN
                : line.seeds().size() > 1 ? line.spread(name) : (Object) line.spread(name).mean());
      }
      cells.add(line.cost().blockEvaluations());
      table.row(cells.toArray());
    }
    return table;
  }

  /** Rows of one kind of network by what a sample costs. */
  private LinePlot frontier() {
    Map<String, List<Line>> kinds = new LinkedHashMap<>();
    for (Line line : findings.lines().values()) {
      String kind = line.id().substring(0, line.id().lastIndexOf(".n"));
      kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(line);
    }
    LinePlot plot = LinePlot.of("Cost and distance", "blocks run", "distance in b (log10)").logX();
    kinds.forEach(
        (kind, lines) -> {
          lines.sort(Comparator.comparingLong(line -> line.cost().blockEvaluations()));
          plot.series(
              kind,
              lines.stream().mapToDouble(line -> line.cost().blockEvaluations()).toArray(),
              lines.stream()
                  .mapToDouble(line -> StrictMath.log10(line.spread(Judge.CHOOSES).mean()))
                  .toArray());
        });
    return plot;
  }

  private Table cost() {
    Table table =
        Table.of(
            "row",
            "parameters",
            "blocks run",
            "computed ratio",
            "measured ratio",
            "measured / computed",
            "seconds");
    findings
        .seconds()
        .forEach(
            (id, seconds) -> {
              Line line = findings.line(id);
              table.row(
                  id,
                  line.cost().parameters(),
                  line.cost().blockEvaluations(),
                  findings.computedRatio(line),
                  findings.measuredRatio(line),
                  findings.measuredOfComputed(line),
                  seconds);
            });
    return table.significant(3);
  }

  private void pictures(Report report) {
    report.section("Samples").paragraph("The same noise in every picture, first seed.");
    if (grid.frames() > 1) {
      report.animation(
          "samples",
          grid.gif(samples(findings.published()), SHOWN),
          findings.published().id() + ", which is published");
    }
    List<Line> shown = new ArrayList<>(List.of(findings.teacher()));
    for (int steps : settings().steps()) {
      shown.add(findings.teacher(steps));
      shown.add(findings.flg(steps));
      findings.student(Arm.STRONG, steps).ifPresent(shown::add);
    }
    shown.stream()
        .distinct()
        .forEach(
            line ->
                report.picture(
                    "samples-" + line.id(), grid.png(samples(line)), line.id() + ", one a row"));
    report.picture("real", grid.png(Arrays.asList(real).subList(0, SHOWN)), "Held-out");
  }

  private static List<byte[]> samples(Line line) {
    byte[][] samples = line.seeds().get(0).samples();
    return Arrays.asList(samples).subList(0, Math.min(SHOWN, samples.length));
  }

  ModelCard card() {
    Line flg = findings.published();
    return run.card(
        "A smaller generator of few steps",
        Text.of(
            """
            %s without its blocks %s, finetuned to sample in %d steps (the levels of `sampler.json`, and no
            others). %d blocks run for a sample, %.3g times fewer than for the model at its best (%s); its
            distance in space b is %s times that of the model there. `model.safetensors` holds the averaged
            weights of the blocks that are left, under the names that they have in the whole network;
            `stage2.safetensors` the network of stage II without them. What it does not beat is in `report.md`.%s\
            """,
            run.config().get(FastLightGenKeys.MODEL),
            findings.plan().removed(),
            flg.sampling().steps(),
            flg.cost().blockEvaluations(),
            findings.computedRatio(flg),
            findings.teacher().sampling().describe(),
            findings.verdicts().get("ofBest.n" + flg.sampling().steps()),
            tuning()),
        """
        import sys; sys.path.insert(0, "python")
        import load
        x = load.sample(count=16)   # numpy alone: [count, channels, (frames,) size, size] in -1..1\
        """,
        "That of the data it was trained on.");
  }
}
