package io.accelerant.distill.compare;

import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Spacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What people read in the artifact: report with tables and plots, model card. */
final class CompareReport {
  private static final int DIGITS = 3;

  private final Run run;
  private final CompareFindings findings;
  private final CompareSettings settings;
  private final String model;
  private final String truth;

  /**
   * @param model one line for people
   * @param truth how it was computed
   */
  CompareReport(Run run, CompareFindings findings, String model, String truth) {
    this.run = run;
    this.findings = findings;
    this.settings = findings.settings();
    this.model = model;
    this.truth = truth;
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled("Samplers of " + model, run.context().progress()::say)
            .section("Verdict")
            .paragraph(bullets(verdicts()))
            .section("The best of each family")
            .paragraph(caption())
            .table(best())
            .plot(
                "best",
                bestPlot(),
                "Error of the best of each family against the number of evaluations; lower is"
                    + " better.");
    report
        .section("All samplers: error at the end")
        .table(table(findings::error))
        .plot("plain", plainPlot(), "Plain solvers, each on its better spacing.");
    if (!settings.duals().isEmpty()) {
      report
          .section("What DualFast adds")
          .paragraph(
              "Each solver without it and with its best form, chosen as the best of a family is,"
                  + " beside `ipndm-2` on the same spacing.")
          .table(duals());
    }
    if (!settings.jumps().isEmpty()) {
      jumps(report);
    }
    distances(report);
    report
        .section("Wall clock: milliseconds a sample")
        .paragraph(
            Text.of(
                "The median of micro-batches of %d, as many at a time as there were cores.",
                settings.batch()))
        .table(table(Cell::milliseconds))
        .section("How to make it")
        .code("sh", ModelCard.command(CompareSolversJob.NAME, run.config()));
    return report.files();
  }

  private static String bullets(List<String> lines) {
    return "- " + String.join("\n- ", lines);
  }

  private String caption() {
    return Text.of(
        "Mean squared error of the end state to the fine trajectory (%s), over %d held-out rows of"
            + " noise and all dimensions; %s, guidance %s. The best of a family is chosen by its"
            + " error on %d other rows. Orders fall at the end, but for DEIS and iPNDM."
            + " `ipndm-2` is the Adams-Bashforth method of order 2, which DDIM with DualFast at"
            + " c = 0.5 on the previous output is too: its control.",
        truth,
        settings.count(),
        settings.base().schedule().label(),
        Table.number(settings.guidance(), DIGITS),
        settings.choice());
  }

  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (CompareFindings.Verdict v : findings.verdicts()) {
      String outcome =
          v.difference().high() < 0
              ? "beats"
              : v.difference().low() > 0 ? "is WORSE than" : "is not told apart from";
      lines.add(
          Text.of(
              "NFE %d, %s: %s %s %s, %s of its error (%s against %s; difference %s, 95%% interval"
                  + " [%s, %s], paired by row).",
              v.nfe(),
              v.name(),
              v.first().name(),
              outcome,
              v.second().name(),
              number(findings.error(v.first()) / findings.error(v.second())),
              number(findings.error(v.first())),
              number(findings.error(v.second())),
              number(v.difference().value()),
              number(v.difference().low()),
              number(v.difference().high())));
    }
    return lines.isEmpty()
        ? List.of("Only plain solvers were measured: there is nothing to hold against them.")
        : lines;
  }

  private static String number(double value) {
    return Table.number(value, DIGITS);
  }

  private Table best() {
    Table table = Table.of("NFE", "family", "best", "error", "of the best plain solver's");
    table.significant(DIGITS);
    for (int nfe : settings.nfes()) {
      double uniform = findings.error(findings.uniform(nfe));
      for (String family : findings.families()) {
        findings
            .best(nfe, family)
            .ifPresent(
                cell ->
                    table.row(
                        nfe,
                        family,
                        cell.name(),
                        findings.error(cell),
                        findings.error(cell) / uniform));
      }
    }
    return table;
  }

  /** A row for each sampler, a column for each number of evaluations. */
  private Table table(ToDoubleFunction<Cell> value) {
    List<String> headers = new ArrayList<>(List.of("sampler"));
    settings.nfes().forEach(nfe -> headers.add("NFE " + nfe));
    Table table = Table.of(headers.toArray(String[]::new)).significant(DIGITS);
    for (String name : names()) {
      List<Object> row = new ArrayList<>(List.of(name));
      settings
          .nfes()
          .forEach(
              nfe ->
                  row.add(
                      findings
                          .find(nfe, name)
                          .map(cell -> value.applyAsDouble(cell))
                          .orElse(Double.NaN)));
      table.row(row.toArray());
    }
    return table;
  }

  private List<String> names() {
    return settings.nfes().stream()
        .flatMap(nfe -> findings.cells().get(nfe).stream())
        .map(Cell::name)
        .distinct()
        .toList();
  }

  private double[] nfes() {
    return settings.nfes().stream().mapToDouble(Integer::doubleValue).toArray();
  }

  private LinePlot bestPlot() {
    LinePlot plot =
        LinePlot.of("The best of each family", "evaluations (NFE)", "log10 of the error");
    for (String family : findings.families()) {
      plot.series(family, nfes(), log10(nfe -> findings.best(nfe, family)));
    }
    return plot;
  }

  private LinePlot plainPlot() {
    LinePlot plot = LinePlot.of("Plain solvers", "evaluations (NFE)", "log10 of the error");
    for (String solver : settings.solvers().keySet()) {
      plot.series(solver, nfes(), log10(nfe -> betterSpacing(nfe, solver)));
    }
    return plot;
  }

  private Optional<Cell> betterSpacing(int nfe, String solver) {
    return settings.spacings().stream()
        .map(spacing -> findings.find(nfe, Candidates.named(solver, spacing)))
        .flatMap(Optional::stream)
        .min(java.util.Comparator.comparingDouble(findings::error));
  }

  private double[] log10(java.util.function.IntFunction<Optional<Cell>> cell) {
    return settings.nfes().stream()
        .mapToDouble(
            nfe ->
                cell.apply(nfe)
                    .map(found -> StrictMath.log10(findings.error(found)))
                    .orElse(Double.NaN))
        .toArray();
  }

  private Table duals() {
    Table table = Table.of("NFE", "solver", "without", "with", "form", CompareFindings.AB2);
    table.significant(DIGITS);
    for (int nfe : settings.nfes()) {
      for (String solver : settings.dualSolvers().keySet()) {
        for (Spacing spacing : settings.spacings()) {
          String name = Candidates.named(solver, spacing);
          Cell best = findings.bestDual(nfe, name);
          table.row(
              nfe,
              name,
              error(nfe, name),
              findings.error(best),
              best.name().substring(name.length() + 1),
              error(nfe, Candidates.named(CompareFindings.AB2, spacing)));
        }
      }
    }
    return table;
  }

  /** The sweep of the jump's time. */
  private void jumps(Report report) {
    report
        .section("Where to jump to")
        .paragraph(
            "Error by the time t' that the closed solution for normal data leads to; the solver"
                + " spends all its evaluations from there. `no jump` begins with pure noise.");
    for (String solver : settings.jumpSolvers().keySet()) {
      for (Spacing spacing : settings.spacings()) {
        sweep(Candidates.named(solver, spacing), report);
      }
    }
  }

  private void sweep(String solver, Report report) {
    List<String> headers = new ArrayList<>(List.of("NFE", "no jump"));
    settings.jumps().forEach(to -> headers.add("t' = " + to));
    Table table = Table.of(headers.toArray(String[]::new)).significant(DIGITS);
    LinePlot plot = LinePlot.of(solver, "t'", "log10 of the error");
    double[] at = settings.jumps().stream().mapToDouble(Double::doubleValue).toArray();
    for (int nfe : settings.nfes()) {
      double[] errors =
          settings.jumps().stream()
              .mapToDouble(to -> error(nfe, Candidates.jump(solver, to)))
              .toArray();
      List<Object> row = new ArrayList<>(List.of(nfe, error(nfe, solver)));
      for (double error : errors) {
        row.add(error);
      }
      table.row(row.toArray());
      plot.series(
          "NFE " + nfe, at, java.util.Arrays.stream(errors).map(StrictMath::log10).toArray());
    }
    report.paragraph(solver + ":").table(table);
    report.plot(
        "jump-" + solver.replace('.', '-'), plot, "Error by the time of the jump, " + solver);
  }

  private double error(int nfe, String name) {
    return findings.find(nfe, name).map(findings::error).orElse(Double.NaN);
  }

  private void distances(Report report) {
    List<String> spaces =
        Stream.of(findings.uniform(settings.nfes().get(0)))
            .flatMap(cell -> cell.distances().keySet().stream())
            .toList();
    if (spaces.isEmpty()) {
      return;
    }
    report
        .section("Frechet distances")
        .paragraph(
            Text.of(
                "%d samples against as many held-out images, in the last hidden layers of two"
                    + " classifiers, a and b, that were trained on training images for this, and in"
                    + " the first principal components of the pixels. What a perfect sampler gets,"
                    + " and what the fine trajectory gets:",
                settings.count()));
    Table floors = Table.of("space", "training images", "fine trajectory").significant(DIGITS);
    spaces.forEach(
        space ->
            floors.row(
                space,
                findings.floors().get("training." + space),
                findings.floors().get("truth." + space)));
    report.table(floors);
    for (String space : spaces) {
      report.paragraph("In space " + space + ":").table(table(cell -> cell.distances().get(space)));
    }
  }

  ModelCard card() {
    return run.card(
        "Samplers of " + model,
        "A comparison; `"
            + SolverTable.NAME
            + "` holds a row for each sampler and number of"
            + " evaluations. Measured:\n\n"
            + bullets(verdicts()),
        "import pandas as pd\n\nsolvers = pd.read_parquet(\"" + SolverTable.NAME + "\")",
        "Apache-2.0; the model keeps its own");
  }
}
