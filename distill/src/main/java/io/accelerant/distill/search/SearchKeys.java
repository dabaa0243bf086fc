package io.accelerant.distill.search;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code search-solver} job. */
public final class SearchKeys {
  public static final Key<String> MODEL =
      Key.string(
          "searchSolver.model",
          "The frozen model: <file>.json, a Gaussian mixture with exact score, onnx:<file>, or the URI of a model artifact");
  public static final Key<Double> T_END =
      Key.number("searchSolver.tEnd", "Time at which sampling ends; default: the schedule's end")
          .between(1e-6, 0.5)
          .optional();
  public static final Key<List<Integer>> NFE =
      Key.integers("searchSolver.nfe", "Numbers of network evaluations, each searched on its own")
          .between(2, 100)
          .withDefault(List.of(5, 8));
  public static final Key<Double> GUIDANCE =
      Key.number(
              "searchSolver.guidance",
              "Classifier-free guidance; other than 1 needs searchSolver.label")
          .between(0, 1000)
          .withDefault(1.0);
  public static final Key<String> FIT_NOISE =
      Key.string(
              "searchSolver.fitNoise",
              "Starting points to search on: how many to draw, or a JSON file of rows")
          .withDefault("64");
  public static final Key<String> EVAL_NOISE =
      Key.string(
              "searchSolver.evalNoise",
              "Other starting points, to measure on: how many to draw, or a JSON file of rows")
          .withDefault("256");
  public static final Key<List<String>> EXPANDED =
      Key.strings(
              "searchSolver.expanded",
              "What a step may expand: noise, data, or v3 (DPM-Solver-v3), which needs searchSolver.statistics")
          .oneOf("noise", "data", "v3")
          .withDefault(List.of("noise", "data"));
  public static final Key<String> STATISTICS =
      Key.string(
              "searchSolver.statistics",
              "URI of a model-statistics artifact of the model: steps may expand v3, and dpm-v3 is one more plain solver")
          .optional();
  public static final Key<Boolean> ANALYTIC_START =
      Key.bool(
              "searchSolver.analyticStart",
              "Whether the output at T may be taken to be x itself, which saves an evaluation for one more step")
          .withDefault(true);
  public static final Key<String> OBJECTIVE =
      Key.string(
              "searchSolver.objective",
              "What is searched for: the smallest mean of the rows' squared errors at the end, or of their logarithms")
          .oneOf("mean", "log")
          .withDefault("mean");
  public static final Key<List<String>> PREDICTOR =
      Key.strings(
              "searchSolver.predictor",
              "none: every child is evaluated; ranked: the best of many by a learned ranking. Of several, the schedule with the lowest error on the fit noise is published")
          .oneOf(SearchSettings.NONE, SearchSettings.RANKED)
          .withDefault(List.of(SearchSettings.NONE, SearchSettings.RANKED));
  public static final Key<List<Long>> SEEDS =
      Key.longs(
              "searchSolver.seeds",
              "Searches with different draws; the best on the fit noise is published")
          .between(0, Long.MAX_VALUE)
          .withDefault(List.of(1L, 2L, 3L));
  public static final Key<Integer> POPULATION =
      Key.integer("searchSolver.population", "Candidates evaluated in a generation")
          .between(2, 100_000)
          .withDefault(60);
  public static final Key<Integer> GENERATIONS =
      Key.integer("searchSolver.generations", "Generations, the first one drawn at random")
          .between(1, 10_000)
          .withDefault(20);
  public static final Key<Integer> PARENTS =
      Key.integer(
              "searchSolver.parents", "The best candidates so far, from which the next are made")
          .between(1, 10_000)
          .withDefault(15);
  public static final Key<Double> CROSSOVER =
      Key.number("searchSolver.crossover", "Probability of crossover; else a parent is mutated")
          .between(0, 1)
          .withDefault(0.3);
  public static final Key<Double> MUTATION_GROUP =
      Key.number(
              "searchSolver.mutation.group",
              "Probability that a group of choices is mutated: times, what is expanded, orders, relaxations, correctors")
          .between(0.01, 1)
          .withDefault(0.3);
  public static final Key<Double> MUTATION_STEP =
      Key.number(
              "searchSolver.mutation.step",
              "Probability that a step of a mutated group is drawn anew")
          .between(0.01, 1)
          .withDefault(0.4);
  public static final Key<Double> MUTATION_TIMES =
      Key.number(
              "searchSolver.mutation.times",
              "Largest standard deviation of a mutated time, as a share of the range of log-SNR")
          .between(0, 1)
          .withDefault(0.08);
  public static final Key<Double> MUTATION_RELAXATION =
      Key.number(
              "searchSolver.mutation.relaxation",
              "Standard deviation of a mutated c of the relaxation 1 + c h")
          .between(0, 10)
          .withDefault(0.03);
  public static final Key<Double> MUTATION_MOVE =
      Key.number(
              "searchSolver.mutation.move",
              "Probability that a step is deleted and another one inserted; half of it: that the start changes between analytic and evaluated")
          .between(0, 1)
          .withDefault(0.2);
  public static final Key<Integer> RANKED_POOL =
      Key.integer(
              "searchSolver.ranked.pool", "Children that are ranked for each one that is evaluated")
          .between(1, 1000)
          .withDefault(8);
  public static final Key<Integer> RANKED_HIDDEN =
      Key.integer("searchSolver.ranked.hidden", "Hidden units of the network that ranks")
          .between(1, 4096)
          .withDefault(32);
  public static final Key<Integer> RANKED_UPDATES =
      Key.integer("searchSolver.ranked.updates", "Updates of it in a generation, each on 32 pairs")
          .between(1, 1_000_000)
          .withDefault(100);
  public static final Key<Double> RANKED_RATE =
      Key.number("searchSolver.ranked.learningRate", "Learning rate of it (Adam)")
          .between(1e-9, 10)
          .withDefault(3e-3);
  public static final Key<Integer> DC_ROWS =
      Key.integer(
              "searchSolver.dcRows",
              "Of the points to search on, how many the control DC-Solver fits its ratios to; 10 as published")
          .between(1, 100_000)
          .withDefault(10);
  public static final Key<String> TRUTH =
      Key.string(
              "searchSolver.truth",
              "What errors are measured to: rk4 in log-SNR, or ddim, the model's own fine trajectory. Default: rk4 for mixtures, ddim for networks")
          .oneOf("rk4", "ddim")
          .optional();
  public static final Key<Integer> TRUTH_STEPS =
      Key.integer("searchSolver.truthSteps", "Steps of the truth; default: 600 of rk4, 999 of ddim")
          .between(1, 1_000_000)
          .optional();
  public static final Key<Integer> BATCH =
      Key.integer(
              "searchSolver.batch", "Rows per model call: micro-batches are formed by id div batch")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer("searchSolver.partitions", "Spark partitions; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  /** Of these the job has the schedule, the class and the threshold. */
  static final SolverKeys SOLVER =
      new SolverKeys("searchSolver", T_END, SolverKeys.quantile("searchSolver"));

  private static final List<Key<?>> OWN =
      List.of(
          MODEL,
          SOLVER.schedule,
          SOLVER.label,
          SOLVER.threshold,
          T_END,
          NFE,
          GUIDANCE,
          FIT_NOISE,
          EVAL_NOISE,
          EXPANDED,
          STATISTICS,
          ANALYTIC_START,
          OBJECTIVE,
          PREDICTOR,
          SEEDS,
          POPULATION,
          GENERATIONS,
          PARENTS,
          CROSSOVER,
          MUTATION_GROUP,
          MUTATION_STEP,
          MUTATION_TIMES,
          MUTATION_RELAXATION,
          MUTATION_MOVE,
          RANKED_POOL,
          RANKED_HIDDEN,
          RANKED_UPDATES,
          RANKED_RATE,
          DC_ROWS,
          TRUTH,
          TRUTH_STEPS,
          BATCH,
          PARTITIONS);

  static final List<Key<?>> ALL =
      RunKeys.and(Stream.of(OWN, Models.CONTINUOUS.keys()).<Key<?>>flatMap(List::stream).toList());

  private SearchKeys() {}
}
