package io.accelerant.distill.compare;

import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import java.io.Serializable;
import java.util.Arrays;

/**
 * One sampler of a number of evaluations.
 *
 * @param name as in metrics and tables
 * @param family of those among which the best is chosen
 * @param times [N + 1]
 * @param ratios of compensation, [N]
 * @param jumps whether it begins with the closed solution for normal data, down to its first time
 */
record Candidate(
    String name, String family, Solver solver, double[] times, double[] ratios, boolean jumps)
    implements Serializable {
  /** Plain solvers, the controls of all others. */
  static final String UNIFORM = "uniform";

  static final String DUAL_FAST = "dualFast";
  static final String TELEPORT = "teleport";

  static Candidate plain(String name, String family, Solver solver, double[] times) {
    return new Candidate(name, family, solver, times, ones(times), false);
  }

  static Candidate jumping(String name, Solver solver, double[] times) {
    return new Candidate(name, TELEPORT, solver, times, ones(times), true);
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
   */
  double[] sample(double[] noise, Schedule schedule, Denoiser model, GaussianLaw law) {
    double[] x =
        jumps ? law.jump(noise, schedule.node(schedule.start()), schedule.node(times[0])) : noise;
    return solver.on(schedule, times).sample(x, ratios, model);
  }
}
