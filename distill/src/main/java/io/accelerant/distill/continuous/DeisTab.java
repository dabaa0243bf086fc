package io.accelerant.distill.continuous;

/**
 * DEIS, tAB (Zhang and Chen 2023): the linear part is exact, the noise is interpolated by a
 * polynomial in t through the last {@code order} evaluations; order p is the paper's tAB-(p-1).
 */
record DeisTab(VpSchedule schedule) implements Predictor {
  @Override
  public Form form() {
    return Form.NOISE;
  }

  @Override
  public int maxOrder() {
    return History.LONGEST;
  }

  /** x_t = (alpha_t/alpha_s) x + sum_j C_j eps_j. */
  @Override
  public double[] predict(double[] x, History history, Node t, int order) {
    double a = form().linear(history.node(0), t);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = a * x[i];
    }
    for (int j = 0; j < order; j++) {
      double c = coefficient(history, t, j, order);
      double[] noise = history.output(j);
      for (int i = 0; i < y.length; i++) {
        y[i] += c * noise[i];
      }
    }
    return y;
  }

  /**
   * C_j = int_s^t Psi(t,u) beta(u)/(2 sigma_u) L_j(u) du. Since Psi beta/(2 sigma) du = alpha_t
   * d(sigma/alpha), it is -alpha_t int e^-lambda L_j(t(lambda)) dlambda, which needs no derivative
   * of the schedule.
   */
  private double coefficient(History history, Node t, int j, int order) {
    double from = history.node(0).lambda();
    double half = (t.lambda() - from) / 2;
    double sum = 0;
    for (int q = 0; q < GaussLegendre.POINTS; q++) {
      double lambda = from + half * (1 + GaussLegendre.node(q));
      double u = schedule.timeOfLambda(lambda);
      double lagrange = Compensation.lagrange(history, j, order - 1, u);
      sum += GaussLegendre.weight(q) * StrictMath.exp(-lambda) * lagrange;
    }
    return -t.alpha() * half * sum;
  }
}
