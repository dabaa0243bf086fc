package io.accelerant.distill.continuous;

/**
 * DPM-Solver++(2M) (Lu et al. 2022): r_0 = (lambda_0 - lambda_1)/h, D = (m_0 - m_1)/r_0, x = base -
 * alpha_t g D / 2. In noise form it is DPM-Solver-2 multistep.
 */
record DpmSolver2M(Form form) implements Predictor {
  @Override
  public int maxOrder() {
    return 2;
  }

  @Override
  public double[] predict(double[] x, History history, Node t, int order) {
    double[] y = form.base(x, history, t);
    if (order == 1) {
      return y;
    }
    Node s = history.node(0);
    double r0 = (s.lambda() - history.node(1).lambda()) / (t.lambda() - s.lambda());
    double g = StrictMath.expm1(form.z(s, t));
    double c = -0.5 * form.scale(t) * g / r0;
    double[] m0 = history.output(0);
    double[] m1 = history.output(1);
    for (int i = 0; i < y.length; i++) {
      y[i] += c * (m0[i] - m1[i]);
    }
    return y;
  }
}
