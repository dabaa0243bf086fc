package io.accelerant.distill.search;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedContinuousModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What people read in the artifact: report with tables and plots, model card. */
final class SearchReport {
  private static final int DIGITS = 3;

  private final JobContext context;
  private final JobConfig config;
  private final SearchSettings settings;
  private final OpenedContinuousModel model;
  private final ReferenceSolution reference;
  private final SearchSampler sampler;
  private final List<Searched> found;
  private final SearchStages stages;

  SearchReport(
      JobContext context,
      JobConfig config,
      SearchSettings settings,
      OpenedContinuousModel model,
      ReferenceSolution reference,
      SearchSampler sampler,
      List<Searched> found,
      SearchStages stages) {
    this.context = context;
    this.config = config;
    this.settings = settings;
    this.model = model;
    this.reference = reference;
    this.sampler = sampler;
    this.found = found;
    this.stages = stages;
  }

  /** File names to contents. */
  Map<String, byte[]> files(String uri) {
    Report report =
        Report.titled("A searched sampler for " + model.description(), context.progress()::say);
    report.section("Verdict").paragraph(bullets(verdicts()));
    for (Searched s : found) {
      report.section(s.nfe() + " evaluations").paragraph(caption(s)).table(table(s));
      report.plot(
          "search-nfe" + s.nfe(),
          plot(s),
          "The lowest error on the fit noise so far, mean of log10 over the seeds; the first"
              + " generation is the same for all.");
      report.paragraph("The published schedule:").table(schedule(s));
    }
    report.section("Cost").paragraph(bullets(cost()));
    report.section("How to make and use it").code("sh", command(uri));
    return report.files();
  }

  private static String bullets(List<String> lines) {
    return "- " + String.join("\n- ", lines);
  }

  private static String number(double value) {
    return Table.number(value, DIGITS);
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (Searched s : found) {
      for (String control : Searched.CONTROLS) {
        PairedDifference d = s.against(control);
        String outcome =
            d.high() < 0 ? "beats" : d.low() > 0 ? "is WORSE than" : "is not told apart from";
        lines.add(
            Text.of(
                "NFE %d: the searched schedule %s %s: %s against %s, %s of its error (difference"
                    + " %s, 95%% interval [%s, %s], paired by held-out row).",
                s.nfe(),
                outcome,
                what(s, control),
                number(s.mse(Searched.SEARCH)),
                number(s.mse(control)),
                number(s.mse(Searched.SEARCH) / s.mse(control)),
                number(d.value()),
                number(d.low()),
                number(d.high())));
      }
      lines.add(overSeeds(s));
    }
    return lines;
  }

  private String overSeeds(Searched s) {
    return Text.of(
        "NFE %d, best of each seed on held-out noise: %s.",
        s.nfe(),
        s.arms().stream()
            .map(
                arm ->
                    Text.of(
                        "%s %s ± %s",
                        arm(arm), number(s.overSeeds(arm).mean()), number(s.overSeeds(arm).sd())))
            .collect(Collectors.joining(", ")));
  }

  private static String arm(String arm) {
    return switch (arm) {
      case SearchSettings.NONE -> "evolution";
      case SearchSettings.RANKED -> "evolution with ranking";
      default -> "random search";
    };
  }

  private static String what(Searched s, String control) {
    return switch (control) {
      case Searched.UNIFORM ->
          "the best plain solver ("
              + s.uniform().get(Searched.lowest(s.uniformErrors())).describe()
              + ")";
      case Searched.DC_SOLVER ->
          Text.of(
              "DC-Solver (%s%s)",
              s.dc().describe(),
              Arrays.stream(s.dc().ratios()).allMatch(r -> r == 1)
                  ? ", its ratios dropped by the guard"
                  : "");
      default -> "random search of as many candidates";
    };
  }

  private String caption(Searched s) {
    return Text.of(
        "Mean squared error of the end state to the truth (%s, %d steps) over %d held-out rows and"
            + " all dimensions; %s, guidance %s. Everything was chosen on %d other rows: each plain"
            + " solver's order, form and spacing among %d, the solver, spacing and ratios of"
            + " DC-Solver (fitted to %d rows), the best candidate of a search.",
        reference.method().label(),
        reference.steps(),
        s.rows(Searched.SEARCH).length,
        settings.solver().schedule().label(),
        Text.plain(settings.guidance()),
        stages.fitRows(),
        s.uniform().size(),
        Math.min(settings.dcRows(), stages.fitRows()));
  }

  private Table table(Searched s) {
    Table table = Table.of("sampler", "chosen", "held-out error", "per seed").significant(DIGITS);
    Map<String, String> chosen = new LinkedHashMap<>();
    chosen.put(Searched.SEARCH, arm(Searched.published(s.found()).arm()));
    chosen.put(Searched.DC_SOLVER, s.dc().describe());
    for (String name : s.named()) {
      if (!name.contains(".seed") && !name.equals(Searched.UNIFORM)) {
        String arm = name.equals(Searched.SEARCH) ? Searched.published(s.found()).arm() : name;
        boolean seeds = s.arms().contains(arm);
        String how =
            chosen.containsKey(name) ? chosen.get(name) : seeds ? "the best seed" : plain(s, name);
        table.row(
            name(name), how, s.mse(name), seeds ? (Object) s.overSeeds(arm) : (Object) Double.NaN);
      }
    }
    return table;
  }

  private static String name(String name) {
    return switch (name) {
      case Searched.SEARCH -> "searched";
      case Evolution.RANDOM -> "random search";
      case Searched.DC_SOLVER -> "DC-Solver";
      default -> name;
    };
  }

  /** The form and spacing that a plain solver took, the best on the fit noise. */
  private static String plain(Searched s, String solver) {
    int best = -1;
    for (int i = 0; i < s.uniform().size(); i++) {
      if (s.uniform().get(i).solver().name().equals(solver)
          && (best < 0 || s.uniformErrors()[i] < s.uniformErrors()[best])) {
        best = i;
      }
    }
    return s.uniform().get(best).describe();
  }

  private LinePlot plot(Searched s) {
    LinePlot plot =
        LinePlot.of(
            "Search at " + s.nfe() + " evaluations",
            "generation of " + settings.population() + " candidates",
            "log10 of the error on the fit noise");
    int generations = settings.generations();
    double[] x = new double[generations];
    Arrays.setAll(x, g -> g + 1);
    for (String arm : s.arms()) {
      List<Evolution.Found> own = Searched.of(s.found(), arm);
      double[] y = new double[generations];
      for (Evolution.Found f : own) {
        double[] curve = f.curve(generations);
        for (int g = 0; g < generations; g++) {
          y[g] += StrictMath.log10(curve[g]) / own.size();
        }
      }
      plot.series(arm(arm), x, y);
    }
    double[] best = new double[generations];
    Arrays.fill(best, StrictMath.log10(s.uniformErrors()[Searched.lowest(s.uniformErrors())]));
    return plot.series("best plain solver", x, best);
  }

  private Table schedule(Searched s) {
    Table table =
        Table.of(
            "step",
            "from t",
            "to t",
            "share of log-SNR",
            "expands",
            "order",
            "relaxation",
            "corrector");
    double[] times = sampler.samplers().get(s.nfe()).schedule().times();
    List<Gene> genes = s.best().genome().genes();
    for (int i = 0; i < genes.size(); i++) {
      Gene gene = genes.get(i);
      boolean analytic = i == 0 && s.best().genome().analytic();
      table.row(
          i + 1,
          times[i],
          times[i + 1],
          gene.u(),
          gene.expanded().label() + (analytic ? ", x itself at its start" : ""),
          gene.order() + (gene.pseudo() ? " pseudo" : ""),
          gene.relaxation().describe(),
          gene.correction().label());
    }
    return table;
  }

  private List<String> cost() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Sampling: exactly as many network evaluations as the number says; the choices cost"
            + " nothing.");
    for (Searched s : found) {
      long each = (long) s.nfe() * stages.fitRows();
      lines.add(
          Text.of(
              "NFE %d: every search, with or without ranking or random, evaluated %,d candidates a"
                  + " seed, %,d network evaluations%s; the plain solvers %,d.",
              s.nfe(),
              s.candidates(Evolution.RANDOM),
              s.candidates(Evolution.RANDOM) * each,
              settings.guidance() == 1 ? "" : ", two calls each",
              s.uniform().size() * each));
      double accuracy = s.accuracy(SearchSettings.RANKED);
      if (!Double.isNaN(accuracy)) {
        lines.add(
            Text.of(
                "The ranking ordered %s of the pairs of a generation right that it had not seen"
                    + " (chance: 0.5), among children that it had itself chosen.",
                number(accuracy)));
      }
    }
    return lines;
  }

  private String command(String uri) {
    return ModelCard.command("search-solver", config)
        + Text.of(
            "\n\naccelerant sample --set sample.model=%s --set sample.sampler=%s --set"
                + " sample.steps=%d --set run.output=out/samples%s",
            config.get(SearchKeys.MODEL),
            uri,
            found.get(0).nfe(),
            Models.CONTINUOUS.asSets(config));
  }

  ModelCard card(Run run) {
    return run.card(
        "A searched sampler for " + model.description(),
        Text.of(
            "`sampler.json`: for %s network evaluations at guidance %s a schedule of which every"
                + " step has its own time, expansion, order, relaxation and corrector. It belongs"
                + " to this model (sha256 `%s`) and to no other. Table `%s`: every candidate"
                + " that was evaluated. Measured:\n\n%s",
            sampler.samplers().keySet(),
            Text.plain(settings.guidance()),
            model.source().modelHash(),
            PopulationTable.NAME,
            bullets(verdicts())),
        Text.of(
            "import sys; sys.path.insert(0, \"python\")\n"
                + "import load\n\n"
                + "x = load.sample(noise, eps, nfe=%d, guidance=%s)  # eps(x, t) -> guided noise"
                + " prediction",
            found.get(0).nfe(), Text.plain(settings.guidance())),
        "Apache-2.0; the model keeps its own");
  }
}
