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
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Report and model card: verdicts first, then every row, cost, stages and samples. */
final class FastLightGenReport {
  private static final int SHOWN = 6;
  private static final int POINTS = 100;

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
    Report report =
        Report.titled(
            "FastLightGen of " + run.config().get(FastLightGenKeys.MODEL),
            run.context().progress()::say);
    report
        .section("Verdict")
        .paragraph("- " + String.join("\n- ", verdicts()))
        .paragraph(
            "The same ratios in every space. Space b has chosen guidances and teachers; nothing was"
                + " chosen in the others.")
        .table(verdictsBySpace());
    report.section("All rows").paragraph(caption()).table(arms());
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
    report
        .section("Stage I")
        .paragraph(stageOne())
        .table(importance())
        .plot("importance", importancePlot(), "Rise of the held-out error without each block");
    report.section("Stage II").paragraph(stageTwo()).table(skipping());
    if (!findings.choice().candidates().isEmpty()) {
      report.section("Teachers").paragraph(search()).table(candidates());
    }
    report
        .section("Stage III")
        .paragraph(
            Text.of(
                "%d updates of the generator, %d of the fake network for each, Adam without"
                    + " momentum. Table `stage` has every update.",
                settings().three().updates(), settings().three().ratio()))
        .plot("matching", losses(), "Loss of the fake network, first seed, neighbours averaged");
    pictures(report);
    return report.files();
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    Map<String, PairedRatio> verdicts = findings.verdicts();
    for (int steps : settings().steps()) {
      Line flg = findings.student(Arm.FLG, steps);
      String at = ".n" + steps;
      lines.add(
          findings.hasPremise(steps)
              ? Text.of(
                  "%d step(s): the model is %s times as far from the data as at its best (%d steps)",
                  steps, verdicts.get("premise" + at), findings.best())
              : Text.of(
                  "%d step(s): the model is NOT %s times as far as at its best (%d steps), so that"
                      + " this row proves nothing",
                  steps, FastLightGenFindings.PREMISE, findings.best()));
      lines.add(
          Text.of(
              "%d step(s), pruned: %s times as far as the model at as many, %s times as far as at its"
                  + " best%s",
              steps,
              verdicts.get("ofTeacher" + at),
              verdicts.get("ofBest" + at),
              findings.isVetoed(flg) ? "; it JITTERS more than the veto allows" : ""));
      lines.add(
          Text.of(
              "%d step(s): %s times the unpruned student; %s times the naive order, which has no"
                  + " contrast%s; too strong a contrast %s times it; half of the blocks %s times",
              steps,
              verdicts.get("pruning" + at),
              verdicts.get("contrast" + at),
              findings.choice().full().readsPruned() ? "" : " (the search chose none either)",
              verdicts.get("strong" + at),
              verdicts.get("half" + at)));
      lines.add(
          Text.of(
              "%d step(s): %.3g times fewer blocks run, %.3g times faster by the clock",
              steps, findings.computedRatio(flg), findings.measuredRatio(flg)));
    }
    lines.add(
        Text.of(
            "without its blocks, stage II brings the distance to %s times that of removal alone",
            verdicts.get("skipping")));
    if (verdicts.containsKey("guard")) {
      lines.add(
          Text.of(
              "the guard's plan, as removed, is %s times as far as that of the importances alone",
              verdicts.get("guard")));
    }
    return lines;
  }

  private Table verdictsBySpace() {
    List<String> distances = new ArrayList<>(List.of(Judge.CHOOSES));
    distances.addAll(findings.otherDistances());
    List<String> headers = new ArrayList<>(List.of("verdict"));
    headers.addAll(distances);
    Table table = Table.of(headers.toArray(String[]::new));
    List<Map<String, PairedRatio>> bySpace = distances.stream().map(findings::verdicts).toList();
    for (String name : findings.verdicts().keySet()) {
      List<Object> cells = new ArrayList<>(List.of(name));
      bySpace.forEach(verdicts -> cells.add(verdicts.get(name).toString()));
      table.row(cells.toArray());
    }
    return table;
  }

  /** On which students the teachers were tuned; empty if there was nothing to choose. */
  private String tuning() {
    return findings.choice().candidates().isEmpty()
        ? ""
        : Text.of(
            " Teachers were tuned on pruned students of %d step(s), first seed. All others,"
                + " unpruned, half or of other steps, have the same, which need not be their best.",
            settings().steps().get(0));
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

  private Table cost() {
    Table table =
        Table.of("row", "parameters", "blocks run", "computed ratio", "measured ratio", "seconds");
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
                  seconds);
            });
    return table.significant(3);
  }

  private String stageOne() {
    return Text.of(
        """
        %d held-out rows at %d levels under one noise. Delta: rise of the error of the clean data, `t^2` times
        that of the velocity (plain). Influence: 1 less the cosine of the stream before and behind a block;
        its rank correlation with delta is %s. Blocks %s go (%s of all blocks' parameters)%s; those marked
        skipped are left out now and then in stage II.\
        """,
        settings().probes(),
        settings().levels().length,
        Table.number(findings.importance().agreement(), 2),
        findings.plan().removed(),
        Table.number(findings.plan().share(), 3),
        settings().guard() ? "; the first and the last stay whatever their delta" : "");
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
    StageTwoSettings two = settings().two();
    return Text.of(
        """
        %d updates of %d rows; %s of them skip exactly what is pruned, the others one of %d random sets. Drift:
        how much worse the whole network has become on held-out data; a shared target is stopped above %s. The
        whole network of stage II is no teacher: its pruned paths alone are trained.\
        """,
        two.rounds(), settings().batch(), two.exact(), two.sets(), two.drift());
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

  private String search() {
    return Text.of(
        """
        Each candidate's student after %d updates, on data and noise that are not reported. Not the strongest
        teacher is wanted, but the one whose student is best: guidance %s, contrast %s. Without contrast: guidance
        %s.\
        """,
        settings().searchUpdates(),
        findings.choice().full().guidance(),
        findings.choice().full().contrast(),
        findings.choice().guided().guidance());
  }

  private Table candidates() {
    Table table = Table.of("guidance", "contrast", "distance in b", "jitter");
    findings
        .choice()
        .candidates()
        .forEach(
            c ->
                table.row(
                    c.strengths().guidance(), c.strengths().contrast(), c.distance(), c.jitter()));
    return table.significant(3);
  }

  private LinePlot losses() {
    LinePlot plot = LinePlot.of("Stage III", "update", "loss of the fake network");
    long seed = settings().seeds().get(0);
    findings
        .students()
        .forEach(
            (unit, trained) -> {
              if (unit.seed() == seed) {
                double[] loss = trained.fakeLoss();
                int step = Math.max(1, loss.length / POINTS);
                int count = loss.length / step;
                plot.series(
                    unit.label(),
                    IntStream.range(0, count).mapToDouble(i -> (i + 1) * step).toArray(),
                    IntStream.range(0, count)
                        .mapToDouble(
                            i ->
                                Arrays.stream(loss, i * step, (i + 1) * step)
                                    .average()
                                    .orElseThrow())
                        .toArray());
              }
            });
    return plot;
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
      shown.add(findings.student(Arm.FLG, steps));
      shown.add(findings.student(Arm.STRONG, steps));
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
