package io.accelerant.distill.continuous;

import io.accelerant.core.config.Key;
import java.util.List;

/**
 * The keys that name a schedule, a solver and its times, under the block of a job. All are
 * optional; {@link SolverSettings} knows what is meant where one is not set.
 */
public final class SolverKeys {
  public final Key<String> schedule;
  public final Key<String> solver;
  public final Key<Integer> order;
  public final Key<String> variant;
  public final Key<String> corrector;
  public final Key<String> spacing;
  public final Key<String> finalOrder;
  public final Key<List<Integer>> label;
  public final Key<Double> threshold;
  public final Key<Double> tEnd;

  /**
   * @param block such as {@code sample}
   * @param tEnd the job's key of the smallest time
   * @param threshold the job's key of a quantile, see {@link #quantile}
   * @param solvers the solvers that the job knows
   */
  public SolverKeys(String block, Key<Double> tEnd, Key<Double> threshold, String... solvers) {
    this.tEnd = tEnd;
    this.threshold = threshold;
    schedule =
        Key.string(
                block + ".schedule",
                "Noise schedule of a continuous model; default: vp-linear, or that of the sampler")
            .oneOf(Schedule.labels())
            .optional();
    solver =
        Key.string(block + ".solver", "ODE solver; default: unipc, or that of the sampler")
            .oneOf(solvers)
            .optional();
    order =
        Key.integer(
                block + ".order",
                "Outputs that an update uses; default: 2 for unipc (1 to 3), 3 for dpm-v3 (1 to 3; 2 is usual under guidance) and for deis (1 to 4: tAB-0 to tAB-3)")
            .between(1, Solver.highest(Solver.DEIS))
            .optional();
    variant =
        Key.string(block + ".variant", "B(h) of unipc; default: bh2")
            .oneOf("bh1", "bh2")
            .optional();
    corrector =
        Key.string(
                block + ".corrector",
                "Correct the updates of unipc or dpm-v3: true, false, or after-first, all but the first; of dpm-v3 also half, those to t <= 0.5, or first-half, those to t > 0.5 as in its released code; the last never is. Default: true")
            .oneOf("true", "false", "after-first", "half", "first-half")
            .optional();
    spacing =
        Key.string(block + ".spacing", "How the times are spread; default: time-uniform")
            .oneOf("time-uniform", "time-quadratic", "log-snr", "karras")
            .optional();
    finalOrder =
        Key.string(
                block + ".lowerOrderFinal",
                "Lower the order of the last updates; default: always, never for deis")
            .oneOf("always", "below-10", "never")
            .optional();
    label =
        Key.integers(
                block + ".label",
                "Class to condition on; of several, sample id i takes number i mod count. Default: unconditional")
            .between(0, Integer.MAX_VALUE)
            .optional();
  }

  /**
   * The key of dynamic thresholding.
   *
   * @param block such as {@code dcSolver}
   */
  public static Key<Double> quantile(String block) {
    return Key.number(
            block + ".threshold",
            "Quantile of dynamic thresholding, 0 to 1, for pixel models; 0 for none. Default: 0")
        .between(0, 1)
        .optional();
  }

  /** All but {@link #tEnd}. */
  public List<Key<?>> all() {
    return List.of(
        schedule, solver, order, variant, corrector, spacing, finalOrder, label, threshold);
  }
}
