package io.accelerant.distill.continuous;

/** x_t = (sigma_t/sigma_s) x - alpha_t expm1(-h) m_0, order 1 (Song et al. 2021). */
record Ddim() implements Predictor {
  @Override
  public Form form() {
    return Form.DATA;
  }

  @Override
  public int maxOrder() {
    return 1;
  }

  @Override
  public double[] predict(double[] x, History history, Node t, int order) {
    return form().base(x, history, t);
  }
}
