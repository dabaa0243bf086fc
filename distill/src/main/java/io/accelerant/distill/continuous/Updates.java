package io.accelerant.distill.continuous;

/**
 * The updates of the multistep solvers, one method a formula; UniPC, which corrects too, is {@link
 * UniPc}. Each takes x at s, [batch][d], and gives x at t.
 */
final class Updates {
  private Updates() {}

  /**
   * Euler on the straight path: x_t = x_s + (t - s) v, where v = (x_s - m) / s. DDIM is the same
   * function of x and m, up to the cut of lambda.
   */
  static double[] euler(double[] x, Step step) {
    double kept = step.t().t() / step.s().t();
    double[] m = step.m(0);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = kept * x[i] + (1 - kept) * m[i];
    }
    return y;
  }

  /**
   * DPM-Solver++(2M) (Lu et al. 2022): x_t = ddim - alpha_t g D / 2 with g = expm1(-h), D = (m_0 -
   * m_1)/r_0. In noise form it is DPM-Solver-2 multistep.
   */
  static double[] dpmSolver2M(double[] x, Step step) {
    double r0 = -step.r(1);
    double g = StrictMath.expm1(step.z());
    double c = -0.5 * step.scale() * g / r0;
    double[] m0 = step.m(0);
    double[] m1 = step.m(1);
    double[] y = step.ddim(x);
    for (int i = 0; i < y.length; i++) {
      y[i] += c * (m0[i] - m1[i]);
    }
    return y;
  }

  /**
   * DPM-Solver++(3M), data form: x_t = ddim + alpha_t (p2 D1 - p3 D2) with p2 = g/h + 1, p3 = p2/h
   * - 1/2. The reference code takes for D2 the second divided difference, half of h^2 m'', which
   * leaves order 2; doubled, the order is 3 and the update equals UniP-3.
   *
   * @param times 1, or 2 to double D2
   */
  static double[] dpmSolver3M(double[] x, Step step, int times) {
    double h = step.h();
    double r0 = -step.r(1);
    double r1 = (step.history().node(1).lambda() - step.history().node(2).lambda()) / h;
    double p2 = StrictMath.expm1(-h) / h + 1;
    double p3 = p2 / h - 0.5;
    double[] m0 = step.m(0);
    double[] m1 = step.m(1);
    double[] m2 = step.m(2);
    double[] y = step.ddim(x);
    for (int i = 0; i < y.length; i++) {
      double a = (m0[i] - m1[i]) / r0;
      double c = (m1[i] - m2[i]) / r1;
      double d1 = a + r0 / (r0 + r1) * (a - c);
      double d2 = (a - c) / (r0 + r1) * times;
      y[i] += step.scale() * (p2 * d1 - p3 * d2);
    }
    return y;
  }

  /**
   * DEIS, tAB-(p-1) (Zhang and Chen 2023), noise form: x_t = (alpha_t/alpha_s) x + sum_j C_j eps_j.
   * The linear part is exact, the noise is interpolated by a polynomial in t through p evaluations.
   */
  static double[] deis(double[] x, Step step, int p, Schedule schedule) {
    double a = step.form().linear(step.s(), step.t());
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = a * x[i];
    }
    for (int j = 0; j < p; j++) {
      double c = integral(step, j, p, schedule);
      double[] noise = step.m(j);
      for (int i = 0; i < y.length; i++) {
        y[i] += c * noise[i];
      }
    }
    return y;
  }

  /** Weights of Adams-Bashforth methods, by order; divided by the last number of each row. */
  private static final double[][] ADAMS_BASHFORTH = {
    {1, 1}, {3, -1, 2}, {23, -16, 5, 12}, {55, -59, 37, -9, 24}
  };

  /**
   * iPNDM (Zhang and Chen 2023), noise form: DDIM of a mean of the last p outputs with the fixed
   * weights of Adams and Bashforth, which are exact where steps of sigma/alpha are equal.
   */
  static double[] ipndm(double[] x, Step step, int p) {
    double[] weights = ADAMS_BASHFORTH[p - 1];
    double[] mean = new double[x.length];
    for (int j = 0; j < p; j++) {
      double weight = weights[j] / weights[p];
      double[] noise = step.m(j);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weight * noise[i];
      }
    }
    return new Step(step.form(), step.history().withNewest(mean), step.t()).ddim(x);
  }

  /**
   * C_j = int_s^t Psi(t,u) beta(u)/(2 sigma_u) L_j(u) du. Since Psi beta/(2 sigma) du = alpha_t
   * d(sigma/alpha), it is -alpha_t int e^-lambda L_j(t(lambda)) dlambda, which needs no derivative
   * of the schedule.
   */
  private static double integral(Step step, int j, int p, Schedule schedule) {
    double half = step.h() / 2;
    double sum = 0;
    for (int q = 0; q < GaussLegendre.POINTS; q++) {
      double lambda = step.s().lambda() + half * (1 + GaussLegendre.node(q));
      double u = schedule.timeOfLambda(lambda);
      double lagrange = Compensation.lagrange(step.history(), j, p - 1, u);
      sum += GaussLegendre.weight(q) * StrictMath.exp(-lambda) * lagrange;
    }
    return -step.t().alpha() * half * sum;
  }
}
