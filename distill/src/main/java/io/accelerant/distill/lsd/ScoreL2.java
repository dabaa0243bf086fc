package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.Walk;
import java.util.Arrays;

/**
 * The published objective: L_k(Phi_k) = E ||Phi_k s(x_k, t_k) - s(x*_k, t_k)||<sup>2</sup> over all
 * entries but the own one, with x_k from the student and x*_k from the teacher, each walking from
 * the same prior draw. No gradient goes through the draws, so that every L_k is a quadratic in one
 * number with the minimum Phi_k = E&lt;s_k, s*_k&gt; / E||s_k||<sup>2</sup>. In exponent mode log
 * scores take the place of scores, at positions that are masked in both states.
 *
 * <p>As Spark stages: students are mapped beside the micro-batches of the teacher's walks; 3M sums
 * are reduced, in the order of the micro-batches.
 */
final class ScoreL2 {
  private static final long STEP = RandomStream.purpose("lsd.student.step");
  private static final long RELAX = RandomStream.purpose("lsd.relax");

  /** The posterior, or the share of the row, is not taken below this before a logarithm. */
  static final double FLOOR = 1e-3;

  /** A step whose student sees nothing of the teacher's scores keeps this part of its length. */
  private static final double SMALLEST_RATIO = 1e-6;

  private final FitRun run;
  private final LsdSettings settings;
  private final CoefficientMode mode;
  private final int steps;
  private final double end;

  ScoreL2(FitRun run, CoefficientMode mode, int steps) {
    this.run = run;
    this.settings = run.settings();
    this.mode = mode;
    this.steps = steps;
    this.end = settings.tEnd();
  }

  /**
   * Phi and, with learned times, every second pass the step lengths. A pass is one Spark stage over
   * the teacher's walks; coefficients and times travel with its tasks and are updated here.
   */
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
      double[] sums = sums(new Fitted(times, new Coefficients(mode, phi)), compared, pass);
      if (moveTimes) {
        times = StepLengths.times(sgd ? descendLogits(a, sums, rate) : lengths(sums), end);
      } else {
        phi = sgd ? descend(phi, sums, rate) : closedForm(sums);
        if (mode == CoefficientMode.EXPONENT) {
          phi = Arrays.stream(phi).map(CoefficientMode::clipExponent).toArray();
        }
      }
      run.say(
          "scoreL2 %s, %d steps, pass %d/%d: loss of step 0 %.4g",
          mode.label(), steps, pass + 1, passes, loss(phi, sums, 0, settings.trajectories()));
      run.checkStop();
    }
    return new Fitted(times, new Coefficients(mode, phi));
  }

  private double[] sums(Fitted student, CoefficientMode compared, int pass) {
    int m = steps;
    int stride = settings.gridPoints() / m;
    ReverseKernel kernel = settings.kernel();
    double relaxation = settings.config().get(LsdKeys.RELAXATION);
    long seed = settings.fitSeed("scoreL2", pass);
    return run.sumOverWalks(
        Text.of("LSD scoreL2, %d steps, pass %d", m, pass + 1),
        (teacher, ids, walk) -> {
          int[][] grid = new int[m][];
          Arrays.setAll(grid, k -> walk[k * stride]);
          return sums(teacher, kernel, student, grid, compared, relaxation, seed, ids);
        });
  }

  /** H of eq. 8, see {@link #stepLengths}. */
  private double target() {
    boolean student = settings.config().get(LsdKeys.KAPPA_TARGET).equals("student");
    return (1 - end) / (student ? steps : settings.teacherSteps());
  }

  private double[] lengths(double[] sums) {
    return stepLengths(sums, target(), settings.config().get(LsdKeys.KAPPA_DAMPING), end);
  }

  /** One descent step on the logits a (changed in place), in units of the uniform step. */
  private double[] descendLogits(double[] a, double[] sums, double rate) {
    double[] kappa = StepLengths.ofLogits(a, end);
    double[] ratio = closedForm(sums);
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

  /**
   * Rolls a batch of students and adds up what the quadratics need.
   *
   * @param student times and coefficients of the pass
   * @param walk the teacher's states x* at M equal distances of time: [M][batch * length]; the
   *     first is x_T
   * @param compared {@link CoefficientMode#SCALE}: scores are compared; else their logarithms
   * @param relaxation share of the positions of the student's start that is replaced by random
   *     other symbols
   * @return [3 M]: sums of &lt;s, s*&gt;, of ||s||^2 and of ||s*||^2 over the batch for k = 0..M-1
   */
  static double[] sums(
      DiscreteModel teacher,
      ReverseKernel kernel,
      Fitted student,
      int[][] walk,
      CoefficientMode compared,
      double relaxation,
      long seed,
      long[] ids) {
    DiffusionProcess process = teacher.process();
    double[] times = student.times();
    int steps = times.length - 1;
    double[] teacherTimes = GridSampler.uniformTimes(steps, times[steps]);
    int[] states = walk[0].clone();
    relax(process, states, relaxation, seed, ids);
    Walk own = new Walk(teacher, states, 0, STEP, seed, ids);
    double[] reference = new double[states.length * process.symbols()];
    double[] sums = new double[3 * steps];
    for (int k = 0; k < steps; k++) {
      double[] scores = own.evaluate(times[k]);
      teacher.scores(walk[k], ids, k + 1, teacherTimes[k], reference);
      for (int i = 0; i < states.length; i++) {
        ScoreRow s = ScoreRow.of(process, states, i, scores);
        add(process, compared, s, ScoreRow.of(process, walk[k], i, reference), 1, sums, k);
      }
      own.step(kernel, student.coefficients(), times[k + 1]);
    }
    return sums;
  }

  /**
   * Adds &lt;s, s*&gt;, ||s||^2 and ||s*||^2 of one position to the sums of step k, own entries and
   * MASK left out. In the modes that are exponents log scores take the place of scores, and
   * positions that cannot move in both states are left out.
   *
   * @param compared see {@link #sums}
   * @param weight probability of the pair of states; 1 for a draw
   * @param sums [3 M]
   */
  static void add(
      DiffusionProcess process,
      CoefficientMode compared,
      ScoreRow student,
      ScoreRow teacher,
      double weight,
      double[] sums,
      int k) {
    boolean logarithmic = compared != CoefficientMode.SCALE;
    if (logarithmic && !(student.moves(process) && teacher.moves(process))) {
      return;
    }
    double studentFloor = logarithmic ? FLOOR * student.sum(process) : 0;
    double teacherFloor = logarithmic ? FLOOR * teacher.sum(process) : 0;
    int steps = sums.length / 3;
    for (int y = 0; y < process.vocabulary(); y++) {
      double s = logarithmic ? student.log(y, studentFloor) : student.score(y);
      double r = logarithmic ? teacher.log(y, teacherFloor) : teacher.score(y);
      sums[k] += weight * s * r;
      sums[steps + k] += weight * s * s;
      sums[2 * steps + k] += weight * r * r;
    }
  }

  /**
   * Puts random other symbols on {@code round(share L)} random positions: the relaxed start of the
   * student.
   */
  static void relax(DiffusionProcess process, int[] states, double share, long seed, long[] ids) {
    int length = states.length / ids.length;
    int flips = (int) Math.round(share * length);
    for (int b = 0; b < ids.length && flips > 0; b++) {
      RandomStream stream = new RandomStream(seed, RELAX, ids[b], 0);
      int[] order = new int[length];
      for (int i = 0; i < length; i++) {
        order[i] = i;
      }
      for (int i = 0; i < flips; i++) {
        int j = i + stream.nextInt(length - i);
        int position = order[j];
        order[j] = order[i];
        int row = b * length + position;
        int other = stream.nextInt(process.symbols() - 1);
        states[row] = other < states[row] ? other : other + 1;
      }
    }
  }

  /** Phi_k = E&lt;s, s*&gt; / E||s||^2 from {@link #sums}; 1 where a step saw no score. */
  static double[] closedForm(double[] sums) {
    int steps = sums.length / 3;
    double[] phi = new double[steps];
    for (int k = 0; k < steps; k++) {
      phi[k] = sums[steps + k] > 0 ? sums[k] / sums[steps + k] : 1;
    }
    return phi;
  }

  /**
   * One descent step, Phi_k - rate dL_k/dPhi_k / (2 E||s||^2). The gradient is divided by its own
   * curvature, which grows to 1e6 near t = 0; a rate of 1 lands on {@link #closedForm}.
   */
  static double[] descend(double[] phi, double[] sums, double rate) {
    double[] target = closedForm(sums);
    double[] next = new double[phi.length];
    for (int k = 0; k < phi.length; k++) {
      next[k] = phi[k] + rate * (target[k] - phi[k]);
    }
    return next;
  }

  /** L_k(Phi_k) = (Phi^2 E||s||^2 - 2 Phi E&lt;s, s*&gt; + E||s*||^2) / count. */
  static double loss(double[] phi, double[] sums, int k, long count) {
    int steps = sums.length / 3;
    return (phi[k] * phi[k] * sums[steps + k] - 2 * phi[k] * sums[k] + sums[2 * steps + k]) / count;
  }

  /**
   * LSD+ (eq. 8): the step lengths whose scores kappa_k s best match H s*, renormalised to the time
   * axis.
   *
   * @param sums of scores, not of their logarithms: kappa stands before s
   * @param target H: (1 - tEnd)/M, the student's step (ours), or (1 - tEnd)/N, the teacher's (as
   *     printed; its minimum covers only M/N of the axis, and the renormalisation then undoes the
   *     factor)
   * @param damping 1 takes the minimiser, 0.5 its square root relative to the uniform step
   */
  static double[] stepLengths(double[] sums, double target, double damping, double tEnd) {
    int steps = sums.length / 3;
    double[] ratio = closedForm(sums);
    double[] kappa = new double[steps];
    for (int k = 0; k < steps; k++) {
      kappa[k] = target * StrictMath.pow(Math.max(ratio[k], SMALLEST_RATIO), damping);
    }
    return StepLengths.ofWeights(kappa, tEnd);
  }
}
