package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.Walk;

/**
 * An objective of ours: how much sharper is the teacher's posterior at the end of the student's
 * step than at its start? From the student's own x_k the teacher walks N/M fine steps to x'; over
 * the positions that are masked in both, Phi_k = sum &lt;log p(x_k), log p(x')&gt; / sum ||log
 * p(x_k)||^2. Steps are fitted in order, step k with Phi of the steps before it. Absorbing graph,
 * mode {@link CoefficientMode#POSTERIOR_EXPONENT}.
 */
final class Lookahead {
  private static final long STUDENT = RandomStream.purpose("lsd.lookahead.student");
  private static final long TEACHER = RandomStream.purpose("lsd.lookahead.teacher");

  private Lookahead() {}

  /** Fits M steps on the uniform grid: one Spark stage, which reduces two sums, a step. */
  static Fitted fit(FitRun run, int m) {
    LsdSettings settings = run.settings();
    ReverseKernel kernel = settings.kernel();
    int fine = settings.teacherSteps() / m;
    long seed = settings.fitSeed("lookahead", 0);
    Fitted fitted =
        new Fitted(
            settings.uniformTimes(m),
            Coefficients.constant(CoefficientMode.POSTERIOR_EXPONENT, 1, m));
    for (int k = 0; k < m; k++) {
      int step = k;
      Fitted before = fitted;
      double[] sums =
          run.sums(
                  Text.of("LSD lookahead, %d steps, step %d", m, k + 1),
                  1,
                  settings.trajectoryBatches(),
                  (teacher, only, ids) -> sums(teacher, kernel, before, step, fine, seed, ids))
              .get(0);
      double[] phi = before.coefficients().phi().clone();
      phi[k] = phi(sums);
      fitted = new Fitted(before.times(), new Coefficients(before.coefficients().mode(), phi));
      run.say("lookahead, %d steps, step %d/%d: phi %.3f", m, k + 1, m, phi[k]);
      run.checkStop();
    }
    return fitted;
  }

  /**
   * The two sums of step k over a batch.
   *
   * @param student of whose coefficients the entries before k are used
   * @param fine number N/M of teacher steps inside one student step
   * @return {sum of products, sum of squares}
   */
  static double[] sums(
      DiscreteModel teacher,
      ReverseKernel kernel,
      Fitted student,
      int k,
      int fine,
      long seed,
      long[] ids) {
    DiffusionProcess process = teacher.process();
    double[] times = student.times();
    Walk walk = Walk.fromPrior(teacher, STUDENT, seed, ids);
    for (int j = 0; j < k; j++) {
      walk.evaluate(times[j]);
      walk.step(kernel, student.coefficients(), times[j + 1]);
    }
    double[] before = walk.evaluate(times[k]);
    Walk ahead = walk.branch(k * fine, TEACHER);
    double h = (times[k] - times[k + 1]) / fine;
    for (int j = 0; j < fine; j++) {
      ahead.evaluate(times[k] - j * h);
      double u = j == fine - 1 ? times[k + 1] : times[k] - (j + 1) * h;
      ahead.step(kernel, ScoreTransform.IDENTITY, u);
    }
    double[] after = ahead.evaluate(times[k + 1]);
    double[] sums = new double[2];
    for (int i = 0; i < walk.states().length; i++) {
      ScoreRow here = ScoreRow.of(process, walk.states(), i, before);
      add(process, here, ScoreRow.of(process, ahead.states(), i, after), 1, sums);
    }
    return sums;
  }

  /**
   * Adds &lt;log p, log p'&gt; and ||log p||^2 of one position, if it is masked in both states.
   *
   * @param weight probability of the pair of states; 1 for a draw
   * @param sums two numbers
   */
  static void add(
      DiffusionProcess process, ScoreRow before, ScoreRow after, double weight, double[] sums) {
    if (!(before.moves(process) && after.moves(process))) {
      return;
    }
    double c = before.sum(process);
    double d = after.sum(process);
    for (int y = 0; y < process.vocabulary(); y++) {
      double p = logPosterior(before.score(y) / c);
      double q = logPosterior(after.score(y) / d);
      sums[0] += weight * p * q;
      sums[1] += weight * p * p;
    }
  }

  private static double logPosterior(double p) {
    return StrictMath.log(Math.max(p, ScoreL2.FLOOR));
  }

  /** Phi_k from the two sums, held in the range of exponents; 1 where no position was left. */
  static double phi(double[] sums) {
    return sums[1] > 0 ? CoefficientMode.clipExponent(sums[0] / sums[1]) : 1;
  }
}
