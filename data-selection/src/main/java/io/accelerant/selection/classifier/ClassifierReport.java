package io.accelerant.selection.classifier;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.Table.Spread;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.selection.classifier.SubsetTraining.Trained;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code report.md} and model card of {@code train-classifier}. */
final class ClassifierReport {
  private static final List<Choice> SUBSETS =
      List.of(
          Choice.STATIC, Choice.WITH_REPLACEMENT, Choice.WITHOUT_REPLACEMENT, Choice.FULL_SCHEDULE);

  /**
   * Numbers of an independent reproduction (another program) for 60,000 + 10,000 images of
   * Fashion-MNIST, 784-256-10, 40 rounds, three seeds, in the order of {@link #SUBSETS}.
   */
  private static final Map<Double, List<Spread>> REFERENCE =
      Map.of(
          0.01, spreads(78.55, 0.61, 84.29, 0.05, 84.47, 0.21, 82.38, 1.00),
          0.05, spreads(83.39, 0.32, 87.39, 0.15, 87.64, 0.07, 85.67, 0.71),
          0.1, spreads(84.97, 0.08, 88.32, 0.05, 88.68, 0.10, 87.08, 0.19));

  private static final double REFERENCE_FULL = 90.08;

  private final JobContext context;
  private final Recipe recipe;
  private final ClassifierData data;
  private final Scores scores;

  ClassifierReport(JobContext context, Recipe recipe, ClassifierData data, Scores scores) {
    this.context = context;
    this.recipe = recipe;
    this.data = data;
    this.scores = scores;
  }

  private static List<Spread> spreads(double... numbers) {
    List<Spread> spreads = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      spreads.add(new Spread(numbers[i], numbers[i + 1]));
    }
    return spreads;
  }

  private boolean comparable() {
    return data.train().count() == 60_000
        && recipe.rounds() == 40
        && recipe.network().mlp().hidden().equals(List.of(256));
  }

  Map<String, byte[]> files() {
    Report report =
        Report.titled("A classifier on random subsets", context.progress()::say)
            .paragraph(
                Text.of(
                    "Test accuracy in percent after the last round (not the best round), mean ±"
                        + " standard deviation over the seeds. %s: %d images to train, %d to test,"
                        + " one network %s, %d rounds of batches of %d, pixels %s. Computed by %s.",
                    data.source(),
                    data.train().count(),
                    data.test().count(),
                    sizes(),
                    recipe.rounds(),
                    recipe.batch(),
                    recipe.mean() == 0 ? "in 0..1" : "standardised",
                    recipe.engine().start()))
            .table(accuracies());
    verdicts().forEach(report::paragraph);
    report
        .section("Time")
        .paragraph(
            "Seconds of training a cell, without evaluation and set-up; wall time of tasks that ran"
                + " side by side, and processor time of the training thread.")
        .table(times());
    if (scores.ratios().size() > 1) {
      report.plot("accuracy", byRatio(), "Last-round test accuracy against the ratio of a round");
    }
    report.plot(
        "curve", curve(), "Test accuracy over the rounds, mean over the seeds, largest ratio");
    return report.files();
  }

  private String sizes() {
    List<Integer> sizes = new ArrayList<>(List.of(recipe.network().mlp().in()));
    sizes.addAll(recipe.network().mlp().hidden());
    sizes.add(recipe.network().mlp().out());
    return String.join("-", sizes.stream().map(String::valueOf).toList());
  }

  private Table accuracies() {
    boolean reference = comparable();
    List<String> headers = new ArrayList<>(List.of("r"));
    SUBSETS.forEach(choice -> headers.add(choice.label()));
    headers.addAll(List.of("full", "steps", "seeds"));
    if (reference) {
      SUBSETS.forEach(choice -> headers.add("reference: " + choice.label()));
    }
    Table table = Table.of(headers.toArray(String[]::new));
    for (double ratio : scores.ratios()) {
      List<Object> row = new ArrayList<>(List.of(percent(ratio)));
      SUBSETS.forEach(choice -> row.add(cell(scores.accuracy(choice, ratio))));
      row.addAll(List.of(Double.NaN, steps(ratio), seeds(ratio)));
      if (reference) {
        List<Spread> known = REFERENCE.get(ratio);
        for (int i = 0; i < SUBSETS.size(); i++) {
          row.add(known == null ? Double.NaN : known.get(i));
        }
      }
      table.row(row.toArray());
    }
    scores
        .accuracy(Choice.FULL, 1)
        .ifPresent(
            full -> {
              List<Object> row = new ArrayList<>(List.of("100%"));
              SUBSETS.forEach(choice -> row.add(Double.NaN));
              row.addAll(List.of(full, steps(1), scores.seeds(Choice.FULL, 1)));
              if (reference) {
                row.addAll(List.of(Double.NaN, Double.NaN, REFERENCE_FULL, Double.NaN));
              }
              table.row(row.toArray());
            });
    return table;
  }

  private static Object cell(Optional<Spread> spread) {
    return spread.isPresent() ? spread.get() : Double.NaN;
  }

  private static String percent(double ratio) {
    return Table.number(100 * ratio, 3).replaceAll("\\.?0+$", "") + "%";
  }

  private long steps(double ratio) {
    return scores.cells().entrySet().stream()
        .filter(e -> e.getKey().ratio() == ratio)
        .mapToLong(e -> e.getValue().steps())
        .max()
        .orElse(0);
  }

  private long seeds(double ratio) {
    return SUBSETS.stream().mapToLong(choice -> scores.seeds(choice, ratio)).max().orElse(0);
  }

  /** What RS2 has to show, and whether it does. */
  private List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (double ratio : scores.ratios()) {
      scores
          .gainOverStatic(ratio)
          .ifPresent(
              gain ->
                  lines.add(
                      Text.of(
                          "Verdict, r = %s: RS2 without replacement is %s points %s the static"
                              + " subset (bar at 5%% and 10%%: 3 points).",
                          percent(ratio),
                          Table.number(Math.abs(gain), 3),
                          gain > 0 ? "above" : "NOT ABOVE, but below,")));
      scores
          .gapToFull(ratio)
          .ifPresent(
              gap ->
                  lines.add(
                      Text.of(
                          "Verdict, r = %s: %s points below training on everything, in %s of its"
                              + " time (processor time: %s; steps: %s). Bar at 10%%: 2.5 points,"
                              + " 0.12.",
                          percent(ratio),
                          Table.number(gap, 3),
                          share(scores.shareOfFull(ratio, Trained::seconds)),
                          share(scores.shareOfFull(ratio, Trained::cpuSeconds)),
                          share(scores.shareOfFull(ratio, Trained::steps)))));
    }
    return lines;
  }

  private static String share(Optional<Double> share) {
    return share.map(s -> Table.number(s, 3)).orElse("–");
  }

  private Table times() {
    Table table = Table.of("row", "seconds", "cpu seconds", "milliseconds a step");
    Map<String, Cell> rows = new LinkedHashMap<>();
    scores.cells().keySet().forEach(c -> rows.putIfAbsent(c.row(), c));
    rows.forEach(
        (name, c) ->
            table.row(
                name,
                scores.of(c.choice(), c.ratio(), Trained::seconds).orElseThrow(),
                scores.of(c.choice(), c.ratio(), Trained::cpuSeconds).orElseThrow(),
                scores
                    .of(c.choice(), c.ratio(), t -> 1e3 * t.seconds() / t.steps())
                    .orElseThrow()));
    return table;
  }

  private LinePlot byRatio() {
    double[] ratios = scores.ratios().stream().mapToDouble(r -> 100 * r).sorted().toArray();
    LinePlot plot =
        LinePlot.of("Last-round test accuracy", "percent of the images in a round", "percent right")
            .logX();
    for (Choice choice : SUBSETS) {
      double[] mean = new double[ratios.length];
      double[] sd = new double[ratios.length];
      for (int i = 0; i < ratios.length; i++) {
        double ratio = ratios[i];
        Optional<Spread> spread =
            scores.ratios().stream()
                .filter(r -> 100 * r == ratio)
                .findFirst()
                .flatMap(r -> scores.accuracy(choice, r));
        mean[i] = spread.map(Spread::mean).orElse(Double.NaN);
        sd[i] = spread.map(Spread::sd).orElse(0.0);
      }
      plot.series(choice.label(), ratios, mean, sd);
    }
    scores
        .accuracy(Choice.FULL, 1)
        .ifPresent(
            full -> {
              double[] level = new double[ratios.length];
              java.util.Arrays.fill(level, full.mean());
              plot.series("full", ratios, level);
            });
    return plot;
  }

  private LinePlot curve() {
    double largest = scores.ratios().stream().mapToDouble(r -> r).max().orElse(1);
    LinePlot plot = LinePlot.of("Accuracy over the rounds", "round", "percent right");
    for (Choice choice : Choice.values()) {
      double ratio = choice == Choice.FULL ? 1 : largest;
      if (scores.accuracy(choice, ratio).isEmpty()) {
        continue;
      }
      int points = (recipe.rounds() + recipe.evaluateEvery() - 1) / recipe.evaluateEvery();
      double[] x = new double[points];
      double[] y = new double[points];
      for (int p = 0; p < points; p++) {
        int point = p;
        x[p] = Math.min(recipe.rounds(), (p + 1) * recipe.evaluateEvery());
        y[p] = scores.of(choice, ratio, t -> t.accuracy()[point]).orElseThrow().mean();
      }
      plot.series(choice.label(), x, y);
    }
    return plot;
  }

  ModelCard card(Run run) {
    Cell best = scores.best();
    return run.card(
        Text.of("Classifier %s, trained %s", sizes(), best.row()),
        Text.of(
            """
            The cell of the table in `report.md` with the highest accuracy after its last round: %s, %s%%
            of the test images right. It was chosen by that number, which is therefore a little too good;
            the means in the table are not chosen. Input: pixels in 0..1, row by row, less `input_mean`,
            over `input_deviation` of `config.json`; output: logits.\
            """,
            best.stage(), Table.number(scores.cells().get(best).last(), 4)),
        Text.of(
            """
            import sys; sys.path.insert(0, "python")
            import load
            logits = load.classify(".", images)  # images [n, %d] in 0..1
            """,
            recipe.network().mlp().in()),
        "Weights: Apache-2.0. Fashion-MNIST: MIT.");
  }
}
