package io.accelerant.distill.dcsolver;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code dc-solver} job. */
public final class DcSolverKeys {
  public static final Key<String> MODEL =
      Key.string(
          "dcSolver.model",
          "The frozen model: <file>.json, a Gaussian mixture with exact score, or onnx:<file>");
  public static final Key<Double> T_END =
      Key.number("dcSolver.tEnd", "Time at which sampling ends; default: the schedule's end")
          .between(1e-6, 0.5)
          .optional();
  public static final Key<List<Integer>> NFE =
      Key.integers("dcSolver.nfe", "Numbers of steps to fit, each at least 3")
          .between(3, 1000)
          .withDefault(List.of(5, 6, 8, 10));
  public static final Key<List<Double>> GUIDANCE =
      Key.numbers("dcSolver.guidance", "Guidances to fit; others than 1 need dcSolver.label")
          .between(0, 1000)
          .withDefault(List.of(1.0));
  public static final Key<String> FIT_NOISE =
      Key.string(
              "dcSolver.fitNoise",
              "Starting points to fit on: how many to draw, or a JSON file of rows")
          .withDefault("10");
  public static final Key<String> EVAL_NOISE =
      Key.string(
              "dcSolver.evalNoise",
              "Other starting points, to measure on: how many to draw, or a JSON file of rows")
          .withDefault("128");
  public static final Key<Integer> NOISE_SETS =
      Key.integer(
              "dcSolver.noiseSets",
              "How many times to fit, each on fitNoise other points; the first fit is published, all feed the polynomial and the spread")
          .between(1, 100)
          .withDefault(3);
  public static final Key<String> OPTIMIZER =
      Key.string(
              "dcSolver.optimizer",
              "adamw as published, or exact: the minimum on [-1, 3] by a one-dimensional search")
          .oneOf("adamw", "exact")
          .withDefault("adamw");
  public static final Key<Integer> ITERATIONS =
      Key.integer("dcSolver.iterations", "Iterations of adamw for each ratio")
          .between(1, 100_000)
          .withDefault(40);
  public static final Key<Double> LEARNING_RATE =
      Key.number("dcSolver.learningRate", "Learning rate of adamw")
          .between(1e-9, 10)
          .withDefault(0.1);
  public static final Key<Boolean> GUARD =
      Key.bool(
              "dcSolver.guard",
              "Publish ratios only where they lower the error at the end on the points they were fitted on; else 1")
          .withDefault(true);
  public static final Key<Boolean> PREDICTOR_ONLY =
      Key.bool("dcSolver.predictorOnly", "Never correct: dcSolver.corrector = false")
          .withDefault(false);
  public static final Key<String> TRUTH =
      Key.string(
              "dcSolver.truth",
              "What to fit to: rk4 in log-SNR, or ddim, the model's own fine trajectory. Default: rk4 for mixtures, ddim for networks")
          .oneOf("rk4", "ddim")
          .optional();
  public static final Key<Integer> TRUTH_STEPS =
      Key.integer("dcSolver.truthSteps", "Steps of the truth; default: 600 of rk4, 999 of ddim")
          .between(1, 1_000_000)
          .optional();
  public static final Key<String> CPR =
      Key.string(
              "dcSolver.cpr",
              "36 coefficients to measure beside the fitted ones: a .npy or JSON file, or a dc-solver artifact")
          .optional();
  public static final Key<String> STATISTICS =
      Key.string(
              "dcSolver.statistics",
              "Measure DPM-Solver-v3 as well: URI of a model-statistics artifact of this model,"
                  + " schedule and one of the guidances")
          .optional();
  public static final Key<Integer> BATCH =
      Key.integer("dcSolver.batch", "Rows per model call: micro-batches are formed by id div batch")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer("dcSolver.partitions", "Spark partitions; 0: one for each fit")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  /** The solvers whose stored outputs are data predictions and which load.py knows. */
  static final SolverKeys SOLVER =
      new SolverKeys(
          "dcSolver",
          T_END,
          SolverKeys.quantile("dcSolver"),
          Solver.DDIM,
          Solver.DPMPP_2M,
          Solver.UNIPC);

  private static final List<Key<?>> OWN =
      List.of(
          MODEL,
          T_END,
          NFE,
          GUIDANCE,
          FIT_NOISE,
          EVAL_NOISE,
          NOISE_SETS,
          OPTIMIZER,
          ITERATIONS,
          LEARNING_RATE,
          GUARD,
          PREDICTOR_ONLY,
          TRUTH,
          TRUTH_STEPS,
          CPR,
          STATISTICS,
          BATCH,
          PARTITIONS);

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(OWN, SOLVER.all(), Models.CONTINUOUS.keys())
              .<Key<?>>flatMap(List::stream)
              .toList());

  private DcSolverKeys() {}
}
