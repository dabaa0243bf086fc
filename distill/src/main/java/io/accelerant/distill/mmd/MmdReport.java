package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.ImageGrid;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What people read in the artifact. */
final class MmdReport {
  private static final int COLUMNS = 20;

  private final Run run;
  private final MmdFindings findings;
  private final MmdStages stages;
  private final ImageGrid grid;

  MmdReport(Run run, MmdFindings findings, MmdStages stages, int channels, int side) {
    this.run = run;
    this.findings = findings;
    this.stages = stages;
    this.grid = new ImageGrid(channels, side, side, COLUMNS, 2);
  }

  private JobConfig config() {
    return run.config();
  }

  private MmdSettings settings() {
    return findings.settings();
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled(
            "MMD finetuning of " + config().get(MmdKeys.MODEL), run.context().progress()::say);
    report.section("Verdict").paragraph(bullets(verdicts()));
    report.section("All samplers").paragraph(caption());
    for (int steps : settings().steps()) {
      report.paragraph(Text.of("At %d evaluations, and DDIM at more:", steps)).table(table(steps));
    }
    report.section("On the way").paragraph(wayCaption());
    for (int steps : settings().steps()) {
      report.plot(
          "curve-n" + steps,
          plot(steps),
          Text.of(
              "Frechet distance over that of the untouched model, %d steps, trained on %s: spaces that part say that what is trained on is being gamed.",
              steps, settings().features().get(0).text()));
    }
    pictures(report);
    return report.files();
  }

  private void pictures(Report report) {
    report.section("Samples");
    int steps = settings().steps().get(0);
    List<Cell> shown =
        findings.cells().stream()
            .filter(c -> c.steps() == steps || c.arm().equals(Cell.DDIM))
            .toList();
    for (Cell cell : shown) {
      report.picture(
          "samples-" + cell,
          grid.png(List.of(findings.first(cell).shown())),
          Text.of("%s, %d steps: the same noise in every picture", cell.arm(), cell.steps()));
    }
    byte[][] real = stages.spaces().real().images();
    report.picture(
        "real",
        grid.png(Arrays.asList(real).subList(0, Math.min(2 * COLUMNS, real.length))),
        "Held-out images");
  }

  private static String bullets(List<String> lines) {
    return "- " + String.join("\n- ", lines);
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (int steps : settings().steps()) {
      for (String space : Spaces.OF_VERDICTS) {
        double ratio = findings.ratio(steps, space);
        lines.add(
            Text.of(
                "%d steps, %s: %s times the distance of the better DDIM in as many steps%s",
                steps,
                space,
                Table.number(ratio, 3),
                ratio <= 0.6 ? "" : ", which is NOT the .6 that was hoped for"));
      }
    }
    Map<String, PairedDifference> all = findings.verdicts();
    all.forEach((name, verdict) -> lines.add(name + ": " + verdict.verdict("mmd", "it")));
    return lines;
  }

  private String caption() {
    return Text.of(
        """
    Frechet distances of %d samples to as many held-out images, in three spaces: `a`, the
    network that may be trained on; `b`, another one that never is; `pixels`, means of blocks.
    Mean over %d seeds (finetuning and noise) where there are several; EMA weights after the last
    update, chosen by nothing; no guidance. `ddim` has the times that were finetuned (%s)%s. Agreement is the
    share of samples to which `b` gives their class; nearest is the mean distance to the nearest
    training image over that of held-out images: well below 1 would be memorising. Intervals are
    95%%, paired by %s.\
    """,
        stages.spaces().real().count(),
        settings().seeds().size(),
        settings().subset().label(),
        stages.isFlow() ? "; on a flow, as here, it is Euler's step" : "",
        settings().seeds().size() > 1 ? "seed" : "blocks of samples");
  }

  private Table table(int steps) {
    Table table =
        Table.of("sampler", "evaluations", "a", "b", "pixels", "MMD in b", "agreement", "nearest");
    for (Cell cell : findings.cells()) {
      boolean further =
          cell.arm().equals(Cell.DDIM) && settings().baselineSteps().contains(cell.steps());
      if (cell.steps() == steps || further) {
        table.row(
            cell.arm(),
            cell.steps(),
            findings.spread(cell, "frechet.a"),
            findings.spread(cell, "frechet.b"),
            findings.spread(cell, "frechet.pixels"),
            findings.spread(cell, "mmd.b"),
            findings.first(cell).metrics().containsKey("labelAgreement")
                ? findings.spread(cell, "labelAgreement")
                : Double.NaN,
            findings.spread(cell, "nearest"));
      }
    }
    for (String real : List.of("real.halves", "real.training")) {
      table.row(
          real.equals("real.halves") ? "real half against half" : "as many training images",
          "",
          findings.floors().get(real + ".frechet.a"),
          findings.floors().get(real + ".frechet.b"),
          findings.floors().get(real + ".frechet.pixels"),
          "",
          "",
          "");
    }
    return table;
  }

  private String wayCaption() {
    return Text.of(
        "Measured on %d samples every %d updates of %d examples. Table `update` has every number, `value.<space>` being the unbiased MMD with a mixture of Gaussians.",
        Math.min(settings().curveSamples(), stages.spaces().real().count()),
        settings().every(),
        settings().union());
  }

  private LinePlot plot(int steps) {
    LinePlot plot = LinePlot.of("Finetuning", "update", "Frechet distance over the first");
    List<Trained> runs =
        List.copyOf(findings.trained().get(new Cell(Cell.FINETUNED, steps)).values());
    double[] x = Arrays.stream(runs.get(0).looked()).asDoubleStream().toArray();
    for (int space = 0; space < Spaces.NAMES.size(); space++) {
      double[] mean = new double[x.length];
      for (Trained one : runs) {
        for (int k = 0; k < x.length; k++) {
          mean[k] += one.frechet()[space][k] / one.frechet()[space][0] / runs.size();
        }
      }
      plot.series(Spaces.NAMES.get(space), x, mean);
    }
    return plot;
  }

  ModelCard card() {
    Cell published = findings.published();
    return run.card(
        Text.of("An image model for %d steps", published.steps()),
        Text.of(
            """
        The network of %s, finetuned by MMD on %s so that deterministic %s in %d evaluations draws
        from the data's law; it is no longer a model for other samplers. `sampler.json` has the exact
        times; `model.safetensors` holds the averaged weights, `model-raw.safetensors` those of the
        last update. Frechet distance in a space that was not trained on: %s, against %s of the
        untouched model in as many steps. What it does not beat is in `report.md`.\
        """,
            config().get(MmdKeys.MODEL),
            settings().features().get(0).text(),
            stages.chain(published.steps()).solver().describe(),
            published.steps(),
            Table.number(findings.spread(published, "frechet.b").mean(), 4),
            Table.number(
                findings.spread(new Cell(Cell.DDIM, published.steps()), "frechet.b").mean(), 4)),
        """
        import sys; sys.path.insert(0, "python")
        import load
        images = load.sample(count=16)   # numpy alone: [count, channels, height, width] in -1..1\
        """,
        "That of the data it was trained on.");
  }
}
