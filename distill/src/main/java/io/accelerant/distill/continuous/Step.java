package io.accelerant.distill.continuous;

/**
 * One step from s, the newest time of the history, to t, in the symbols of the papers.
 *
 * @param form which exact form of the ODE is discretised, and so what the history holds
 */
record Step(Form form, History history, Node t) {
  Node s() {
    return history.node(0);
  }

  /** Output m_j at lambda_j, 0 the newest; not to be written. */
  double[] m(int j) {
    return history.output(j);
  }

  /** lambda_t - lambda_s, positive. */
  double h() {
    return t.lambda() - s().lambda();
  }

  /** -h in data form, h in noise form. */
  double z() {
    return form.z(s(), t);
  }

  /** alpha_t in data form, sigma_t in noise form. */
  double scale() {
    return form.scale(t);
  }

  /** (lambda_j - lambda_s) / h of an older output, negative. */
  double r(int j) {
    return (history.node(j).lambda() - s().lambda()) / h();
  }

  /**
   * DDIM (Song et al. 2021), order 1: (sigma_t/sigma_s) x - alpha_t expm1(-h) m_0 in data form. The
   * updates of higher order add to it.
   */
  double[] ddim(double[] x) {
    double a = form.linear(s(), t);
    double b = -scale() * StrictMath.expm1(z());
    double[] m0 = m(0);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = a * x[i] + b * m0[i];
    }
    return y;
  }
}
