package io.accelerant.distill.lsd;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.Scoreboard;
import io.accelerant.core.report.Scoreboard.Entry;
import io.accelerant.core.run.Stages;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.FirstHitting;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.Tweedie;
import io.accelerant.distill.lsd.LsdFindings.Learned;
import io.accelerant.distill.measure.Measured;
import io.accelerant.distill.measure.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The stages of one run, each saved when it is done: for every M the baselines, the fits and the
 * choice among them, then the evaluation of every row. A run that was stopped takes the saved ones
 * and goes on.
 */
final class LsdStages {
  /** A sampler to be measured. */
  private record Candidate(Row row, int steps, DiscreteSampler sampler) {}

  private final JobContext context;
  private final LsdSettings settings;
  private final LsdTeacher teacher;
  private final FitRun run;
  private final Measurement measurement;
  private final Stages stages;

  LsdStages(
      JobContext context, LsdSettings settings, LsdTeacher teacher, FitRun run, Stages stages) {
    this.context = context;
    this.settings = settings;
    this.teacher = teacher;
    this.run = run;
    this.measurement = run.measurement(teacher.meter());
    this.stages = stages;
  }

  /** Runs, or takes from the checkpoint, everything up to the scoreboard. */
  LsdFindings run() {
    Map<Integer, Learned> learned = new LinkedHashMap<>();
    settings.steps().forEach(m -> learned.put(m, learn(m)));
    return new LsdFindings(
        teacher.reference(),
        settings.config().get(LsdKeys.ENTROPY_GUARD),
        settings.seed(),
        learned,
        new Scoreboard<>(evaluate(learned)));
  }

  private Learned learn(int m) {
    double[] jumps = stages.of("jys.m" + m, double[].class, () -> JumpYourSteps.fit(run, m));
    Map<Objective, Fitted> fits = new LinkedHashMap<>();
    Stream.concat(Stream.of(Objective.SCORE_L2), settings.objectives().stream())
        .distinct()
        .forEach(
            objective ->
                fits.put(
                    objective,
                    stages.of(
                        objective + ".m" + m, Fitted.class, () -> objective.fit(run, m, jumps))));
    return new Learned(jumps, fits, chooseExponent(m), choose(m, fits));
  }

  /** The control: the one exponent for all steps that does best on the fit seed. */
  private double chooseExponent(int m) {
    List<Double> candidates = settings.config().get(LsdKeys.EXPONENTS);
    double exponent =
        stages.of(
            "constant.m" + m,
            Double.class,
            () -> best("LSD control: constant exponent", candidates, e -> constant(m, e)));
    context.progress().say("best constant exponent for %d steps: %.3f", m, exponent);
    return exponent;
  }

  private GridSampler constant(int m, double exponent) {
    return new Fitted(
            settings.uniformTimes(m), Coefficients.constant(CoefficientMode.EXPONENT, exponent, m))
        .sampler(settings.kernel());
  }

  private LsdSchedule choose(int m, Map<Objective, Fitted> fits) {
    Objective objective =
        stages.of(
            "choice.m" + m,
            Objective.class,
            () ->
                best(
                    "LSD: choose an objective",
                    settings.objectives(),
                    o -> fits.get(o).sampler(settings.kernel())));
    context.progress().say("chosen for %d steps: %s", m, objective);
    return new LsdSchedule(
        teacher.source().process(),
        teacher.source().length(),
        settings.predictor(),
        fits.get(objective).times(),
        fits.get(objective).coefficients(),
        true,
        objective.toString(),
        settings.teacherSteps(),
        settings.trajectories(),
        teacher.source().modelHash(),
        settings.seed());
  }

  /** The best on the fit seed: the same rule for the control and for the objectives. */
  private <T> T best(String description, List<T> candidates, Function<T, GridSampler> sampler) {
    List<Measured> measured =
        measurement
            .of(
                description,
                candidates.stream().map(sampler).toList(),
                List.of(settings.fitSeed("select", 0)),
                settings.config().get(LsdKeys.FIT_SAMPLES))
            .stream()
            .map(bySeed -> bySeed.get(0))
            .toList();
    double guard = settings.config().get(LsdKeys.ENTROPY_GUARD);
    return candidates.get(teacher.reference().best(measured, guard));
  }

  private List<Entry<Row, Measured>> evaluate(Map<Integer, Learned> learned) {
    List<Candidate> candidates = candidates(learned);
    List<Entry<Row, Measured>> entries = new ArrayList<>();
    for (int done = 0; done < candidates.size(); done++) {
      Entry<Row, Measured> entry = evaluate(candidates.get(done));
      entries.add(entry);
      if (entry.row() == Row.EULER && settings.eulerIsTweedie()) {
        entries.add(entry.as(Row.TWEEDIE));
      }
      context
          .progress()
          .say(
              "evaluation %d/%d: %s, %d steps: %s %.4f, entropy %.4f",
              done + 1,
              candidates.size(),
              entry.row(),
              entry.steps(),
              teacher.meter().mainMetric(),
              teacher.reference().main(entry),
              entry.spread(Measured::entropy).mean());
    }
    // The paper's row is the objective scoreL2, and the student is one of the objectives.
    Scoreboard<Row, Measured> measured = new Scoreboard<>(List.copyOf(entries));
    learned.forEach(
        (m, found) -> {
          if (settings.objectives().contains(Objective.SCORE_L2)) {
            entries.add(measured.get(Row.PAPER, m).as(Row.SCORE_L2));
          }
          Objective chosen = Objective.ofLabel(found.student().objective());
          entries.add(measured.get(chosen.row(), m).as(Row.STUDENT));
        });
    return List.copyOf(entries);
  }

  /** Every sampler that is measured, in the order of the report. */
  private List<Candidate> candidates(Map<Integer, Learned> learned) {
    List<Candidate> candidates = new ArrayList<>();
    for (int m : settings.plainSteps()) {
      double[] times = settings.uniformTimes(m);
      candidates.add(new Candidate(Row.EULER, m, GridSampler.plain(new Euler(), times)));
      if (!settings.eulerIsTweedie()) {
        candidates.add(new Candidate(Row.TWEEDIE, m, GridSampler.plain(new Tweedie(), times)));
      }
    }
    if (settings.graph() == DiffusionGraph.ABSORB) {
      int length = teacher.source().length();
      candidates.add(new Candidate(Row.FIRST_HITTING, length, new FirstHitting()));
    }
    ReverseKernel kernel = settings.kernel();
    learned.forEach(
        (m, found) -> {
          candidates.add(new Candidate(Row.JYS, m, GridSampler.plain(kernel, found.jumps())));
          candidates.add(new Candidate(Row.CONSTANT, m, constant(m, found.exponent())));
          found
              .fits()
              .forEach(
                  (objective, fitted) ->
                      candidates.add(new Candidate(objective.row(), m, fitted.sampler(kernel))));
        });
    return candidates;
  }

  private Entry<Row, Measured> evaluate(Candidate candidate) {
    List<Long> seeds = settings.config().get(LsdKeys.SEEDS);
    String description =
        Text.of("LSD evaluation: %s, %d steps", candidate.row(), candidate.steps());
    Measured[] measured =
        stages.of(
            Text.of("evaluate.%s.m%d", candidate.row(), candidate.steps()),
            Measured[].class,
            () -> measure(description, candidate.sampler(), seeds).toArray(Measured[]::new));
    return new Entry<>(candidate.row(), candidate.steps(), List.of(measured));
  }

  /** Samples and measures one sampler under the given seeds. */
  List<Measured> measure(String description, DiscreteSampler sampler, List<Long> seeds) {
    return measurement
        .of(description, List.of(sampler), seeds, settings.config().get(LsdKeys.SAMPLES))
        .get(0);
  }
}
