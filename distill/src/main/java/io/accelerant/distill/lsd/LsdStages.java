package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.FirstHitting;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.Tweedie;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stages of one run, each saved when it is done: for every M the baselines, the fits and the
 * choice among them, then the evaluation of every row. A run that was stopped takes the saved ones
 * and goes on.
 */
final class LsdStages {
  /**
   * What was found for one number of steps.
   *
   * @param jumps times of Jump Your Steps
   * @param fits everything that was fitted, by objective; {@code paper} is scoreL2, whether it was
   *     asked for or not
   * @param exponent of the constant control
   * @param student the chosen sampler
   */
  record Learned(double[] jumps, Map<String, Fitted> fits, double exponent, LsdSchedule student) {}

  private final JobContext context;
  private final LsdSettings settings;
  private final LsdTeacher teacher;
  private final FitRun run;
  private final Measurement measurement;
  private final SavedStages saved;
  private final Map<Integer, Learned> learned = new LinkedHashMap<>();

  LsdStages(
      JobContext context, LsdSettings settings, LsdTeacher teacher, FitRun run, StageStore store) {
    this.context = context;
    this.settings = settings;
    this.teacher = teacher;
    this.run = run;
    this.measurement = new Measurement(run, teacher.meter());
    this.saved = new SavedStages(context, store);
  }

  /** Runs, or takes from the checkpoint, everything up to the scoreboard. */
  Scoreboard run() {
    settings.steps().forEach(m -> learned.put(m, learn(m)));
    return new Scoreboard(
        teacher, settings.config().get(LsdKeys.ENTROPY_GUARD), settings.seed(), evaluate());
  }

  /** What was found, by number of steps in rising order. */
  Map<Integer, Learned> learned() {
    return learned;
  }

  private Learned learn(int m) {
    double[] jumps = saved.numbers("jys.m" + m, () -> new JumpYourStepsFit(run).times(m));
    Map<String, Fitted> fits = new LinkedHashMap<>();
    fits.put("paper", scoreL2("scoreL2", CoefficientMode.SCALE, m));
    for (String objective : settings.objectives()) {
      fits.put(
          objective,
          switch (objective) {
            case "scoreL2" -> fits.get("paper");
            case "scoreL2Exponent" -> scoreL2(objective, CoefficientMode.EXPONENT, m);
            case "lookahead" -> saved.fitted("lookahead.m" + m, () -> new LookaheadFit(run).fit(m));
            default ->
                saved.fitted(
                    "direct.m" + m, () -> new DirectFit(run).fit(m, List.of(uniform(m), jumps)));
          });
    }
    return new Learned(jumps, fits, chooseExponent(m), choose(m, fits));
  }

  private Fitted scoreL2(String objective, CoefficientMode mode, int m) {
    return saved.fitted(objective + ".m" + m, () -> new ScoreL2Fit(run, mode, m).fit());
  }

  /** The control: the one exponent for all steps that does best on the fit seed. */
  private double chooseExponent(int m) {
    List<Double> candidates = settings.config().get(LsdKeys.EXPONENTS);
    double exponent =
        saved.number(
            "constant.m" + m,
            () ->
                candidates.get(
                    best(
                        "LSD control: constant exponent",
                        candidates.stream().map(e -> constant(m, e)).toList())));
    context.progress().say("best constant exponent for %d steps: %.3f", m, exponent);
    return exponent;
  }

  private GridSampler constant(int m, double exponent) {
    return new Fitted(uniform(m), Coefficients.constant(CoefficientMode.EXPONENT, exponent, m))
        .sampler("constant", settings.kernel());
  }

  private LsdSchedule choose(int m, Map<String, Fitted> fits) {
    List<String> names = settings.objectives();
    String objective =
        saved.text(
            "choice.m" + m,
            () ->
                names.get(
                    best(
                        "LSD: choose an objective",
                        names.stream()
                            .map(n -> fits.get(n).sampler(n, settings.kernel()))
                            .toList())));
    context.progress().say("chosen for %d steps: %s", m, objective);
    return new LsdSchedule(
        teacher.source().process(),
        teacher.source().length(),
        settings.predictor(),
        fits.get(objective).times(),
        fits.get(objective).coefficients(),
        true,
        objective,
        settings.teacherSteps(),
        settings.trajectories(),
        teacher.source().modelHash(),
        settings.seed());
  }

  /**
   * Index of the best sampler on the fit seed: the smallest main metric among those whose entropy
   * is within the guard of the data's, or, when none is, the smallest entropy gap. The same rule
   * for the control and for the objectives.
   */
  private int best(String description, List<GridSampler> samplers) {
    List<Measured> measured =
        measurement
            .of(
                description,
                samplers,
                List.of(settings.fitSeed("select", 0)),
                settings.config().get(LsdKeys.FIT_SAMPLES))
            .stream()
            .map(bySeed -> bySeed.get(0))
            .toList();
    return best(
        teacher.meter(),
        measured,
        teacher.dataEntropy(),
        settings.config().get(LsdKeys.ENTROPY_GUARD));
  }

  static int best(SampleMeter meter, List<Measured> measured, double dataEntropy, double guard) {
    int best = -1;
    int nearest = 0;
    for (int i = 0; i < measured.size(); i++) {
      Measured one = measured.get(i);
      boolean better = best < 0 || meter.of(one) < meter.of(measured.get(best));
      if (one.entropyGap(dataEntropy) <= guard && better) {
        best = i;
      }
      if (one.entropyGap(dataEntropy) < measured.get(nearest).entropyGap(dataEntropy)) {
        nearest = i;
      }
    }
    return best >= 0 ? best : nearest;
  }

  private List<Scoreboard.Entry> evaluate() {
    Map<Scoreboard.Key, DiscreteSampler> rows = rows();
    List<Scoreboard.Entry> entries = new ArrayList<>();
    rows.forEach(
        (key, sampler) -> {
          Scoreboard.Entry entry = evaluate(key, sampler);
          entries.add(entry);
          context
              .progress()
              .say(
                  "evaluation %d/%d: %s, %d steps: %s %.4f, entropy %.4f",
                  entries.size(),
                  rows.size(),
                  key.sampler(),
                  key.steps(),
                  teacher.meter().mainMetric(),
                  entry.spread(teacher.meter()::of).mean(),
                  entry.spread(Measured::entropy).mean());
        });
    // The paper's row is the objective scoreL2, and the student is one of the objectives.
    for (int m : settings.steps()) {
      if (settings.objectives().contains("scoreL2")) {
        alias(entries, "paper", "objective.scoreL2", m);
      }
      alias(entries, row(learned.get(m).student().objective()), "student", m);
    }
    return List.copyOf(entries);
  }

  /** Every sampler that is measured, in the order of the report. */
  private Map<Scoreboard.Key, DiscreteSampler> rows() {
    Map<Scoreboard.Key, DiscreteSampler> rows = new LinkedHashMap<>();
    for (int m : settings.plainSteps()) {
      rows.put(new Scoreboard.Key("euler", m), plain("euler", new Euler(), uniform(m)));
      rows.put(new Scoreboard.Key("tweedie", m), plain("tweedie", new Tweedie(), uniform(m)));
    }
    if (settings.graph() == DiffusionGraph.ABSORB) {
      rows.put(new Scoreboard.Key("firstHitting", teacher.source().length()), new FirstHitting());
    }
    learned.forEach(
        (m, found) -> {
          rows.put(new Scoreboard.Key("jys", m), plain("jys", settings.kernel(), found.jumps()));
          rows.put(new Scoreboard.Key("constant", m), constant(m, found.exponent()));
          found
              .fits()
              .forEach(
                  (name, fitted) ->
                      rows.put(
                          new Scoreboard.Key(row(name), m),
                          fitted.sampler(name, settings.kernel())));
        });
    return rows;
  }

  private static String row(String objective) {
    return objective.equals("paper") || objective.equals("scoreL2")
        ? "paper"
        : "objective." + objective;
  }

  private static void alias(List<Scoreboard.Entry> entries, String name, String other, int m) {
    Scoreboard.Key key = new Scoreboard.Key(name, m);
    Scoreboard.Entry same =
        entries.stream().filter(e -> e.key().equals(key)).findFirst().orElseThrow();
    entries.add(new Scoreboard.Entry(new Scoreboard.Key(other, m), same.seeds()));
  }

  private static GridSampler plain(String name, ReverseKernel kernel, double[] times) {
    return new GridSampler(name, kernel, times, ScoreTransform.IDENTITY, true);
  }

  private double[] uniform(int m) {
    return GridSampler.uniformTimes(m, settings.tEnd());
  }

  private Scoreboard.Entry evaluate(Scoreboard.Key key, DiscreteSampler sampler) {
    List<Long> seeds = settings.config().get(LsdKeys.SEEDS);
    return new Scoreboard.Entry(
        key,
        saved.measured(
            "evaluate." + key,
            seeds,
            teacher.source().process().vocabulary(),
            () ->
                measure(
                    "LSD evaluation: %s, %d steps".formatted(key.sampler(), key.steps()),
                    sampler,
                    seeds)));
  }

  /** Samples and measures one sampler under the given seeds. */
  List<Measured> measure(String description, DiscreteSampler sampler, List<Long> seeds) {
    return measurement
        .of(description, List.of(sampler), seeds, settings.config().get(LsdKeys.SAMPLES))
        .get(0);
  }
}
