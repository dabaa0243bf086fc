package io.accelerant.distill.lsd;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Scoreboard.Entry;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.measure.Measured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The files for people in the artifact: report with tables, plots and samples, model card, Python
 * example.
 */
final class LsdReport {
  private static final int SHOWN = 5;

  /** The other rows are in the table; the plots stay readable. */
  private static final List<Row> PLOTTED =
      List.of(Row.EULER, Row.TWEEDIE, Row.JYS, Row.CONSTANT, Row.PAPER, Row.STUDENT);

  private final JobContext context;
  private final LsdSettings settings;
  private final LsdTeacher teacher;
  private final LsdFindings findings;
  private final Map<Integer, List<String>> verdicts = new LinkedHashMap<>();

  LsdReport(JobContext context, LsdSettings settings, LsdTeacher teacher, LsdFindings findings) {
    this.context = context;
    this.settings = settings;
    this.teacher = teacher;
    this.findings = findings;
    settings.steps().forEach(m -> verdicts.put(m, findings.verdicts(m)));
  }

  /** File names to contents. */
  Map<String, byte[]> files(String uri) {
    return report(uri).files();
  }

  private Report report(String uri) {
    Report report =
        Report.titled(
            "Learned samplers (LSD) for " + teacher.model().description(), context.progress()::say);
    report.section("Verdict");
    for (int m : settings.steps()) {
      report.paragraph(bullets(verdicts.get(m)));
    }
    report.paragraph(
        Text.of(
            "Intervals: 95%%, paired by seed and sample id, %s of %,d samples; they hold the chance"
                + " of the samples, not that of the fit.",
            teacher.meter().isRatio() ? "bootstrap" : "jackknife over blocks",
            Measured.concatenate(findings.board().entries().get(0).seeds()).samples()));
    report.section("All samplers").paragraph(caption()).table(table());
    report.plot(
        "metric",
        plot(
            teacher.meter().mainMetric() + " against steps",
            teacher.meter().mainMetric() + " (" + teacher.meter().unit() + ")",
            teacher.meter()::of),
        Text.of(
            "%s against the number of steps; bars are one standard deviation over seeds.",
            teacher.meter().mainMetric()));
    double entropy = teacher.reference().entropy();
    report.plot(
        "entropy",
        plot("Entropy against steps", "nats a symbol", Measured::entropyMillerMadow)
            .series("data", ends(), new double[] {entropy, entropy}),
        "Entropy: a sampler far below the data has lost variety, one far above makes noise.");
    report.section("What was learned");
    for (int m : settings.steps()) {
      learned(report, m);
    }
    report.section("Cost").paragraph(findings.costText()).table(findings.cost(settings.steps()));
    report.section("Samples side by side");
    for (int m : settings.steps()) {
      samples(report, m);
    }
    report.section("How to make and use it").code("sh", command(uri));
    report.section("Notes").paragraph(bullets(notes()));
    return report;
  }

  private static String bullets(List<String> lines) {
    return "- " + String.join("\n- ", lines);
  }

  private String caption() {
    return Text.of(
        "Mean ± standard deviation over the seeds %s, %d samples of length %d each. Entropy of the"
            + " data: %.4f nats%s. Of the samples it is too small where they are few; `of the law`"
            + " adds Miller and Madow's correction, and is what the guard looks at. `student` is the"
            + " published sampler, `constant` the best single exponent on the fit seed, `paper` scoreL2 as published (mode scale, relaxation"
            + " %.0f%%), `objective.*` every objective that was fitted. `lookahead` and `direct`"
            + " are objectives of this project, not of the paper.",
        settings.config().get(LsdKeys.SEEDS),
        settings.config().get(LsdKeys.SAMPLES),
        teacher.source().length(),
        teacher.reference().entropy(),
        teacher
            .reference()
            .metric()
            .map(m -> Text.of("; %s of real data: %.4f", teacher.meter().mainMetric(), m))
            .orElse(""),
        100 * settings.config().get(LsdKeys.RELAXATION));
  }

  private Table table() {
    boolean sequences = teacher.meter().countsSequences();
    List<String> headers =
        new ArrayList<>(List.of("sampler", "steps", "nfe", teacher.meter().mainMetric()));
    if (sequences) {
      headers.add("sequenceError");
    }
    headers.addAll(List.of("entropy", "of the law"));
    if (teacher.meter().isRatio()) {
      headers.add("bigramTv");
    }
    headers.addAll(List.of("masks left", "clipped"));
    Table table = Table.of(headers.toArray(String[]::new));
    for (Entry<Row, Measured> entry : findings.board().entries()) {
      Measured pooled = Measured.concatenate(entry.seeds());
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  entry.row().toString(),
                  entry.steps(),
                  pooled.evaluations(),
                  entry.spread(teacher.meter()::of)));
      if (sequences) {
        cells.add(entry.spread(Measured::anyError));
      }
      cells.add(entry.spread(Measured::entropy));
      cells.add(entry.spread(Measured::entropyMillerMadow));
      if (teacher.meter().isRatio()) { // else it is the main metric already
        cells.add(entry.spread(m -> m.bigramTv(teacher.reference().bigramLaw())));
      }
      cells.add(
          Table.number(100 * pooled.leftMasked() / pooled.samples() / teacher.source().length(), 3)
              + " %");
      cells.add((long) pooled.clipped());
      table.row(cells.toArray());
    }
    return table;
  }

  private double[] ends() {
    List<Integer> steps = settings.plainSteps();
    return new double[] {steps.get(0), steps.get(steps.size() - 1)};
  }

  private LinePlot plot(String title, String label, ToDoubleFunction<Measured> metric) {
    LinePlot plot = LinePlot.of(title, "steps", label).logX();
    for (Row row : PLOTTED) {
      findings.board().plot(plot, row, metric);
    }
    return plot;
  }

  private void learned(Report report, int m) {
    LsdFindings.Learned learned = findings.learned().get(m);
    LsdSchedule student = learned.student();
    report.paragraph(
        Text.of(
            "M = %d: published is `%s` (coefficient mode `%s`); the constant control has exponent"
                + " %s.",
            m,
            student.objective(),
            student.coefficients().mode().label(),
            Table.number(learned.exponent(), 4)));
    LinePlot phi = LinePlot.of("Coefficients, M = " + m, "step k", "phi_k");
    double[] k = new double[m];
    for (int j = 0; j < m; j++) {
      k[j] = j;
    }
    learned
        .fits()
        .forEach(
            (objective, fitted) -> {
              String name = objective == Objective.SCORE_L2 ? "paper" : objective.toString();
              phi.series(name, k, fitted.coefficients().phi());
            });
    report.plot("phi-m" + m, phi, "Learned coefficients for M = " + m + " by objective.");
    LinePlot times = LinePlot.of("Times, M = " + m, "step k", "t_k");
    double[] kAndEnd = new double[m + 1];
    for (int j = 0; j <= m; j++) {
      kAndEnd[j] = j;
    }
    times.series("uniform", kAndEnd, settings.uniformTimes(m));
    times.series("jys", kAndEnd, learned.jumps());
    times.series("student", kAndEnd, student.times());
    report.plot("times-m" + m, times, "Times of the steps for M = " + m + ".");
  }

  private void samples(Report report, int m) {
    GridSampler euler = GridSampler.plain(new Euler(), settings.uniformTimes(m));
    List<String> lines = new ArrayList<>();
    lines.add("Euler, " + m + " steps");
    texts(euler).forEach(text -> lines.add("  " + text));
    lines.add("student, " + m + " steps");
    texts(findings.learned().get(m).student().sampler("student"))
        .forEach(text -> lines.add("  " + text));
    lines.add("real");
    teacher.realSamples().stream()
        .limit(SHOWN)
        .forEach(tokens -> lines.add("  " + teacher.text(tokens, 0, tokens.length)));
    report.code("", String.join("\n", lines));
  }

  /** The first sequences under the first evaluation seed. */
  private List<String> texts(DiscreteSampler sampler) {
    long seed = settings.config().get(LsdKeys.SEEDS).get(0);
    int length = teacher.source().length();
    try (DiscreteModel opened = teacher.source().open()) {
      int[] tokens = sampler.sample(opened, seed, new Batches(SHOWN, SHOWN).ids(0)).tokens();
      return IntStream.range(0, SHOWN)
          .mapToObj(b -> teacher.text(tokens, b * length, length))
          .toList();
    }
  }

  private String command(String uri) {
    double smoothing = settings.config().get(LsdKeys.SMOOTHING); // is part of the model
    return Text.of(
        "%s\n"
            + "accelerant sample --set sample.model=%s%s --set sample.sampler=%s --set"
            + " sample.steps=%d --set run.output=samples",
        ModelCard.command("lsd", settings.config()),
        settings.config().get(LsdKeys.TEACHER),
        smoothing > 0 ? " --set sample.smoothing=" + smoothing : "",
        uri,
        settings.steps().get(0));
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        Text.of(
            "The fit uses seed %d, the evaluation the seeds %s; the control and the objective are"
                + " chosen on the fit seed by one rule: the smallest %s whose entropy is within"
                + " %.0f%% of the data's.",
            settings.seed(),
            settings.config().get(LsdKeys.SEEDS),
            teacher.meter().mainMetric(),
            100 * settings.config().get(LsdKeys.ENTROPY_GUARD)));
    if (settings.graph() == DiffusionGraph.ABSORB) {
      notes.add(
          "On the absorbing graph with loglinear noise and exact scores Euler and Tweedie are the"
              + " same sampler: all of their error is parallel decoding. firstHitting decodes one"
              + " symbol an evaluation and is exact.");
      notes.add(
          "Mode scale cannot favour a symbol or a position, it only delays: `masks left` shows how"
              + " many positions it leaves to the final denoising.");
    }
    notes.add(
        "A learned vector belongs to one number of steps and one model; the loader refuses"
            + " others.");
    return notes;
  }

  ModelCard card(Run run) {
    return run.card(
        Text.of("Sampler with %s steps for %s", settings.steps(), teacher.model().description()),
        "Coefficients and times for a few-step sampler of a discrete diffusion model, learned by"
            + " LSD. `sampler.json` holds the schedule of the first number of steps and all of them"
            + " under `schedules`; `report.md` holds what was measured.\n\n"
            + bullets(verdicts.values().stream().flatMap(List::stream).toList()),
        Text.of(
            "import sys; sys.path.insert(0, \"python\")\n"
                + "import load\n\n"
                + "sampler = load.load(steps=%d)  # times, phi; load.step(sampler, k, x, scores)"
                + " applies one step",
            settings.steps().get(0)),
        "Apache-2.0 (the sampler; the teacher's data has its own licence)");
  }
}
