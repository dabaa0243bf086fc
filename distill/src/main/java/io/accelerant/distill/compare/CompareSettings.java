package io.accelerant.distill.compare;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.continuous.VpSchedule;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The checked configuration of a run.
 *
 * @param base schedule, end, labels and thresholding, which all samplers share
 * @param solvers plain ones by their names
 * @param duals forms of DualFast, on {@code dualSolvers}
 * @param jumps times that teleportation leads to, for {@code jumpSolvers}
 */
record CompareSettings(
    SolverSettings base,
    List<Integer> nfes,
    double guidance,
    Map<String, Solver> solvers,
    List<Spacing> spacings,
    List<DualFast> duals,
    Map<String, Solver> dualSolvers,
    List<Double> jumps,
    Map<String, Solver> jumpSolvers,
    int choice,
    int count,
    int batch)
    implements Serializable {

  static CompareSettings of(JobConfig config) {
    Schedule schedule =
        Schedule.ofLabel(config.find(CompareKeys.SOLVER.schedule).orElse("vp-linear"));
    double tEnd = config.find(CompareKeys.T_END).orElse(schedule.end());
    SolverSettings.requireTime(schedule, tEnd, config, CompareKeys.T_END);
    SolverSettings base =
        new SolverSettings(
            schedule,
            tEnd,
            Spacing.TIME_UNIFORM,
            Solver.plain(Solver.DDIM),
            config.find(CompareKeys.SOLVER.label).orElse(List.of()),
            new Thresholding(config.find(CompareKeys.SOLVER.threshold).orElse(0.0)),
            false);
    List<Double> jumps = maybe(CompareKeys.TELEPORT_TO, config);
    requireJumps(jumps, schedule, tEnd, config);
    return new CompareSettings(
        base,
        config.distinct(CompareKeys.NFE),
        config.get(CompareKeys.GUIDANCE),
        solvers(CompareKeys.SOLVERS, schedule, config),
        labelled(CompareKeys.SPACINGS, Spacing::ofLabel, Spacing::label, Spacing.values(), config),
        duals(config),
        solvers(CompareKeys.DUAL_SOLVERS, schedule, config),
        jumps,
        solvers(CompareKeys.TELEPORT_SOLVERS, schedule, config),
        config.get(CompareKeys.CHOICE),
        config.get(CompareKeys.COUNT),
        config.get(CompareKeys.BATCH));
  }

  /** As these settings, for a model. */
  CompareSettings on(ContinuousSource model) {
    return new CompareSettings(
        base.on(model),
        nfes,
        guidance,
        solvers,
        spacings,
        duals,
        dualSolvers,
        jumps,
        jumpSolvers,
        choice,
        count,
        batch);
  }

  private static void requireJumps(
      List<Double> jumps, Schedule schedule, double tEnd, JobConfig config) {
    if (!jumps.isEmpty() && !(schedule instanceof VpSchedule)) {
      throw config.invalid(
          CompareKeys.TELEPORT_TO,
          Text.of("is for variance-preserving schedules, not %s.", schedule.label()));
    }
    for (double to : jumps) {
      if (to > schedule.start() || to <= tEnd) {
        throw config.invalid(
            CompareKeys.TELEPORT_TO,
            Text.of(
                "holds %s; it must lie between %s, where sampling ends, and %s, where it starts.",
                to, tEnd, schedule.start()));
      }
    }
  }

  /**
   * Solvers by name. Of a list that the user gave, each must be defined on the schedule; of the
   * default those are left out that are not.
   */
  private static Map<String, Solver> solvers(
      Key<List<String>> key, Schedule schedule, JobConfig config) {
    Map<String, Solver> solvers = new LinkedHashMap<>();
    for (String name : config.distinct(key)) {
      Solver solver =
          SolverName.parse(name)
              .orElseThrow(
                  () ->
                      config.invalid(
                          key,
                          Text.of("holds \"%s\", which is none of %s.", name, SolverName.FORMS)));
      if (solver.suits(schedule)) {
        solvers.put(name, solver);
      } else if (config.isGiven(key)) {
        throw config.invalid(
            key, Text.of("holds %s, which is not defined on %s.", name, schedule.label()));
      }
    }
    if (solvers.isEmpty() && key == CompareKeys.SOLVERS) {
      throw config.invalid(key, "holds no solver; the others need one to be held against.");
    }
    return solvers;
  }

  /** Different values, or none. */
  static <T> List<T> maybe(Key<List<T>> key, JobConfig config) {
    return config.get(key).isEmpty() ? List.of() : config.distinct(key);
  }

  private static List<DualFast> duals(JobConfig config) {
    List<DualFast> duals = new ArrayList<>();
    for (double c : maybe(CompareKeys.DUAL_C, config)) {
      for (DualFast.Growth growth :
          labelled(
              CompareKeys.DUAL_SCHEDULE,
              DualFast.Growth::ofLabel,
              DualFast.Growth::label,
              DualFast.Growth.values(),
              config)) {
        for (DualFast.From from :
            labelled(
                CompareKeys.DUAL_FROM,
                DualFast.From::ofLabel,
                DualFast.From::label,
                DualFast.From.values(),
                config)) {
          duals.add(new DualFast(c, growth, from));
        }
      }
    }
    return duals;
  }

  private static <T> List<T> labelled(
      Key<List<String>> key,
      Function<String, T> of,
      Function<T, String> label,
      T[] all,
      JobConfig config) {
    List<T> found = new ArrayList<>();
    for (String name : config.distinct(key)) {
      try {
        found.add(of.apply(name));
      } catch (IllegalArgumentException e) {
        throw config.invalid(
            key,
            Text.of(
                "holds \"%s\"; expected some of %s.",
                name, Arrays.stream(all).map(label).toList()));
      }
    }
    return found;
  }

  /** The truth for a model. */
  ReferenceSolution truth(JobConfig config, ContinuousSource model) {
    return ReferenceSolution.of(
        config.find(CompareKeys.TRUTH),
        config.find(CompareKeys.TRUTH_STEPS),
        model,
        base.schedule());
  }
}
