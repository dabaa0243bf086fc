package io.accelerant.distill.compare;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.sample.ContinuousSamplerFormat;
import io.accelerant.distill.sample.SamplerFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every sampler that is measured, by the number of evaluations. */
final class Candidates {
  private final CompareSettings settings;
  private final Map<String, ContinuousSamplerFormat.Learned> learned;

  /**
   * @param learned published samplers by their names
   */
  Candidates(CompareSettings settings, Map<String, ContinuousSamplerFormat.Learned> learned) {
    this.settings = settings;
    this.learned = learned;
  }

  /** The published samplers that the configuration names; {@code dc-sampler-1} is the first. */
  static Map<String, ContinuousSamplerFormat.Learned> published(
      JobContext context, JobConfig config) {
    Map<String, ContinuousSamplerFormat.Learned> learned = new LinkedHashMap<>();
    for (String uri : CompareSettings.maybe(CompareKeys.SAMPLERS, config)) {
      ContinuousSamplerFormat format =
          SamplerFormat.of(ContinuousSamplerFormat.class, uri, context);
      learned.put(format.kind() + "-" + (learned.size() + 1), format.open(uri, context));
    }
    return learned;
  }

  /**
   * Refuses published samplers that belong to another model or other settings.
   *
   * @throws io.accelerant.core.error.AccelerantException if there is one; names it
   */
  void check(ContinuousSource model, JobConfig config) {
    for (ContinuousSamplerFormat.Learned one : learned.values()) {
      one.requireModel(model);
      SolverSettings own = one.settings();
      SolverSettings base = settings.base();
      boolean same =
          own.schedule().equals(base.schedule())
              && own.tEnd() == base.tEnd()
              && (one.takesAnyLabel() || own.labels().equals(base.labels()))
              && own.thresholding().equals(base.thresholding());
      if (!same || one.renoises()) {
        throw config.invalid(
            CompareKeys.SAMPLERS,
            Text.of(
                "names %s, %s.",
                one.where(),
                one.renoises()
                    ? "which draws noise on its way and follows no trajectory"
                    : Text.of(
                        "which was fitted on %s to t = %s with labels %s and threshold %s; this run"
                            + " has %s, %s, %s and %s",
                        own.schedule().label(),
                        own.tEnd(),
                        own.labels(),
                        own.thresholding().quantile(),
                        base.schedule().label(),
                        base.tEnd(),
                        base.labels(),
                        base.thresholding().quantile())));
      }
    }
  }

  /** Names of the families, the controls first. */
  List<String> families() {
    List<String> families = new ArrayList<>(List.of(Candidate.UNIFORM));
    if (!settings.duals().isEmpty()) {
      families.add(Candidate.DUAL_FAST);
    }
    if (!settings.jumps().isEmpty()) {
      families.add(Candidate.TELEPORT);
    }
    families.addAll(learned.keySet());
    return families;
  }

  /** The samplers of a number of evaluations. */
  List<Candidate> of(int nfe) {
    List<Candidate> all = new ArrayList<>();
    for (Spacing spacing : settings.spacings()) {
      SolverSettings base = settings.base().with(spacing);
      settings
          .solvers()
          .forEach(
              (name, solver) ->
                  all.add(
                      Candidate.plain(
                          named(name, spacing), Candidate.UNIFORM, solver, base.times(nfe))));
    }
    for (Spacing spacing : settings.spacings()) {
      all.addAll(duals(nfe, spacing));
      all.addAll(jumping(nfe, spacing));
    }
    learned.forEach((name, one) -> all.addAll(published(name, one, nfe)));
    return all;
  }

  /** Name of a plain solver on a spacing. */
  static String named(String solver, Spacing spacing) {
    return solver + "." + spacing.label();
  }

  private List<Candidate> duals(int nfe, Spacing spacing) {
    List<Candidate> all = new ArrayList<>();
    double[] times = settings.base().with(spacing).times(nfe);
    for (Map.Entry<String, Solver> solver : settings.dualSolvers().entrySet()) {
      for (DualFast dual : settings.duals()) {
        all.add(
            Candidate.plain(
                named(solver.getKey(), spacing) + "." + dual.describe(),
                Candidate.DUAL_FAST,
                solver.getValue().with(dual),
                times));
      }
    }
    return all;
  }

  private List<Candidate> jumping(int nfe, Spacing spacing) {
    List<Candidate> all = new ArrayList<>();
    for (Map.Entry<String, Solver> solver : settings.jumpSolvers().entrySet()) {
      for (double to : settings.jumps()) {
        all.add(
            Candidate.jumping(
                jump(named(solver.getKey(), spacing), to),
                solver.getValue(),
                settings.base().with(spacing).times(to, nfe)));
      }
    }
    return all;
  }

  /** Name of a solver that begins at a time. */
  static String jump(String solver, double to) {
    return solver + ".to-" + to;
  }

  private List<Candidate> published(String name, ContinuousSamplerFormat.Learned one, int nfe) {
    boolean fitted = Arrays.stream(one.steps(settings.guidance())).anyMatch(n -> n == nfe);
    return fitted
        ? List.of(
            new Candidate(
                name,
                name,
                one.settings().solver(),
                one.times(nfe),
                one.ratios(nfe, settings.guidance()),
                false))
        : List.of();
  }
}
