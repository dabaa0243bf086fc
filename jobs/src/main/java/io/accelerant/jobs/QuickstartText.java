package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.distill.lsd.LsdJob;
import io.accelerant.distill.sample.SampleJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Text in eight learned steps, beside eight and 32 plain ones: a step of {@link QuickstartJob}.
 *
 * @param sampler learned, with its controls
 * @param lines what was written, by what wrote it
 */
record QuickstartText(JobResult sampler, Map<String, List<String>> lines) {
  static final String MODEL = "builtin:text";

  private static final int LINES = 6;

  /**
   * @param samples a third of them are the texts that each row is measured on
   */
  static QuickstartText run(Steps steps, int samples) {
    String corpus =
        steps
            .prepare(
                "6/6: text, and eight learned steps for it (LSD)",
                "text",
                new PrepareTextJob(),
                List.of("prepareText.alphabet=pieces", "prepareText.length=24"))
            .artifact();
    JobResult sampler =
        steps.run(
            "  learn the steps",
            "text-sampler",
            new LsdJob(),
            List.of(
                "lsd.teacher=" + MODEL,
                "lsd.reference=" + corpus,
                "lsd.steps=[8]",
                "lsd.baselineSteps=[8, 32]",
                "lsd.objective=[direct]",
                "lsd.learnTimes=false",
                "lsd.gram=1",
                "lsd.directIterations=10",
                "lsd.directSamples=32",
                "lsd.entropyGuard=0.05",
                "lsd.teacherSteps=32",
                "lsd.trajectories=32",
                "lsd.exponents=[1.0, 1.1, 1.2]",
                "lsd.fitSamples=128",
                "lsd.jysSamples=8",
                "lsd.seeds=[101]",
                "lsd.samples=" + samples / 3));
    Map<String, List<String>> ways = new LinkedHashMap<>();
    ways.put("8 plain steps", List.of("sample.method=euler", "sample.steps=8"));
    ways.put("8 learned steps", List.of("sample.sampler=" + sampler.artifact(), "sample.steps=8"));
    ways.put("32 plain steps", List.of("sample.method=euler", "sample.steps=32"));
    Map<String, List<String>> lines = new LinkedHashMap<>();
    steps
        .sample(
            "  write with it and without it",
            "written",
            List.of("sample.model=" + MODEL, "sample.count=" + LINES),
            ways)
        .forEach((way, written) -> lines.put(way, lines(steps.context(), written.artifact())));
    return new QuickstartText(sampler, lines);
  }

  private static List<String> lines(JobContext context, String uri) {
    Artifact samples = Artifact.open(uri, context.hadoop());
    return ArtifactTables.read(context.spark(), samples, SampleJob.KIND)
        .orderBy("id")
        .select("text")
        .collectAsList()
        .stream()
        .map(row -> row.getString(0).strip())
        .toList();
  }

  /** Adds what came out to the page. */
  void show(Report report) {
    Map<String, Number> metrics = sampler.metrics();
    Table table =
        Table.of("sampler", "steps", "judge, nats a piece", "entropy of the pieces, nats");
    for (String name : List.of("euler.m8", "constant.m8", "student.m8", "euler.m32")) {
      if (metrics.containsKey(name + ".judgeNll")) {
        String[] parts = name.split("\\.m");
        table.row(
            parts[0].equals("student") ? "learned (LSD)" : parts[0],
            parts[1],
            metrics.get(name + ".judgeNll"),
            metrics.get(name + ".entropyMillerMadow"));
      }
    }
    table.row("held-out text", "", metrics.get("data.judgeNll"), metrics.get("data.entropy"));
    List<String> text = new ArrayList<>();
    lines.forEach(
        (way, written) -> {
          text.add(way);
          written.forEach(line -> text.add("  " + line));
        });
    report
        .section("Text in 8 steps instead of 32")
        .paragraph(
            Text.of(
                "`%s` writes 24 pieces of words, about 70 letters, from nothing, from the same noise"
                    + " every time; it has read half of WordNet's definitions.",
                MODEL))
        .code("text", String.join("\n", text))
        .paragraph(
            Text.of(
                "How likely a 5-gram finds it that has read the other half; a sampler far below the"
                    + " data's entropy repeats itself. %s; %s.",
                QuickstartPage.verdict(
                    sampler, "verdict.m8.euler", "The learned sampler", "8 plain steps"),
                QuickstartPage.verdict(sampler, "verdict.m8", "it", "the best constant exponent")))
        .table(table);
  }
}
