package io.accelerant.distill.compare;

import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.V3Sampler;
import java.io.Serializable;
import java.util.Arrays;

/**
 * One sampler of a number of evaluations.
 *
 * @param name as in metrics and tables
 * @param family of those among which the best is chosen
 * @param start its first time
 * @param jumps whether it begins with the closed solution for normal data, down to its first time
 * @param way from there to the end
 */
record Candidate(String name, String family, double start, boolean jumps, Way way)
    implements Serializable {
  /** Plain solvers, the controls of all others. */
  static final String UNIFORM = "uniform";

  static final String DUAL_FAST = "dualFast";
  static final String TELEPORT = "teleport";

  /** DPM-Solver-v3 on statistics of the model. */
  static final String V3 = Solver.DPM_V3;

  /** How x goes from the first time to the end. */
  @FunctionalInterface
  interface Way extends Serializable {
    /**
     * @param x [batch][d]
     * @param statistics of the model; null where no sampler takes any
     */
    double[] sample(double[] x, Schedule schedule, Denoiser model, ModelStatistics statistics);
  }

  static Candidate plain(String name, String family, Solver solver, double[] times) {
    return compensated(name, family, solver, times, ones(times));
  }

  /**
   * @param ratios of compensation, [N]
   */
  static Candidate compensated(
      String name, String family, Solver solver, double[] times, double[] ratios) {
    return new Candidate(name, family, times[0], false, solving(solver, times, ratios));
  }

  static Candidate jumping(String name, Solver solver, double[] times) {
    return new Candidate(name, TELEPORT, times[0], true, solving(solver, times, ones(times)));
  }

  static Candidate stepwise(String name, double start, StepSampler steps) {
    return new Candidate(
        name, name, start, false, (x, schedule, model, statistics) -> steps.sample(x, model));
  }

  /**
   * @param times on the grid of the statistics
   */
  static Candidate v3(String name, Solver solver, double[] times) {
    return new Candidate(name, V3, times[0], false, new OnStatistics(solver, times));
  }

  private static Way solving(Solver solver, double[] times, double[] ratios) {
    return (x, schedule, model, statistics) -> solver.on(schedule, times).sample(x, ratios, model);
  }

  private static double[] ones(double[] times) {
    double[] ones = new double[times.length - 1];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * x at the end.
   *
   * @param noise [batch][d] at the schedule's start
   * @param law of the data; without meaning where it does not jump
   * @param statistics see {@link Way}
   */
  double[] sample(
      double[] noise,
      Schedule schedule,
      Denoiser model,
      GaussianLaw law,
      ModelStatistics statistics) {
    double[] x =
        jumps ? law.jump(noise, schedule.node(schedule.start()), schedule.node(start)) : noise;
    return way.sample(x, schedule, model, statistics);
  }

  /** Keeps the factors of its updates for the next batch; each task has its own. */
  private static final class OnStatistics implements Way {
    private final Solver solver;
    private final double[] times;
    private transient V3Sampler sampler;

    OnStatistics(Solver solver, double[] times) {
      this.solver = solver;
      this.times = times;
    }

    @Override
    public double[] sample(
        double[] x, Schedule schedule, Denoiser model, ModelStatistics statistics) {
      if (sampler == null) {
        sampler = new V3Sampler(statistics, solver, PseudoOrder.CORRECTOR, times);
      }
      return sampler.sample(x, model);
    }
  }
}
