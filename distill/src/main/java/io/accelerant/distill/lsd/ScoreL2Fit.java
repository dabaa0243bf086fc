package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import java.util.Arrays;

/**
 * {@link ScoreL2} as Spark stages, one a pass. Mapped: students beside a micro-batch of the
 * teacher's walks. Reduced: 3M sums, added in the order of the micro-batches. The coefficients and,
 * when they are learned, the times travel with the tasks and are updated here.
 */
final class ScoreL2Fit {
  private final FitRun run;
  private final LsdSettings settings;
  private final CoefficientMode mode;
  private final int steps;
  private final double end;

  ScoreL2Fit(FitRun run, CoefficientMode mode, int steps) {
    this.run = run;
    this.settings = run.settings();
    this.mode = mode;
    this.steps = steps;
    this.end = settings.tEnd();
  }

  /** Phi and, with learned times, every second pass the step lengths. */
  Fitted fit() {
    int passes = settings.config().get(LsdKeys.PASSES);
    boolean sgd = settings.config().get(LsdKeys.FIT).equals("sgd");
    double rate = settings.config().get(LsdKeys.FIT_RATE);
    double[] a = new double[steps];
    double[] times = StepLengths.times(StepLengths.ofLogits(a, end), end);
    double[] phi = Coefficients.constant(mode, 1, steps).phi();
    for (int pass = 0; pass < passes; pass++) {
      boolean moveTimes = settings.learnTimes() && pass % 2 == 1;
      // kappa stands before the score in eq. 8, whatever the mode of Phi
      CoefficientMode compared = moveTimes ? CoefficientMode.SCALE : mode;
      double[] sums = sums(new Coefficients(mode, phi), times, compared, pass);
      if (moveTimes) {
        double[] kappa = sgd ? descend(a, sums, rate) : closedForm(sums);
        times = StepLengths.times(kappa, end);
      } else {
        phi = sgd ? ScoreL2.descend(phi, sums, rate) : ScoreL2.closedForm(sums);
        if (mode == CoefficientMode.EXPONENT) {
          phi = Arrays.stream(phi).map(CoefficientMode::clipExponent).toArray();
        }
      }
      run.say(
          "scoreL2 %s, %d steps, pass %d/%d: loss of step 0 %.4g",
          mode.label(),
          steps,
          pass + 1,
          passes,
          ScoreL2.loss(phi, sums, 0, settings.trajectories()));
      run.checkStop();
    }
    return new Fitted(times, new Coefficients(mode, phi));
  }

  private double[] sums(
      Coefficients coefficients, double[] times, CoefficientMode compared, int pass) {
    int m = steps;
    int stride = settings.gridPoints() / m;
    double[] teacherTimes = GridSampler.uniformTimes(m, end);
    ReverseKernel kernel = settings.kernel();
    double relaxation = settings.config().get(LsdKeys.RELAXATION);
    long seed = settings.fitSeed("scoreL2", pass);
    return TeacherTasks.sum(
        run.states()
            .map(
                "LSD scoreL2, %d steps, pass %d".formatted(m, pass + 1),
                (teacher, ids, all) -> {
                  int[][] grid = new int[m][];
                  for (int k = 0; k < m; k++) {
                    grid[k] = all[k * stride];
                  }
                  return ScoreL2.sums(
                      teacher,
                      kernel,
                      coefficients,
                      times,
                      grid,
                      teacherTimes,
                      compared,
                      relaxation,
                      seed,
                      ids);
                }));
  }

  /** H of eq. 8, see {@link ScoreL2#stepLengths}. */
  private double target() {
    boolean student = settings.config().get(LsdKeys.KAPPA_TARGET).equals("student");
    return (1 - end) / (student ? steps : settings.teacherSteps());
  }

  private double[] closedForm(double[] sums) {
    return ScoreL2.stepLengths(sums, target(), settings.config().get(LsdKeys.KAPPA_DAMPING), end);
  }

  /** One descent step on the logits a (changed in place), in units of the uniform step. */
  private double[] descend(double[] a, double[] sums, double rate) {
    double[] kappa = StepLengths.ofLogits(a, end);
    double[] ratio = ScoreL2.closedForm(sums);
    double[] gradient = new double[steps];
    for (int k = 0; k < steps; k++) {
      gradient[k] = kappa[k] - target() * ratio[k];
    }
    double[] slope = StepLengths.logitGradient(kappa, gradient, end);
    double unit = (1 - end) / steps;
    for (int k = 0; k < steps; k++) {
      a[k] -= rate * slope[k] / (unit * unit);
    }
    return StepLengths.ofLogits(a, end);
  }
}
