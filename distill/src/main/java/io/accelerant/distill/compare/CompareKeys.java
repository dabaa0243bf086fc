package io.accelerant.distill.compare;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code compare-solvers} job. */
public final class CompareKeys {
  public static final Key<String> MODEL =
      Key.string(
          "compareSolvers.model",
          "The frozen model: <file>.json, a Gaussian mixture with exact score, onnx:<file>, or the URI of a model artifact");
  public static final Key<Double> T_END =
      Key.number("compareSolvers.tEnd", "Time at which sampling ends; default: the schedule's end")
          .between(1e-6, 0.5)
          .optional();
  public static final Key<List<Integer>> NFE =
      Key.integers("compareSolvers.nfe", "Numbers of evaluations")
          .between(1, 1000)
          .withDefault(List.of(3, 4, 5, 6, 8, 10));
  public static final Key<List<String>> SOLVERS =
      Key.strings("compareSolvers.solvers", "Plain solvers: " + SolverName.FORMS)
          .withDefault(
              List.of(
                  "ddim",
                  "dpmpp-2m",
                  "dpmpp-3m-doubled",
                  "deis-3",
                  "ipndm-2",
                  "ipndm-3",
                  "unipc-2-bh2",
                  "unipc-3-bh1",
                  "unipc-3-bh2"));
  public static final Key<List<String>> SPACINGS =
      Key.strings(
              "compareSolvers.spacings",
              "Grids of the plain solvers: time-uniform, time-quadratic, log-snr, karras")
          .withDefault(List.of("time-uniform", "log-snr"));
  public static final Key<List<Double>> DUAL_C =
      Key.numbers("compareSolvers.dualFast.c", "Weights of DualFast to try; []: none")
          .between(1e-6, 10)
          .withDefault(List.of());
  public static final Key<List<String>> DUAL_SCHEDULE =
      Key.strings("compareSolvers.dualFast.schedule", "Schedules of it: constant, linear")
          .withDefault(List.of("constant", "linear"));
  public static final Key<List<String>> DUAL_FROM =
      Key.strings("compareSolvers.dualFast.from", "Outputs to hold against: previous, first")
          .withDefault(List.of("previous", "first"));
  public static final Key<List<String>> DUAL_SOLVERS =
      Key.strings("compareSolvers.dualFast.solvers", "Solvers that it is put on")
          .withDefault(List.of("ddim", "dpmpp-2m", "unipc-3-bh2"));
  public static final Key<List<Double>> TELEPORT_TO =
      Key.numbers(
              "compareSolvers.teleport.to",
              "Times that Gaussian teleportation leads to, to try; []: none")
          .between(1e-6, 1)
          .withDefault(List.of());
  public static final Key<List<String>> TELEPORT_SOLVERS =
      Key.strings("compareSolvers.teleport.solvers", "Solvers that begin there")
          .withDefault(List.of("unipc-3-bh2"));
  public static final Key<String> MOMENTS =
      Key.string(
              "compareSolvers.moments",
              "URI of a data-moments artifact for teleportation; default: of a mixture, its own")
          .optional();
  public static final Key<String> STATISTICS =
      Key.string(
              "compareSolvers.statistics",
              "URI of a model-statistics artifact of this model, labels and guidance: adds"
                  + " DPM-Solver-v3 on every spacing")
          .optional();
  public static final Key<List<String>> SAMPLERS =
      Key.strings(
              "compareSolvers.samplers",
              "URIs of samplers that were published for this model, as sample.sampler")
          .withDefault(List.of());
  public static final Key<String> DATA =
      Key.string(
              "compareSolvers.data",
              "Images artifact: Frechet distances to its held-out images; for models of images")
          .optional();
  public static final Key<Integer> CLASSIFIER_STEPS =
      Key.integer(
              "compareSolvers.classifierSteps",
              "Steps of the two networks of features, 64 images each")
          .between(1, 1_000_000)
          .withDefault(600);
  public static final Key<Integer> COUNT =
      Key.integer("compareSolvers.count", "Starting points to measure on, and samples to judge")
          .between(2, 1_000_000)
          .withDefault(256);
  public static final Key<Integer> CHOICE =
      Key.integer(
              "compareSolvers.choice",
              "Other starting points, on which the best of each family is chosen")
          .between(1, 1_000_000)
          .withDefault(64);
  public static final Key<Double> GUIDANCE =
      Key.number("compareSolvers.guidance", "Classifier-free guidance; others than 1 need a label")
          .between(0, 1000)
          .withDefault(1.0);
  public static final Key<String> TRUTH =
      Key.string(
              "compareSolvers.truth",
              "The fine trajectory: rk4 in log-SNR or ddim. Default: rk4 for mixtures, ddim for networks")
          .oneOf("rk4", "ddim")
          .optional();
  public static final Key<Integer> TRUTH_STEPS =
      Key.integer("compareSolvers.truthSteps", "Its steps; default: 600 of rk4, 999 of ddim")
          .between(1, 1_000_000)
          .optional();
  public static final Key<Integer> BATCH =
      Key.integer(
              "compareSolvers.batch",
              "Rows per model call: micro-batches are formed by id div batch")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer("compareSolvers.partitions", "Spark partitions; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  /** Of these, schedule, label and threshold are keys of the job. */
  static final SolverKeys SOLVER =
      new SolverKeys(
          "compareSolvers", T_END, SolverKeys.quantile("compareSolvers"), Solver.names());

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(
                  List.of(
                      MODEL,
                      SOLVER.schedule,
                      T_END,
                      NFE,
                      SOLVERS,
                      SPACINGS,
                      DUAL_C,
                      DUAL_SCHEDULE,
                      DUAL_FROM,
                      DUAL_SOLVERS,
                      TELEPORT_TO,
                      TELEPORT_SOLVERS,
                      MOMENTS,
                      STATISTICS,
                      SAMPLERS,
                      DATA,
                      CLASSIFIER_STEPS,
                      COUNT,
                      CHOICE,
                      GUIDANCE,
                      SOLVER.label,
                      SOLVER.threshold,
                      TRUTH,
                      TRUTH_STEPS,
                      BATCH,
                      PARTITIONS),
                  Models.CONTINUOUS.keys())
              .<Key<?>>flatMap(List::stream)
              .toList());

  private CompareKeys() {}
}
