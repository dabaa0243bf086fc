package io.accelerant.distill.search;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Expanded;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.model.NoiseKey;
import io.accelerant.distill.model.StatisticsArtifact;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The checked configuration of a run.
 *
 * @param solver schedule, end, labels and thresholding; its solver and spacing have no meaning
 * @param arms the searches that may be published, {@link #NONE} or {@link #RANKED}
 * @param logarithmic whether errors are averaged by their logarithms
 */
record SearchSettings(
    SolverSettings solver,
    double guidance,
    List<Integer> nfes,
    List<Expanded> expanded,
    boolean analyticStart,
    boolean logarithmic,
    List<String> arms,
    List<Long> seeds,
    int population,
    int generations,
    int parents,
    int pool,
    int dcRows,
    int batch)
    implements Serializable {
  static final NoiseKey FIT_NOISE = new NoiseKey(SearchKeys.FIT_NOISE, 2);
  static final NoiseKey EVAL_NOISE = new NoiseKey(SearchKeys.EVAL_NOISE, 2);
  static final String NONE = "none";
  static final String RANKED = "ranked";

  static SearchSettings of(JobConfig config) {
    Schedule schedule =
        Schedule.ofLabel(config.find(SearchKeys.SOLVER.schedule).orElse("vp-linear"));
    double tEnd = config.isGiven(SearchKeys.T_END) ? config.get(SearchKeys.T_END) : schedule.end();
    SolverSettings.requireTime(schedule, tEnd, config, SearchKeys.T_END);
    SolverSettings solver =
        new SolverSettings(
            schedule,
            tEnd,
            Spacing.LOG_SNR,
            Solver.plain(Solver.DDIM),
            config.find(SearchKeys.SOLVER.label).orElse(List.of()),
            new Thresholding(config.find(SearchKeys.SOLVER.threshold).orElse(0.0)),
            false);
    List<Expanded> expanded =
        config.distinct(SearchKeys.EXPANDED).stream().map(Expanded::ofLabel).toList();
    if (schedule instanceof FlowPath && !expanded.equals(List.of(Expanded.DATA))) {
      throw config.invalid(
          SearchKeys.EXPANDED,
          "must be [data] on the schedule flow, where x at T says nothing of the data.");
    }
    if (expanded.contains(Expanded.V3) && config.find(SearchKeys.STATISTICS).isEmpty()) {
      throw config.invalid(
          SearchKeys.EXPANDED,
          "has v3, which needs searchSolver.statistics, a model-statistics artifact.");
    }
    FIT_NOISE.count(config);
    EVAL_NOISE.count(config);
    return new SearchSettings(
        solver,
        config.get(SearchKeys.GUIDANCE),
        config.distinct(SearchKeys.NFE),
        expanded,
        config.get(SearchKeys.ANALYTIC_START),
        config.get(SearchKeys.OBJECTIVE).equals("log"),
        config.distinct(SearchKeys.PREDICTOR),
        config.distinct(SearchKeys.SEEDS),
        config.get(SearchKeys.POPULATION),
        config.get(SearchKeys.GENERATIONS),
        config.get(SearchKeys.PARENTS),
        config.get(SearchKeys.RANKED_POOL),
        config.get(SearchKeys.DC_ROWS),
        config.get(SearchKeys.BATCH));
  }

  static Variation variation(JobConfig config) {
    return new Variation(
        config.get(SearchKeys.CROSSOVER),
        config.get(SearchKeys.MUTATION_GROUP),
        config.get(SearchKeys.MUTATION_STEP),
        config.get(SearchKeys.MUTATION_TIMES),
        config.get(SearchKeys.MUTATION_RELAXATION),
        config.get(SearchKeys.MUTATION_MOVE));
  }

  static Ranking.Settings ranking(JobConfig config) {
    return new Ranking.Settings(
        config.get(SearchKeys.RANKED_HIDDEN),
        config.get(SearchKeys.RANKED_UPDATES),
        config.get(SearchKeys.RANKED_RATE));
  }

  /** As these settings, for a model. */
  SearchSettings on(ContinuousSource model) {
    return new SearchSettings(
        solver.on(model),
        guidance,
        nfes,
        expanded,
        analyticStart,
        logarithmic,
        arms,
        seeds,
        population,
        generations,
        parents,
        pool,
        dcRows,
        batch);
  }

  SearchSpace space(int nfe, Variation variation) {
    return new SearchSpace(
        solver.schedule(), solver.tEnd(), nfe, expanded, analyticStart, variation.times());
  }

  /** A plain solver with a spacing. */
  SolverSettings plain(Solver own, Spacing spacing) {
    return new SolverSettings(
        solver.schedule(),
        solver.tEnd(),
        spacing,
        own,
        solver.labels(),
        solver.thresholding(),
        solver.wholeTimes());
  }

  /** All times of all plain solvers, falling: the truth is computed once for all of them. */
  double[] times() {
    TreeSet<Double> union = new TreeSet<>();
    for (Spacing spacing : Spacing.values()) {
      nfes.forEach(
          n -> Arrays.stream(plain(solver.solver(), spacing).times(n)).forEach(union::add));
    }
    return union.descendingSet().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * What steps that expand v3 run on.
   *
   * @throws io.accelerant.core.error.ArtifactException if it is of something else
   * @throws io.accelerant.core.error.ConfigException if its grid is too coarse for the steps
   */
  Optional<ModelStatistics> statistics(
      JobContext context, JobConfig config, ContinuousSource model) {
    Optional<ModelStatistics> found =
        config
            .find(SearchKeys.STATISTICS)
            .map(uri -> StatisticsArtifact.open(uri, context))
            .map(artifact -> artifact.requireModel(model).require(solver, guidance).statistics());
    int steps = nfes.stream().mapToInt(n -> n).max().orElseThrow() + 1;
    if (found.isPresent() && found.get().points() < Genome.finest(steps)) {
      throw config.invalid(
          SearchKeys.STATISTICS,
          Text.of(
              "has a grid of %d points; %d steps need at least %d: measure finer ones with"
                  + " model-statistics.",
              found.get().points(), steps, Genome.finest(steps)));
    }
    return found;
  }

  /** The truth for a model. */
  ReferenceSolution truth(JobConfig config, ContinuousSource model) {
    return ReferenceSolution.of(
        config.find(SearchKeys.TRUTH),
        config.find(SearchKeys.TRUTH_STEPS),
        model,
        solver.schedule());
  }
}
