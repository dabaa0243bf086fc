package io.accelerant.distill.statistics;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code model-statistics} job. */
public final class ModelStatisticsKeys {
  public static final Key<String> MODEL =
      Key.string(
          "modelStatistics.model",
          "The frozen model: <file>.json, a Gaussian mixture with exact score, onnx:<file>, or the"
              + " URI of a model artifact of images or videos");
  public static final Key<String> DATA =
      Key.string(
              "modelStatistics.data",
              "What is noised: URI of an images artifact, whose train rows are taken by id (with"
                  + " labels those of the label). Default: exact draws of a mixture, without"
                  + " guidance; else samples of the model itself")
          .optional();
  public static final Key<Integer> DATA_STEPS =
      Key.integer(
              "modelStatistics.dataSteps",
              "Steps of dpmpp-2m, log-snr, by which the model draws its samples where there is no"
                  + " data")
          .between(1, 100_000)
          .withDefault(100);
  public static final Key<Double> T_END =
      Key.number("modelStatistics.tEnd", "Time at which sampling ends; default: the schedule's end")
          .between(1e-6, 0.5)
          .optional();
  public static final Key<Integer> SAMPLES =
      Key.integer("modelStatistics.samples", "Samples at each grid point, the same ones at all")
          .between(2, 1_000_000)
          .withDefault(1024);
  public static final Key<Integer> GRID =
      Key.integer(
              "modelStatistics.grid",
              "Intervals of the grid, uniform in lambda; times of steps are rounded to its points")
          .between(8, 100_000)
          .withDefault(120);
  public static final Key<Double> GUIDANCE =
      Key.number(
              "modelStatistics.guidance",
              "Classifier-free guidance of the predictions; others than 1 need"
                  + " modelStatistics.label")
          .between(0, 1000)
          .withDefault(1.0);
  public static final Key<Double> STEP =
      Key.number(
              "modelStatistics.step",
              "Step of the central differences, in sigma and in lambda; default: the cube root of"
                  + " the rounding unit, 4.8e-6, in float64, and 0.1 of networks in float32")
          .between(1e-8, 0.5)
          .optional();
  public static final Key<Integer> HELD_OUT =
      Key.integer("modelStatistics.heldOut", "Starting points that the control is measured on")
          .between(2, 100_000)
          .withDefault(64);
  public static final Key<Integer> CONTROL_STEPS =
      Key.integer(
              "modelStatistics.controlSteps",
              "Steps of the trajectory along which the error of one step is measured")
          .between(3, 1000)
          .withDefault(10);
  public static final Key<List<Integer>> NFE =
      Key.integers("modelStatistics.nfe", "Numbers of steps at which solvers are compared")
          .between(1, 1000)
          .withDefault(List.of(5, 6, 8, 10));
  public static final Key<String> TRUTH =
      Key.string(
              "modelStatistics.truth",
              "What errors are to: rk4 in log-SNR, or ddim, the model's own fine trajectory."
                  + " Default: rk4 for mixtures, ddim for networks")
          .oneOf("rk4", "ddim")
          .optional();
  public static final Key<Integer> TRUTH_STEPS =
      Key.integer(
              "modelStatistics.truthSteps", "Steps of the truth; default: 600 of rk4, 999 of ddim")
          .between(1, 1_000_000)
          .optional();
  public static final Key<Integer> BATCH =
      Key.integer(
              "modelStatistics.batch",
              "Rows per model call: micro-batches are formed by id div batch")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer("modelStatistics.partitions", "Spark partitions of a stage; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  /** Of these the job takes schedule, order, spacing and label. */
  static final SolverKeys SOLVER =
      new SolverKeys(
          "modelStatistics", T_END, SolverKeys.quantile("modelStatistics"), Solver.DPM_V3);

  private static final List<Key<?>> OWN =
      List.of(
          MODEL,
          DATA,
          DATA_STEPS,
          SOLVER.schedule,
          T_END,
          SOLVER.label,
          GUIDANCE,
          SAMPLES,
          GRID,
          STEP,
          HELD_OUT,
          CONTROL_STEPS,
          NFE,
          SOLVER.order,
          SOLVER.spacing,
          TRUTH,
          TRUTH_STEPS,
          BATCH,
          PARTITIONS);

  static final List<Key<?>> ALL =
      RunKeys.and(Stream.of(OWN, Models.CONTINUOUS.keys()).<Key<?>>flatMap(List::stream).toList());

  private ModelStatisticsKeys() {}
}
