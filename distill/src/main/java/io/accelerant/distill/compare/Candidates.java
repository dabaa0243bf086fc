package io.accelerant.distill.compare;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.model.StatisticsArtifact;
import io.accelerant.distill.sample.ContinuousSamplerFormat;
import io.accelerant.distill.sample.SamplerFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every sampler that is measured, by the number of evaluations. */
final class Candidates {
  private final CompareSettings settings;
  private final Map<String, ContinuousSamplerFormat.Learned> learned;
  private final Optional<StatisticsArtifact> statistics;

  private Candidates(
      CompareSettings settings,
      Map<String, ContinuousSamplerFormat.Learned> learned,
      Optional<StatisticsArtifact> statistics) {
    this.settings = settings;
    this.learned = learned;
    this.statistics = statistics;
  }

  /** Those of a configuration, with what it names. */
  static Candidates of(CompareSettings settings, JobContext context, JobConfig config) {
    Optional<StatisticsArtifact> statistics =
        config
            .find(CompareKeys.STATISTICS)
            .map(uri -> StatisticsArtifact.open(uri, context))
            .map(found -> found.require(settings.base(), settings.guidance()));
    Candidates all = new Candidates(settings, published(context, config), statistics);
    for (int nfe : settings.nfes()) {
      try {
        all.onStatistics(nfe);
      } catch (IllegalArgumentException e) {
        throw config.invalid(
            CompareKeys.STATISTICS,
            Text.of("does not go with %d evaluations: %s.", nfe, e.getMessage()));
      }
    }
    return all;
  }

  /** The artifacts that are used. */
  List<Manifest.Parent> sources() {
    List<Manifest.Parent> sources = new ArrayList<>();
    learned.values().forEach(one -> sources.add(one.source()));
    statistics.ifPresent(found -> sources.add(found.source()));
    return sources;
  }

  /** What DPM-Solver-v3 runs on; null without. */
  ModelStatistics statistics() {
    return statistics.map(StatisticsArtifact::statistics).orElse(null);
  }

  /** The published samplers that the configuration names; {@code dc-sampler-1} is the first. */
  private static Map<String, ContinuousSamplerFormat.Learned> published(
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
    statistics.ifPresent(found -> found.requireModel(model));
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
    if (statistics.isPresent()) {
      families.add(Candidate.V3);
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
    all.addAll(onStatistics(nfe));
    learned.forEach((name, one) -> all.addAll(published(name, one, nfe)));
    return all;
  }

  /** DPM-Solver-v3 of its usual order on every spacing, with and without its corrector. */
  private List<Candidate> onStatistics(int nfe) {
    List<Candidate> all = new ArrayList<>();
    statistics.ifPresent(
        found -> {
          for (CorrectorUse corrector : List.of(CorrectorUse.ALL, CorrectorUse.NONE)) {
            Solver solver = Solver.v3(settings.guidance(), corrector);
            for (Spacing spacing : settings.spacings()) {
              double[] times = settings.base().with(spacing).times(nfe);
              String name =
                  Text.of(
                      "%s-%d%s",
                      Candidate.V3,
                      solver.order(),
                      corrector == CorrectorUse.NONE ? "-predictor" : "");
              all.add(Candidate.v3(named(name, spacing), solver, found.statistics().onGrid(times)));
            }
          }
        });
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
    if (Arrays.stream(one.steps(settings.guidance())).noneMatch(n -> n == nfe)) {
      return List.of();
    }
    if (one.choosesPerStep()) {
      return List.of(
          Candidate.stepwise(
              name, one.times(nfe)[0], one.stepwise(nfe, settings.guidance()).orElseThrow()));
    }
    return List.of(
        Candidate.compensated(
            name,
            name,
            one.settings().solver(),
            one.times(nfe),
            one.ratios(nfe, settings.guidance())));
  }
}
