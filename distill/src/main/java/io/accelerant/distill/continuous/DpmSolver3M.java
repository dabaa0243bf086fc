package io.accelerant.distill.continuous;

/**
 * DPM-Solver++(3M), data form: x = base + alpha_t (p2 D1 - p3 D2) with p2 = g/h + 1, p3 = p2/h -
 * 1/2. The reference code takes for D2 the second divided difference, half of h^2 m'', which leaves
 * order 2; doubled, the order is 3 and the update equals UniP-3.
 *
 * @param doubled whether D2 is doubled
 */
record DpmSolver3M(boolean doubled) implements Predictor {
  @Override
  public Form form() {
    return Form.DATA;
  }

  @Override
  public int maxOrder() {
    return 3;
  }

  @Override
  public double[] predict(double[] x, History history, Node t, int order) {
    if (order < 3) {
      return new DpmSolver2M(Form.DATA).predict(x, history, t, order);
    }
    Node s = history.node(0);
    double h = t.lambda() - s.lambda();
    double r0 = (s.lambda() - history.node(1).lambda()) / h;
    double r1 = (history.node(1).lambda() - history.node(2).lambda()) / h;
    double p2 = StrictMath.expm1(-h) / h + 1;
    double p3 = p2 / h - 0.5;
    double[] m0 = history.output(0);
    double[] m1 = history.output(1);
    double[] m2 = history.output(2);
    double[] y = form().base(x, history, t);
    for (int i = 0; i < y.length; i++) {
      double a = (m0[i] - m1[i]) / r0;
      double c = (m1[i] - m2[i]) / r1;
      double d1 = a + r0 / (r0 + r1) * (a - c);
      double d2 = (a - c) / (r0 + r1) * (doubled ? 2 : 1);
      y[i] += t.alpha() * (p2 * d1 - p3 * d2);
    }
    return y;
  }
}
