package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Compensation;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.WantedModel;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a configuration asks for: settings, number of steps, guidance and ratios, from the keys or
 * from a published sampler.
 *
 * @param ratios [steps]; all 1 for a plain solver
 * @param teleport what comes before the steps, if anything
 * @param learned the published sampler, where there is one
 * @param statistics what dpm-v3 runs on
 * @param parents of the samples, besides the model
 */
record ContinuousRequest(
    SolverSettings settings,
    int steps,
    double guidance,
    double[] ratios,
    Optional<Teleport> teleport,
    Optional<ContinuousSamplerFormat.Learned> learned,
    Optional<StatisticsUse> statistics,
    List<Manifest.Parent> parents) {

  static ContinuousRequest of(JobContext context, JobConfig config) {
    if (config.find(SampleKeys.RATIOS).isPresent()
        && (config.find(SampleKeys.SAMPLER).isPresent()
            || config.find(SampleKeys.CPR).isPresent())) {
      throw config.invalid(
          SampleKeys.RATIOS, "is set beside sample.sampler or sample.cpr; set one of them.");
    }
    double quantile = config.find(LanguageKeys.THRESHOLD).orElse(0.0);
    if (quantile > 1) {
      throw config.invalid(
          LanguageKeys.THRESHOLD,
          Text.of("must be between 0 and 1, is %s: it is a quantile.", quantile));
    }
    Optional<String> cpr = config.find(SampleKeys.CPR);
    Optional<ContinuousSamplerFormat.Learned> learned =
        config
            .find(SampleKeys.SAMPLER)
            .or(() -> cpr.filter(uri -> !uri.endsWith(".npy") && !uri.endsWith(".json")))
            .or(() -> own(context, config))
            .map(uri -> format(uri, context).open(uri, context));
    Optional<ContinuousSamplerFormat.Ratios> predicted =
        cpr.map(uri -> format(uri, context).predicted(uri, context));
    if (learned.isPresent() && config.find(SampleKeys.SKIP).isPresent()) {
      throw config.invalid(
          SampleKeys.SKIP,
          Text.of(
              "leaves out blocks, but %s is for the network as it is; leave out one of them.",
              learned.get().where()));
    }
    SolverSettings settings =
        learned
            .map(found -> agreed(found, config))
            .orElseGet(() -> SolverSettings.of(config, SampleKeys.SOLVER));
    Optional<Teleport> teleport =
        Teleport.of(context, config, settings, learned.map(found -> found.where()));
    double guidance = guidance(config, learned, predicted.isPresent());
    int steps = steps(config, learned, guidance);
    double[] ratios =
        predicted
            .or(() -> learned)
            .map(found -> found.ratios(steps, guidance))
            .orElseGet(() -> given(config, steps));
    requireDataForm(settings.solver(), ratios, config);
    Optional<StatisticsUse> statistics = StatisticsUse.of(context, config, settings.solver());
    statistics.ifPresent(
        found -> {
          found.artifact().require(settings, guidance);
          found.onGrid(plain(settings, teleport, steps), config);
        });
    List<Manifest.Parent> parents = new ArrayList<>();
    statistics.ifPresent(found -> parents.add(found.artifact().source()));
    learned.ifPresent(found -> parents.add(found.source()));
    predicted.ifPresent(found -> parents.add(found.source()));
    teleport.ifPresent(found -> parents.add(found.source()));
    return new ContinuousRequest(
        settings, steps, guidance, ratios, teleport, learned, statistics, parents);
  }

  /** The model that is wanted for it. */
  WantedModel wanted(JobConfig config) {
    List<Integer> skipped =
        config.find(SampleKeys.SKIP).isPresent() ? config.distinct(SampleKeys.SKIP) : List.of();
    return new WantedModel(settings.schedule(), skipped, SampleKeys.SKIP);
  }

  /** A model that comes with the one sampler that it is good for. */
  private static Optional<String> own(JobContext context, JobConfig config) {
    return Models.artifact(SampleJob.model(context, config))
        .filter(artifact -> artifact.holds(ImageModel.SAMPLER))
        .map(Artifact::uri);
  }

  private static ContinuousSamplerFormat format(String uri, JobContext context) {
    return SamplerFormat.of(ContinuousSamplerFormat.class, uri, context);
  }

  private static double guidance(
      JobConfig config, Optional<ContinuousSamplerFormat.Learned> learned, boolean predicted) {
    if (learned.isEmpty() || predicted || config.find(SampleKeys.GUIDANCE).isPresent()) {
      return config.find(SampleKeys.GUIDANCE).orElse(1.0);
    }
    List<String> guidances = learned.get().guidances();
    if (guidances.size() > 1) {
      throw new ConfigException(
          Text.of(
              "sample.guidance is required: %s was fitted for %s.",
              learned.get().where(), guidances));
    }
    return Double.parseDouble(guidances.get(0));
  }

  private static int steps(
      JobConfig config, Optional<ContinuousSamplerFormat.Learned> learned, double guidance) {
    int[] fitted = learned.map(found -> found.steps(guidance)).orElse(new int[0]);
    OptionalInt only = fitted.length == 1 ? OptionalInt.of(fitted[0]) : OptionalInt.empty();
    return config
        .find(SampleKeys.STEPS)
        .orElseGet(
            () ->
                only.orElseThrow(
                    () ->
                        config.invalid(
                            SampleKeys.STEPS,
                            fitted.length == 0
                                ? "is required."
                                : "is required: the sampler holds "
                                    + Arrays.toString(fitted)
                                    + ".")));
  }

  private static double[] given(JobConfig config, int steps) {
    double[] ratios = new double[steps];
    Arrays.fill(ratios, 1);
    Optional<List<Double>> given = config.find(SampleKeys.RATIOS);
    if (given.isPresent()) {
      if (given.get().size() != steps) {
        throw config.invalid(
            SampleKeys.RATIOS,
            Text.of("has %d entries; %d steps need as many.", given.get().size(), steps));
      }
      for (int i = 0; i < steps; i++) {
        ratios[i] = given.get().get(i);
        if (!Compensation.isFree(i + 1) && ratios[i] != 1) {
          throw config.invalid(
              SampleKeys.RATIOS,
              Text.of(
                  "has %s at step %d; the first %d must be 1, there is nothing to interpolate yet.",
                  ratios[i], i + 1, Compensation.DEGREE));
        }
      }
    }
    return ratios;
  }

  private static void requireDataForm(Solver solver, double[] ratios, JobConfig config) {
    boolean compensated = Arrays.stream(ratios).anyMatch(ratio -> ratio != 1);
    if (compensated && !solver.storesData()) {
      throw config.invalid(
          SampleKeys.SOLVER.solver,
          Text.of(
              "is %s, which stores noise; ratios are defined for data predictions.",
              solver.name()));
    }
  }

  /** The settings of a sampler; keys that are set must say the same. */
  private static SolverSettings agreed(ContinuousSamplerFormat.Learned found, JobConfig config) {
    SolverKeys keys = SampleKeys.SOLVER;
    SolverSettings fitted =
        found.takesAnyLabel()
            ? found.settings().with(config.find(keys.label).orElse(List.of()))
            : found.settings();
    Solver solver = fitted.solver();
    same(config, keys.schedule, fitted.schedule().label());
    if (found.choosesPerStep()) {
      for (Key<?> key :
          List.of(
              keys.spacing,
              keys.solver,
              keys.order,
              keys.variant,
              keys.corrector,
              keys.finalOrder,
              keys.dualC,
              keys.dualSchedule,
              keys.dualFrom,
              SampleKeys.CPR)) {
        if (config.find(key).isPresent()) {
          throw config.invalid(
              key, Text.of("is set, but every step of %s chooses for itself.", found.where()));
        }
      }
      sameEnds(config, keys, fitted);
      return fitted;
    }
    same(config, keys.spacing, fitted.spacing().label());
    same(config, keys.solver, solver.name());
    same(config, keys.order, solver.order());
    same(config, keys.variant, solver.variant().label());
    same(config, keys.corrector, solver.corrector().label());
    same(config, keys.finalOrder, solver.finalOrder().label());
    same(config, keys.dualC, solver.dualFast().c());
    same(config, keys.dualSchedule, solver.dualFast().growth().label());
    same(config, keys.dualFrom, solver.dualFast().from().label());
    sameEnds(config, keys, fitted);
    return fitted;
  }

  private static void sameEnds(JobConfig config, SolverKeys keys, SolverSettings fitted) {
    same(config, keys.label, fitted.labels());
    same(config, keys.threshold, fitted.thresholding().quantile());
    if (config.isGiven(keys.tEnd)) {
      same(config, keys.tEnd, fitted.tEnd());
    }
  }

  private static <T> void same(JobConfig config, Key<T> key, Object fitted) {
    Optional<T> given = config.find(key);
    if (given.isPresent() && !Objects.equals(given.get(), fitted)) {
      throw config.invalid(
          key, Text.of("is %s, but the sampler was fitted with %s.", given.get(), fitted));
    }
  }

  /**
   * The request for the model, checked against it.
   *
   * @throws ArtifactException if the sampler was fitted for another model, or the statistics are of
   *     another
   */
  ContinuousRequest check(ContinuousSource model, JobConfig config) {
    learned.ifPresent(found -> found.requireModel(model));
    settings.check(model, guidance, config, SampleKeys.SOLVER, SampleKeys.GUIDANCE);
    statistics.ifPresent(found -> found.artifact().requireModel(model));
    teleport.ifPresent(found -> found.requireModel(model, config));
    return new ContinuousRequest(
        settings.on(model), steps, guidance, ratios, teleport, learned, statistics, parents);
  }

  /** The times of the steps, the start first. */
  double[] times() {
    double[] own =
        learned.map(found -> found.times(steps)).orElseGet(() -> plain(settings, teleport, steps));
    return statistics.map(found -> found.artifact().statistics().onGrid(own)).orElse(own);
  }

  /** Those of the settings, from where a jump leads to. */
  private static double[] plain(SolverSettings settings, Optional<Teleport> teleport, int steps) {
    return teleport
        .map(found -> settings.times(found.to(), steps))
        .orElseGet(() -> settings.times(steps));
  }

  /** What draws in place of the solver of the settings. */
  Optional<StepSampler> stepwise() {
    return learned.flatMap(found -> found.stepwise(steps, guidance));
  }

  /** One line for people. */
  String describe() {
    if (learned.map(found -> found.renoises()).orElse(false)) {
      return Text.of("%d steps of the clean data, noised anew between them", steps);
    }
    if (learned.map(found -> found.choosesPerStep()).orElse(false)) {
      return Text.of(
          "a schedule of steps, %s, %d evaluations, guidance %s",
          settings.schedule().label(), steps, guidance);
    }
    boolean compensated = Arrays.stream(ratios).anyMatch(ratio -> ratio != 1);
    return Text.of(
        "%s, %s, %s, %d steps%s%s, guidance %s%s%s",
        settings.solver().describe(),
        settings.schedule().label(),
        settings.spacing().label(),
        steps,
        settings.wholeTimes() ? " at whole times" : "",
        teleport.map(found -> " after a jump to t = " + found.to()).orElse(""),
        guidance,
        compensated ? ", compensated" : "",
        statistics
            .map(
                found ->
                    ", statistics "
                        + found.artifact().source().uri()
                        + ", pseudo-order "
                        + found.pseudo().label())
            .orElse(""));
  }
}
