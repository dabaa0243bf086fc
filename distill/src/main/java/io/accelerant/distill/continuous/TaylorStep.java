package io.accelerant.distill.continuous;

import java.util.List;

/**
 * The update s to t by an expansion of noise or data about s. With z = h, scale = sigma_t, linear =
 * alpha_t/alpha_s for the noise and -h, alpha_t, sigma_t/sigma_s for the data it is
 *
 * <pre>
 * x_t = linear x_s - scale z (phi_1(z) F_s + sum_k phi_{k+1}(z) h^k d_k),
 * </pre>
 *
 * where d_k, the k-th derivative of F in lambda, is a weighted sum of differences F_j - F_s.
 */
final class TaylorStep implements StepUpdate {
  private static final long serialVersionUID = 1;

  private final Form form;
  private final double linear;
  private final double[] ofOutput;

  /**
   * @param nodes s, then the others in the order of their use
   */
  TaylorStep(Form form, List<Node> nodes, Node t, Expansion expansion) {
    this.form = form;
    Node s = nodes.get(0);
    double h = t.lambda() - s.lambda();
    double z = form.z(s, t);
    double[] r = new double[expansion.reach()];
    for (int j = 0; j < r.length; j++) {
      r[j] = (nodes.get(j + 1).lambda() - s.lambda()) / h;
    }
    linear = form.linear(s, t);
    ofOutput = new double[r.length + 1];
    ofOutput[0] = -form.scale(t) * StrictMath.expm1(z);
    for (int k = 1; k <= expansion.derivatives(); k++) {
      double c = -form.scale(t) * z * UniPc.phi(k + 1, z) * expansion.factor(k, z);
      double[] weights = expansion.weights(k, r);
      for (int j = 0; j < weights.length; j++) {
        ofOutput[j + 1] += c * weights[j];
        ofOutput[0] -= c * weights[j];
      }
    }
  }

  @Override
  public double[] x(double[] x, List<Evaluated> evaluated) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = linear * x[i];
    }
    for (int j = 0; j < ofOutput.length; j++) {
      add(y, ofOutput[j], evaluated.get(j));
    }
    return y;
  }

  /** y += c F, where F is eps or m = (x - sigma eps) / alpha. */
  private void add(double[] y, double c, Evaluated at) {
    double[] noise = at.noise();
    if (form == Form.NOISE) {
      for (int i = 0; i < y.length; i++) {
        y[i] += c * noise[i];
      }
      return;
    }
    double[] x = at.x();
    double sigma = at.node().sigma();
    double alpha = at.node().alpha();
    for (int i = 0; i < y.length; i++) {
      y[i] += c * ((x[i] - sigma * noise[i]) / alpha);
    }
  }
}
