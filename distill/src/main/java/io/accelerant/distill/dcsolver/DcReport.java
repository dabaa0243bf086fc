package io.accelerant.distill.dcsolver;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedContinuousModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What people read in the artifact: report with tables and plots, model card. */
final class DcReport {
  private static final int DIGITS = 3;

  private final JobContext context;
  private final JobConfig config;
  private final DcSettings settings;
  private final OpenedContinuousModel model;
  private final ReferenceSolution reference;
  private final DcFindings findings;
  private final Map<Double, byte[]> pictures;

  /**
   * @param pictures by guidance, see {@link DcPictures}; empty where x is no image
   */
  DcReport(
      JobContext context,
      JobConfig config,
      DcSettings settings,
      OpenedContinuousModel model,
      ReferenceSolution reference,
      DcFindings findings,
      Map<Double, byte[]> pictures) {
    this.context = context;
    this.config = config;
    this.settings = settings;
    this.model = model;
    this.reference = reference;
    this.findings = findings;
    this.pictures = pictures;
  }

  /** File names to contents. */
  Map<String, byte[]> files(String uri) {
    return report(uri).files();
  }

  private Report report(String uri) {
    Report report = Report.titled("DC-Solver for " + model.description(), context.progress()::say);
    report.section("Verdict").paragraph(bullets(verdicts()));
    report.section("All samplers").paragraph(caption());
    for (double guidance : settings.guidances()) {
      report.paragraph("Guidance " + Text.plain(guidance) + ":").table(table(guidance));
      report.plot(
          "error-cfg" + Text.plain(guidance),
          errorPlot(guidance),
          Text.of(
              "Error at the end against the number of evaluations, guidance %s; lower is better.",
              Text.plain(guidance)));
      if (pictures.containsKey(guidance)) {
        report.picture(
            "samples-cfg" + Text.plain(guidance),
            pictures.get(guidance),
            Text.of(
                DcPictures.CAPTION,
                DcPictures.fewest(findings, guidance).nfe(),
                Text.plain(guidance)));
      }
    }
    report.section("What was learned").table(ratios());
    for (double guidance : settings.guidances()) {
      report.plot(
          "ratios-cfg" + Text.plain(guidance),
          ratioPlot(guidance),
          Text.of(
              "Fitted ratios by step, guidance %s; 1 is the plain solver.", Text.plain(guidance)));
    }
    report.section("Ratios of other settings (CPR)").paragraph(bullets(polynomial()));
    report.section("Cost").paragraph(bullets(cost()));
    report.section("How to make and use it").code("sh", command(uri));
    return report;
  }

  private static String bullets(List<String> lines) {
    return "- " + String.join("\n- ", lines);
  }

  private static String number(double value) {
    return Table.number(value, DIGITS);
  }

  private String caption() {
    return Text.of(
        "Mean squared error of the end state to the truth, over %d held-out rows of noise and all"
            + " dimensions; %s, %s spacing. Truth: %s with %d steps, states exactly at the"
            + " student's times. `before` is %s; `after` is what is published (%s); `fitted` the"
            + " ratios of the fit whether kept or not; `only last` a fit of the last ratio alone,"
            + " `all but last` the fit with its last ratio put back to 1, `static` 1.1 throughout."
            + " Other solvers in their usual form: orders fall at the end, but for DEIS and iPNDM;"
            + " `ddim, dual` is DDIM with DualFast, c = 0.5, held against the first output.%s%s",
        findings.settings().get(0).errors(Arm.BEFORE).length,
        settings.solver().schedule().label(),
        settings.solver().spacing().label(),
        reference.method().label(),
        reference.steps(),
        settings.solver().solver().describe(),
        settings.guard()
            ? "the fit where it lowers the error at the end on its own rows, else the plain"
                + " solver"
            : "the fit, without a guard",
        settings.noiseSets() > 1
            ? Text.of(
                " `sets` is mean ± standard deviation of `after` over %d fits on different noise.",
                settings.noiseSets())
            : "",
        findings.settings().stream().anyMatch(s -> s.extra().containsKey(Solver.DPM_V3))
            ? " `dpm-v3` corrects, with pseudo-order, at times rounded to the grid of its statistics."
            : "");
  }

  private Table table(double guidance) {
    boolean polynomial = findings.settings().get(0).extra().containsKey(DcFindings.CPR);
    List<String> headers =
        new ArrayList<>(
            List.of(
                "before",
                "after",
                "after / before",
                "kept",
                "fitted",
                "only last",
                "all but last",
                "static"));
    List<String> others = findings.of(guidance).get(0).baselines();
    headers.addAll(
        0,
        List.of("ddim", "2M", "3M", "ddim, dual", "deis-3", "ipndm-3").subList(0, others.size()));
    headers.add(0, "NFE");
    boolean spread = settings.noiseSets() > 1;
    if (spread) {
      headers.add("sets");
    }
    if (polynomial) {
      headers.addAll(List.of("CPR", "CPR, unseen"));
    }
    boolean imported = findings.settings().get(0).extra().containsKey(DcFindings.IMPORTED);
    if (imported) {
      headers.add("CPR, imported");
    }
    boolean statistics = findings.of(guidance).get(0).extra().containsKey(Solver.DPM_V3);
    if (statistics) {
      headers.add(Solver.DPM_V3);
    }
    Table table = Table.of(headers.toArray(String[]::new)).significant(DIGITS);
    for (Setting s : findings.of(guidance)) {
      List<Object> row = new ArrayList<>();
      row.add(s.nfe());
      others.forEach(arm -> row.add(s.mse(arm)));
      row.addAll(
          List.of(
              s.mse(Arm.BEFORE),
              s.mseAfter(),
              s.mseAfter() / s.mse(Arm.BEFORE),
              s.kept() ? "yes" : "no",
              s.mse(Arm.FITTED),
              s.mse(Arm.ONLY_LAST),
              s.mse(Arm.ALL_BUT_LAST),
              s.mse(Arm.STATIC)));
      if (spread) {
        row.add(s.overSets());
      }
      if (polynomial) {
        row.add(s.mse(DcFindings.CPR));
        row.add(
            s.extra().containsKey(DcFindings.CPR_HELD_OUT)
                ? s.mse(DcFindings.CPR_HELD_OUT)
                : Double.NaN);
      }
      if (imported) {
        row.add(s.mse(DcFindings.IMPORTED));
      }
      if (statistics) {
        row.add(s.mse(Solver.DPM_V3));
      }
      table.row(row.toArray());
    }
    return table;
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (Setting s : findings.settings()) {
      double before = s.mse(Arm.BEFORE);
      double[] difference = s.difference();
      String head = Text.of("NFE %d, guidance %s: ", s.nfe(), Text.plain(s.guidance()));
      if (!s.kept()) {
        lines.add(
            head
                + Text.of(
                    "the guard dropped the fit, which raised the error at the end on its own rows"
                        + " from %s to %s (held-out: %s to %s); the plain solver is published.",
                    number(s.published().fitBefore()),
                    number(s.published().fitAfter()),
                    number(before),
                    number(s.mse(Arm.FITTED))));
        continue;
      }
      String interval =
          Text.of(
              "difference %s, 95%% interval [%s, %s], paired by row",
              number(difference[0]), number(difference[1]), number(difference[2]));
      String outcome =
          difference[2] < 0
              ? "beats the plain solver"
              : difference[1] > 0
                  ? "is WORSE than the plain solver"
                  : "is not told apart from the plain solver";
      lines.add(
          head
              + Text.of(
                  "%s, %s of its error (%s; %s against %s). %s %s",
                  outcome,
                  number(s.mseAfter() / before),
                  interval,
                  number(s.mseAfter()),
                  number(before),
                  control(s),
                  ordering(s, settings.solver().solver().name().equals(Solver.UNIPC))));
    }
    return lines;
  }

  /** How much of it the last ratio alone does; the median row tells whether few rows decide. */
  private static String control(Setting s) {
    double share = s.mseAfter() / s.mse(Arm.ONLY_LAST);
    return Text.of(
        "The full fit leaves %s of the error of the last ratio alone (%s of its median row)%s.",
        number(share),
        number(s.medianToOnlyLast()),
        share < 1 ? "" : ", which does as well or better");
  }

  private static String ordering(Setting s, boolean isUniPc) {
    double best = s.baselines().stream().mapToDouble(s::mse).min().orElse(Double.POSITIVE_INFINITY);
    String other =
        s.baselines().stream().filter(arm -> s.mse(arm) == best).findFirst().orElseThrow();
    String found = Text.of("The best other solver is %s with %s.", other, number(best));
    if (!isUniPc) {
      return found;
    }
    boolean holds =
        s.mseAfter() < s.mse(Arm.BEFORE)
            && s.mse(Arm.BEFORE) < s.mse(Solver.DPMPP_2M)
            && s.mse(Solver.DPMPP_2M) < s.mse(Solver.DDIM);
    return Text.of(
        "The order after < before < 2M < DDIM %s. %s", holds ? "holds" : "does not hold", found);
  }

  private LinePlot errorPlot(double guidance) {
    List<Setting> own = findings.of(guidance);
    LinePlot plot =
        LinePlot.of(
            "Error against NFE, guidance " + Text.plain(guidance),
            "evaluations (NFE)",
            "log10 of the mean squared error");
    double[] nfe = own.stream().mapToDouble(Setting::nfe).toArray();
    for (String arm : own.get(0).baselines()) {
      plot.series(arm, nfe, own.stream().mapToDouble(s -> log10(s.mse(arm))).toArray());
    }
    plot.series(
        "before: " + settings.solver().solver().describe(),
        nfe,
        own.stream().mapToDouble(s -> log10(s.mse(Arm.BEFORE))).toArray());
    plot.series(
        "last ratio alone",
        nfe,
        own.stream().mapToDouble(s -> log10(s.mse(Arm.ONLY_LAST))).toArray());
    plot.series("DC-Solver", nfe, own.stream().mapToDouble(s -> log10(s.mseAfter())).toArray());
    return plot;
  }

  private static double log10(double value) {
    return StrictMath.log10(value);
  }

  private LinePlot ratioPlot(double guidance) {
    LinePlot plot = LinePlot.of("Ratios, guidance " + Text.plain(guidance), "step / NFE", "ratio");
    for (Setting s : findings.of(guidance)) {
      double[] at = new double[s.nfe()];
      for (int i = 0; i < at.length; i++) {
        at[i] = (i + 1.0) / s.nfe();
      }
      plot.series("NFE " + s.nfe(), at, s.published().ratios());
    }
    return plot;
  }

  private Table ratios() {
    Table table = Table.of("setting", "published", "ratios of the fit");
    for (Setting s : findings.settings()) {
      StringBuilder text = new StringBuilder();
      for (double ratio : s.published().ratios()) {
        text.append(text.isEmpty() ? "" : ", ").append(Table.number(ratio, 4));
      }
      table.row(s.key(), s.kept() ? "yes" : "no", text.toString());
    }
    return table;
  }

  private List<String> polynomial() {
    RatioPrediction prediction = findings.prediction();
    if (prediction.fit().isEmpty()) {
      return List.of("None: " + prediction.why() + ".");
    }
    CascadePolynomial.Fit fit = prediction.fit().get();
    List<String> lines = new ArrayList<>();
    lines.add(
        Text.of(
            "36 coefficients by least squares: rank %d, condition %s, in-sample error of a ratio %s"
                + " (root mean square).",
            fit.rank(), number(fit.condition()), number(fit.rmse())));
    if (fit.rank() < CascadePolynomial.SIZE) {
      lines.add(
          "The settings leave directions open (rank below 36): the smallest coefficients are taken,"
              + " and far from the fitted settings the polynomial says little. More numbers of"
              + " steps or guidances would close them.");
    }
    prediction
        .outOfSample()
        .forEach(
            (g, rmse) ->
                lines.add(
                    Text.of(
                        "Fitted without guidance %s, its ratios are missed by %s.",
                        Text.plain(g), number(rmse))));
    if (prediction.outOfSample().isEmpty()) {
      lines.add("Leaving a guidance out needs at least four of them.");
    }
    lines.add("`cpr.npy` holds the 36 numbers in the layout of the released file.");
    return lines;
  }

  private List<String> cost() {
    double calls = findings.settings().stream().mapToDouble(s -> s.published().modelCalls()).sum();
    double rows = (double) settings.noiseSets();
    return List.of(
        "Sampling: as many model calls as the plain solver; the ratios cost nothing.",
        Text.of(
            "Fitting the published ratios took %,d model calls of one noise set over %d settings"
                + " (%s); %s such sets were fitted.",
            (long) calls,
            findings.settings().size(),
            settings.search() instanceof RatioSearch.AdamW a
                ? Text.of("AdamW, %d iterations", a.iterations())
                : "exact one-dimensional search",
            Table.number(rows, 1)));
  }

  private String command(String uri) {
    Setting first = findings.settings().get(0);
    return ModelCard.command("dc-solver", config)
        + Text.of(
            "\n\n"
                + "accelerant sample --set sample.model=%s --set sample.sampler=%s --set"
                + " sample.steps=%d --set sample.guidance=%s%s --set run.output=out/samples",
            config.get(DcSolverKeys.MODEL),
            uri,
            first.nfe(),
            Text.plain(first.guidance()),
            Models.CONTINUOUS.asSets(config));
  }

  ModelCard card(Run run) {
    return run.card(
        "DC-Solver ratios for " + model.description(),
        Text.of(
            "`sampler.json`: %s on %s, %s spacing, with compensation ratios for %s. They belong to"
                + " this model (sha256 `%s`) and to no other. Measured:\n\n"
                + "%s",
            settings.solver().solver().describe(),
            settings.solver().schedule().label(),
            settings.solver().spacing().label(),
            findings.ratios().keySet(),
            model.source().modelHash(),
            bullets(verdicts())),
        Text.of(
            "import sys; sys.path.insert(0, \"python\")\n"
                + "import load\n\n"
                + "x = load.sample(noise, eps, nfe=%d, guidance=%s)  # eps(x, t) -> guided noise"
                + " prediction",
            findings.settings().get(0).nfe(), Text.plain(findings.settings().get(0).guidance())),
        "Apache-2.0; the model keeps its own");
  }
}
