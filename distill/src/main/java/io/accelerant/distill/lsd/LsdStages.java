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
import java.util.function.Supplier;

/**
 * The stages of one run, each saved when it is done: for every M the baselines, the fits and the
 * choice among them, then the evaluation of every row. A run that was stopped takes the saved ones
 * and goes on.
 */
final class LsdStages {
  private final JobContext context;
  private final LsdSettings settings;
  private final LsdTeacher teacher;
  private final LsdFit fit;
  private final StageStore store;
  private final List<Scoreboard.Entry> entries = new ArrayList<>();
  private final Map<Integer, LsdSchedule> students = new LinkedHashMap<>();
  private final Map<Integer, Map<String, LsdFit.Fitted>> fits = new LinkedHashMap<>();
  private final Map<Integer, Double> exponents = new LinkedHashMap<>();
  private final Map<Integer, double[]> jumps = new LinkedHashMap<>();

  LsdStages(
      JobContext context, LsdSettings settings, LsdTeacher teacher, LsdFit fit, StageStore store) {
    this.context = context;
    this.settings = settings;
    this.teacher = teacher;
    this.fit = fit;
    this.store = store;
  }

  /** Runs, or takes from the checkpoint, everything up to the scoreboard. */
  Scoreboard run() {
    for (int m : settings.steps()) {
      learn(m);
    }
    evaluate();
    return new Scoreboard(
        teacher,
        settings.config().get(LsdKeys.ENTROPY_GUARD),
        settings.seed(),
        List.copyOf(entries));
  }

  /** The chosen sampler for every M. */
  Map<Integer, LsdSchedule> students() {
    return students;
  }

  /** Everything that was fitted for M, by objective. */
  Map<String, LsdFit.Fitted> fits(int m) {
    return fits.get(m);
  }

  /** The exponent of the constant control. */
  double exponent(int m) {
    return exponents.get(m);
  }

  double[] jumps(int m) {
    return jumps.get(m);
  }

  private void learn(int m) {
    double[] jys =
        numbers(stage("jys.m" + m, () -> Map.of("times", fit.jumpYourSteps(m))), "times");
    jumps.put(m, jys);
    Map<String, LsdFit.Fitted> fitted = new LinkedHashMap<>();
    fitted.put("paper", fitted("scoreL2.m" + m, () -> fit.scoreL2(CoefficientMode.SCALE, m)));
    double[] uniform = GridSampler.uniformTimes(m, settings.tEnd());
    for (String objective : settings.objectives()) {
      fitted.put(
          objective,
          switch (objective) {
            case "scoreL2" -> fitted.get("paper");
            case "scoreL2Exponent" ->
                fitted("scoreL2Exponent.m" + m, () -> fit.scoreL2(CoefficientMode.EXPONENT, m));
            case "lookahead" -> fitted("lookahead.m" + m, () -> fit.lookahead(m));
            default -> fitted("direct.m" + m, () -> fit.direct(m, List.of(uniform, jys)));
          });
    }
    fits.put(m, fitted);
    exponents.put(m, chooseExponent(m));
    choose(m, fitted);
  }

  /** The control: the one exponent for all steps that does best on the fit seed. */
  private double chooseExponent(int m) {
    List<Double> candidates = settings.config().get(LsdKeys.EXPONENTS);
    Map<String, Object> chosen =
        stage(
            "constant.m" + m,
            () -> {
              List<GridSampler> samplers = candidates.stream().map(e -> constant(m, e)).toList();
              return Map.of(
                  "exponent", candidates.get(best("LSD control: constant exponent", samplers)));
            });
    double exponent = ((Number) chosen.get("exponent")).doubleValue();
    context.progress().say("best constant exponent for %d steps: %.3f", m, exponent);
    return exponent;
  }

  private GridSampler constant(int m, double exponent) {
    return new LsdFit.Fitted(
            GridSampler.uniformTimes(m, settings.tEnd()),
            Coefficients.constant(CoefficientMode.EXPONENT, exponent, m))
        .sampler("constant", settings.kernel());
  }

  private void choose(int m, Map<String, LsdFit.Fitted> fitted) {
    List<String> names = settings.objectives();
    String objective =
        (String)
            stage(
                    "choice.m" + m,
                    () -> {
                      List<GridSampler> samplers =
                          names.stream()
                              .map(n -> fitted.get(n).sampler(n, settings.kernel()))
                              .toList();
                      return Map.of(
                          "objective", names.get(best("LSD: choose an objective", samplers)));
                    })
                .get("objective");
    context.progress().say("chosen for %d steps: %s", m, objective);
    LsdFit.Fitted best = fitted.get(objective);
    students.put(
        m,
        new LsdSchedule(
            teacher.source().process(),
            teacher.source().length(),
            settings.predictor(),
            best.times(),
            best.coefficients(),
            true,
            objective,
            settings.teacherSteps(),
            settings.trajectories(),
            teacher.source().modelHash(),
            settings.seed()));
  }

  /**
   * Index of the best sampler on the fit seed: the smallest main metric among those whose entropy
   * is within the guard of the data's, or, when none is, the smallest entropy gap. The same rule
   * for the control and for the objectives.
   */
  private int best(String description, List<GridSampler> samplers) {
    long[] seed = {settings.fitSeed("select", 0)};
    List<List<Measured>> measured =
        fit.measure(
            description,
            samplers,
            seed,
            settings.config().get(LsdKeys.FIT_SAMPLES),
            teacher.meter());
    double guard = settings.config().get(LsdKeys.ENTROPY_GUARD);
    int best = -1;
    int nearest = 0;
    for (int i = 0; i < samplers.size(); i++) {
      Measured one = measured.get(i).get(0);
      boolean better = best < 0 || one.mainMetric() < measured.get(best).get(0).mainMetric();
      if (gap(one) <= guard && better) {
        best = i;
      }
      if (gap(one) < gap(measured.get(nearest).get(0))) {
        nearest = i;
      }
    }
    return best >= 0 ? best : nearest;
  }

  private double gap(Measured measured) {
    return Math.abs(measured.entropy() / teacher.dataEntropy() - 1);
  }

  private void evaluate() {
    Map<String, DiscreteSampler> rows = new LinkedHashMap<>();
    for (int m : settings.plainSteps()) {
      rows.put("euler.m" + m, plain("euler", new Euler(), uniform(m)));
      rows.put("tweedie.m" + m, plain("tweedie", new Tweedie(), uniform(m)));
    }
    if (settings.graph() == DiffusionGraph.ABSORB) {
      rows.put("firstHitting.m" + teacher.source().length(), new FirstHitting());
    }
    for (int m : settings.steps()) {
      rows.put("jys.m" + m, plain("jys", settings.kernel(), jumps.get(m)));
      rows.put("constant.m" + m, constant(m, exponents.get(m)));
      fits.get(m)
          .forEach(
              (name, fitted) ->
                  rows.put(row(name) + ".m" + m, fitted.sampler(name, settings.kernel())));
    }
    int index = 0;
    for (Map.Entry<String, DiscreteSampler> row : rows.entrySet()) {
      int dot = row.getKey().lastIndexOf(".m");
      String name = row.getKey().substring(0, dot);
      int m = Integer.parseInt(row.getKey().substring(dot + 2));
      entries.add(evaluate(name, m, row.getValue(), ++index, rows.size()));
    }
    // The paper's row is the objective scoreL2, and the student is one of the objectives.
    for (int m : settings.steps()) {
      if (settings.objectives().contains("scoreL2")) {
        alias("paper", "objective.scoreL2", m);
      }
      alias(row(students.get(m).objective()), "student", m);
    }
  }

  private static String row(String objective) {
    return objective.equals("paper") || objective.equals("scoreL2")
        ? "paper"
        : "objective." + objective;
  }

  private void alias(String name, String other, int m) {
    Scoreboard.Entry same =
        entries.stream().filter(e -> e.sampler().equals(name) && e.steps() == m).findFirst().get();
    entries.add(new Scoreboard.Entry(other, m, same.seeds()));
  }

  private GridSampler plain(String name, ReverseKernel kernel, double[] times) {
    return new GridSampler(name, kernel, times, ScoreTransform.IDENTITY, true);
  }

  private double[] uniform(int m) {
    return GridSampler.uniformTimes(m, settings.tEnd());
  }

  private Scoreboard.Entry evaluate(
      String name, int m, DiscreteSampler sampler, int index, int total) {
    long[] seeds =
        settings.config().get(LsdKeys.SEEDS).stream().mapToLong(Long::longValue).toArray();
    Map<String, Object> saved =
        stage(
            "evaluate." + name + ".m" + m,
            () -> {
              Map<String, Object> bySeed = new LinkedHashMap<>();
              List<Measured> measured =
                  measure("LSD evaluation: %s, %d steps".formatted(name, m), sampler, seeds);
              for (int e = 0; e < seeds.length; e++) {
                bySeed.put(Long.toString(seeds[e]), measured.get(e).pack());
              }
              return bySeed;
            });
    List<Measured> measured = new ArrayList<>();
    for (long seed : seeds) {
      measured.add(
          Measured.unpack(
              numbers(saved, Long.toString(seed)), teacher.source().process().vocabulary()));
    }
    Scoreboard.Entry entry = new Scoreboard.Entry(name, m, measured);
    context
        .progress()
        .say(
            "evaluation %d/%d: %s, %d steps: %s %.4f, entropy %.4f",
            index,
            total,
            name,
            m,
            teacher.meter().mainMetric(),
            entry.main(),
            entry.spread(Measured::entropy).mean());
    return entry;
  }

  /** Samples and measures one sampler under the given seeds. */
  List<Measured> measure(String description, DiscreteSampler sampler, long[] seeds) {
    return fit.measure(
            description,
            List.of(sampler),
            seeds,
            settings.config().get(LsdKeys.SAMPLES),
            teacher.meter())
        .get(0);
  }

  private LsdFit.Fitted fitted(String name, Supplier<LsdFit.Fitted> work) {
    Map<String, Object> saved =
        stage(
            name,
            () -> {
              LsdFit.Fitted fitted = work.get();
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("mode", fitted.coefficients().mode().label());
              json.put("phi", fitted.coefficients().phi());
              json.put("times", fitted.times());
              return json;
            });
    return new LsdFit.Fitted(
        numbers(saved, "times"),
        new Coefficients(
            CoefficientMode.ofLabel((String) saved.get("mode")), numbers(saved, "phi")));
  }

  private Map<String, Object> stage(String name, Supplier<Map<String, Object>> work) {
    Map<String, Object> saved =
        store
            .load(name)
            .orElseGet(
                () -> {
                  Map<String, Object> made = work.get();
                  store.save(name, made);
                  return made;
                });
    context.checkStop();
    return saved;
  }

  private static double[] numbers(Map<String, Object> saved, String name) {
    if (saved.get(name) instanceof double[] array) {
      return array;
    }
    return ((List<?>) saved.get(name))
        .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }

  /** First sequences of a sampler under the first evaluation seed, for people to read. */
  List<String> texts(DiscreteSampler sampler, int count) {
    long seed = settings.config().get(LsdKeys.SEEDS).get(0);
    long[] ids = TeacherTasks.ids(0, count, count);
    int length = teacher.source().length();
    try (var opened = teacher.source().open()) {
      int[] tokens = sampler.sample(opened, seed, ids).tokens();
      List<String> texts = new ArrayList<>();
      for (int b = 0; b < count; b++) {
        texts.add(teacher.text(tokens, b * length, length));
      }
      return texts;
    }
  }
}
