package io.accelerant.distill.dcsolver;

import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of the comparison: a solver with ratios.
 *
 * @param name as in the metrics
 */
record Arm(String name, Solver solver, double[] ratios) {
  static final String BEFORE = "mseBefore";
  static final String FITTED = "mseUnguarded";
  static final String ONLY_LAST = "onlyLast";
  static final String ALL_BUT_LAST = "allButLast";
  static final String STATIC = "static";
  private static final double STATIC_RATIO = 1.1;

  /** Names of the arms of every fit, in order. */
  static final List<String> OF_A_FIT = List.of(BEFORE, FITTED, ONLY_LAST, ALL_BUT_LAST, STATIC);

  static final String DUAL = "ddim-dual";
  private static final DualFast DUAL_FAST =
      new DualFast(0.5, DualFast.Growth.CONSTANT, DualFast.From.FIRST);

  /**
   * Other solvers at the same number of evaluations, measured beside the first fit, {@value #DUAL}
   * being DDIM with DualFast; the last two are not defined on every schedule.
   */
  static final List<String> BASELINES =
      List.of(Solver.DDIM, Solver.DPMPP_2M, Solver.DPMPP_3M, DUAL, Solver.DEIS, Solver.IPNDM);

  /** The arms of a fit. */
  static List<Arm> of(
      SolverSettings settings, double[] fitted, double[] onlyLast, boolean baselines) {
    int steps = fitted.length;
    double[] allButLast = fitted.clone();
    allButLast[steps - 1] = 1;
    Solver own = settings.solver();
    List<Arm> arms = new ArrayList<>();
    arms.add(new Arm(BEFORE, own, constant(steps, 1)));
    arms.add(new Arm(FITTED, own, fitted));
    arms.add(new Arm(ONLY_LAST, own, onlyLast));
    arms.add(new Arm(ALL_BUT_LAST, own, allButLast));
    arms.add(new Arm(STATIC, own, constant(steps, STATIC_RATIO)));
    if (baselines) {
      BASELINES.stream()
          .map(name -> new Arm(name, baseline(name), constant(steps, 1)))
          .filter(arm -> arm.solver().suits(settings.schedule()))
          .forEach(arms::add);
    }
    return arms;
  }

  private static Solver baseline(String name) {
    return name.equals(DUAL) ? Solver.plain(Solver.DDIM).with(DUAL_FAST) : Solver.plain(name);
  }

  /** Ratio 1 while there is nothing to interpolate, then the constant. */
  static double[] constant(int steps, double ratio) {
    double[] ratios = new double[steps];
    for (int i = 1; i <= steps; i++) {
      ratios[i - 1] = io.accelerant.distill.continuous.Compensation.isFree(i) ? ratio : 1;
    }
    return ratios;
  }
}
