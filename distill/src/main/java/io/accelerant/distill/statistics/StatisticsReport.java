package io.accelerant.distill.statistics;

import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.model.OpenedContinuousModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What people read in the artifact. */
final class StatisticsReport {
  private static final int DIGITS = 3;

  private final Run run;
  private final StatisticsSettings settings;
  private final OpenedContinuousModel model;
  private final ReferenceSolution reference;
  private final StatisticsFindings findings;
  private final String data;

  /**
   * @param data what was noised, in words
   */
  StatisticsReport(
      Run run,
      StatisticsSettings settings,
      OpenedContinuousModel model,
      ReferenceSolution reference,
      StatisticsFindings findings,
      String data) {
    this.run = run;
    this.settings = settings;
    this.model = model;
    this.reference = reference;
    this.findings = findings;
    this.data = data;
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled("Statistics of " + model.description(), run.context().progress()::say);
    report.section("Verdict").paragraph("- " + String.join("\n- ", verdicts()));
    report.section("One step").paragraph(oneStepCaption()).table(oneStep());
    report.section("Whole trajectories").paragraph(endCaption()).table(ends());
    report.plot(
        "error",
        errorPlot(),
        "Error at the end against the number of evaluations; lower is better.");
    report.section("The statistics").paragraph(how());
    ModelStatistics s = findings.statistics();
    plot(report, "l", s::l, "l: 1 is data prediction, 0 noise prediction.");
    plot(report, "s", s::s, "s: 0 is data prediction, -1 noise prediction.");
    plot(report, "b", s::b, "b: 0 is either.");
    report.section("How to make and use it").code("sh", command());
    return report.files();
  }

  private static String number(double value) {
    return Table.number(value, DIGITS);
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (StatisticsFindings.Verdict v : findings.verdicts()) {
      lines.add(
          Text.of(
              "%s: dpm-v3 %s, %s against %s, ratio %s; difference %s, 95%% interval [%s, %s], paired"
                  + " by row.",
              v.name(),
              v.outcome(),
              number(v.own()),
              number(v.other()),
              number(v.own() / v.other()),
              number(v.difference().value()),
              number(v.difference().low()),
              number(v.difference().high())));
    }
    return lines;
  }

  private String truth() {
    return Text.of(
        "%d held-out rows of noise; truth: %s with %d steps",
        settings.heldOut(), reference.method().label(), reference.steps());
  }

  private String oneStepCaption() {
    return Text.of(
        "Mean squared error of one step from a true state with a true history, averaged over the"
            + " steps of a trajectory of %d (%s spacing) and all dimensions; %s. Data and noise"
            + " prediction are the same update with l = 1, s = 0 and l = 0, s = -1; at order 1 both"
            + " are DDIM.",
        settings.controlSteps(), settings.solver().spacing().label(), truth());
  }

  private Table oneStep() {
    Table table = Table.of("order", "dpm-v3", "data", "noise").significant(DIGITS);
    for (int p = 1; p <= settings.solver().solver().order(); p++) {
      table.row(
          p,
          findings.mse(Control.step(p, Control.V3)),
          findings.mse(Control.step(p, Control.DATA)),
          findings.mse(Control.step(p, Control.NOISE)));
    }
    return table;
  }

  private String endCaption() {
    return Text.of(
        "Mean squared error at the end; %s, %s spacing, %s. The times of dpm-v3 are rounded to the"
            + " grid, those of others are not; orders fall at the end for all. `dpm-v3` is %s with"
            + " pseudo-order in the corrector, `predictor` the same without it.",
        settings.solver().schedule().label(),
        settings.solver().spacing().label(),
        truth(),
        settings.solver().solver().describe());
  }

  private List<String> solvers() {
    List<String> names = new ArrayList<>();
    Control.others(settings.solver().solver().order()).forEach(s -> names.add(Control.name(s)));
    names.add(Control.PREDICTOR);
    names.add(Control.V3);
    return names;
  }

  private Table ends() {
    List<String> headers = new ArrayList<>(List.of("NFE"));
    headers.addAll(solvers());
    Table table = Table.of(headers.toArray(String[]::new)).significant(DIGITS);
    for (int nfe : settings.nfes()) {
      List<Object> row = new ArrayList<>(List.of(nfe));
      solvers().forEach(name -> row.add(findings.mse(Control.end(nfe, name))));
      table.row(row.toArray());
    }
    return table;
  }

  private LinePlot errorPlot() {
    LinePlot plot =
        LinePlot.of("Error against NFE", "evaluations (NFE)", "log10 of the mean squared error");
    double[] nfe = settings.nfes().stream().sorted().mapToDouble(Integer::doubleValue).toArray();
    for (String name : solvers()) {
      double[] y = new double[nfe.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = Math.log10(findings.mse(Control.end((int) nfe[i], name)));
      }
      plot.series(name, nfe, y);
    }
    return plot;
  }

  private String how() {
    return Text.of(
        "%,d samples at %d grid points, uniform in lambda; noised: %s, the same rows, noise and"
            + " random signs at every point. Derivatives of the network are central differences of"
            + " step %s in sigma and in lambda, in %s.",
        settings.samples(), settings.points(), data, number(settings.step()), precision(model));
  }

  static String precision(OpenedContinuousModel model) {
    return model.source().roundingUnit() < 1e-10 ? "float64" : "float32";
  }

  private void plot(Report report, String name, IntFunction<double[]> rows, String caption) {
    ModelStatistics s = findings.statistics();
    double[] lambda = new double[s.points()];
    double[][] values = new double[s.points()][];
    for (int k = 0; k < lambda.length; k++) {
      lambda[k] = Math.rint(100 * s.lambda(k)) / 100; // short ticks
      values[k] = rows.apply(k);
    }
    LinePlot plot =
        LinePlot.of(name + " over lambda", "lambda = ln(alpha/sigma)", name)
            .series("mean over dimensions", lambda, StatisticsFindings.mean(values))
            .series("5 %", lambda, StatisticsFindings.quantile(values, .05))
            .series("50 %", lambda, StatisticsFindings.quantile(values, .5))
            .series("95 %", lambda, StatisticsFindings.quantile(values, .95));
    report.plot(name, plot, caption + " Mean and quantiles over dimensions.");
  }

  private String command() {
    return ModelCard.command("model-statistics", run.config())
        + Text.of(
            "\n\naccelerant sample --set sample.model=%s --set sample.solver=%s --set"
                + " sample.statistics=%s --set sample.schedule=%s --set sample.spacing=%s --set"
                + " sample.guidance=%s --set sample.steps=%d --set run.output=out/samples",
            run.config().get(ModelStatisticsKeys.MODEL),
            Solver.DPM_V3,
            run.uri(),
            settings.solver().schedule().label(),
            settings.solver().spacing().label(),
            settings.guidance(),
            settings.nfes().get(0));
  }

  ModelCard card() {
    return run.card(
        "Statistics of " + model.description() + " for DPM-Solver-v3",
        Text.of(
            "`statistics.safetensors`: `l`, `s`, `b` [%d][%d] over `lambda` and `t`; `config.json` says of"
                + " which model (sha256 `%s`), schedule and guidance; they belong to no other."
                + " Measured:\n\n- %s",
            settings.points(),
            findings.statistics().size(),
            model.source().modelHash(),
            String.join("\n- ", verdicts())),
        Text.of(
            "import sys; sys.path.insert(0, \"python\")\nimport load\n\n"
                + "points = [round(i * %d / 6) for i in range(7)]  # log-snr, 6 steps\n"
                + "x = load.sample(noise, eps, points)  # eps(x, t) -> noise prediction",
            settings.points() - 1),
        "Apache-2.0; the model keeps its own");
  }
}
