package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import java.util.List;

/**
 * {@link Lookahead} as Spark stages, one a step, since step k is fitted with the coefficients
 * before it; on the uniform grid. Reduced: two sums.
 */
final class LookaheadFit {
  private final FitRun run;

  LookaheadFit(FitRun run) {
    this.run = run;
  }

  Fitted fit(int m) {
    LsdSettings settings = run.settings();
    double[] times = GridSampler.uniformTimes(m, settings.tEnd());
    ReverseKernel kernel = settings.kernel();
    int fine = settings.teacherSteps() / m;
    int batch = settings.batch();
    int count = settings.trajectories();
    long seed = settings.fitSeed("lookahead", 0);
    Coefficients coefficients = Coefficients.constant(CoefficientMode.POSTERIOR_EXPONENT, 1, m);
    for (int k = 0; k < m; k++) {
      int step = k;
      Coefficients before = coefficients;
      List<double[]> parts =
          run.tasks()
              .map(
                  "LSD lookahead, %d steps, step %d".formatted(m, k + 1),
                  TeacherTasks.batches(count, batch),
                  (teacher, unit) ->
                      Lookahead.sums(
                          teacher,
                          kernel,
                          before,
                          times,
                          step,
                          fine,
                          seed,
                          TeacherTasks.ids(unit, batch, count)));
      double[] phi = before.phi().clone();
      phi[k] = Lookahead.phi(TeacherTasks.sum(parts));
      coefficients = new Coefficients(before.mode(), phi);
      run.say("lookahead, %d steps, step %d/%d: phi %.3f", m, k + 1, m, phi[k]);
      run.checkStop();
    }
    return new Fitted(times, coefficients);
  }
}
