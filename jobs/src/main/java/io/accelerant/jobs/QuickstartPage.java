package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * The page of {@link QuickstartJob}: what came out, beside its controls, with their verdicts.
 *
 * @param drawn samples of images by what made them
 */
record QuickstartPage(
    Configuration hadoop,
    Map<String, JobResult> drawn,
    JobResult finetuned,
    JobResult decoders,
    QuickstartText text) {
  private static final String TITLE = "Accelerant in three minutes";
  private static final String MMD = "mmd.n5";

  /** Rows of the table of distances: arm and steps as the metrics name them, and what they are. */
  private static final List<List<String>> IMAGES =
      List.of(
          List.of("ddim.n5", "DDIM, 5"),
          List.of("unipc.n5", "UniPC, 5"),
          List.of("dc-solver.n5", "UniPC with learned compensation, 5"),
          List.of("denoise.n5", "as many ordinary updates, DDIM, 5"),
          List.of(MMD, "finetuned by MMD, DDIM, 5"),
          List.of("ddim.n20", "DDIM, 20"));

  /** Writes {@code report.md}, its pictures and {@code report.html}; returns the latter's URI. */
  String write(ArtifactFolder folder) {
    Report report =
        Report.titled(TITLE, warning -> {})
            .paragraph(
                "Models that come along, made faster by jobs that take seconds. Everything here was"
                    + " computed by this run; each number stands beside its control, and where"
                    + " there is no gain it says so.");
    images(report);
    prompts(report);
    text.show(report);
    report.section("Next").paragraph(next());
    return ArtifactIndex.writeBeside(report, TITLE, folder);
  }

  private void images(Report report) {
    report
        .section("Images in 5 evaluations instead of 100")
        .paragraph(
            "Ten images, one a class, from the same noise every time. The model is `"
                + QuickstartJob.IMAGES
                + "`, a patch transformer trained on Fashion-MNIST.");
    int number = 0;
    for (Map.Entry<String, JobResult> way : drawn.entrySet()) {
      byte[] picture = Artifact.open(way.getValue().artifact(), hadoop).read("plots/samples.png");
      report.picture("images-" + ++number, picture, way.getKey());
    }
    Table table =
        Table.of("sampler, evaluations", "Frechet distance (network)", "Frechet distance (pixels)");
    Map<String, Number> metrics = finetuned.metrics();
    for (List<String> row : IMAGES) {
      if (metrics.containsKey(row.get(0) + ".frechet.b")) {
        table.row(
            row.get(1),
            metrics.get(row.get(0) + ".frechet.b").doubleValue(),
            metrics.get(row.get(0) + ".frechet.pixels").doubleValue());
      }
    }
    report
        .paragraph(
            "Distance to held-out images, less is better, by a network and in pixels, neither of"
                + " them trained on:")
        .table(table)
        .paragraph(
            Text.of(
                "Differences with their 95%% intervals. By the network: %s. In pixels: %s.",
                verdicts("b"), verdicts("pixels")));
  }

  private String verdicts(String space) {
    String name = Text.of("verdict.n%d.%s.", QuickstartJob.STEPS, space);
    return Stream.of(
            List.of("DDIM in as many steps", "ddim.n5"),
            List.of("learned compensation", "dc-solver.n5"),
            List.of("DDIM in 20 steps", "ddim.n20"))
        .map(
            control ->
                verdict(finetuned, name + control.get(1), "the finetuned model", control.get(0)))
        .collect(Collectors.joining("; "));
  }

  /** What a job found of two sides, in a sentence. */
  static String verdict(JobResult of, String name, String first, String second) {
    return PairedDifference.find(of.metrics(), name)
        .map(difference -> difference.verdict(first, second))
        .orElse("no comparison with " + second);
  }

  private void prompts(Report report) {
    Map<String, Number> metrics = decoders.metrics();
    Table table = Table.of("decoder", "forwards a prompt for 95% right");
    String at = "evaluationsAt.0.95";
    metrics.forEach(
        (name, value) -> {
          if (name.startsWith(at + ".")) {
            table.row(name.substring(at.length() + 1), value);
          }
        });
    report
        .section("Prompts answered with fewer forwards")
        .paragraph(
            Text.of(
                "`%s` fills chains of digits, 12 unknown ones a row. One position a forward takes"
                    + " 12 forwards; decoders that take several when the model is sure need %s for"
                    + " 95%% right answers.",
                QuickstartJob.LANGUAGE, number(metrics.get(at))));
    byte[] plot = Artifact.open(decoders.artifact(), hadoop).read("plots/match-evaluations.png");
    report
        .picture("decoders", plot, "Right answers against forwards, each decoder at its thresholds")
        .table(table);
  }

  private static String number(Number number) {
    return number == null ? "more than they had" : Text.of("%.1f", number.doubleValue());
  }

  private static String next() {
    return "Every row above is an artifact in this folder, with its own report: see `index.html`."
        + " `accelerant help` lists the jobs, each with an example.";
  }
}
