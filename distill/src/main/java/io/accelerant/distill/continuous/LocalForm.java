package io.accelerant.distill.continuous;

/**
 * The exact solution of the ODE over one step s to t as a series in the derivatives d_k of some
 * function F of the model's output: x_t = base(x_s, F_s) + sum_k c_k d_k.
 */
interface LocalForm {
  /** F of an evaluation, as seen from s; [batch][d], not to be written. */
  double[] output(Evaluation evaluation);

  /** The terms without derivatives; a new array. */
  double[] base(double[] x, double[] f0);

  /**
   * Adds the term of derivative k.
   *
   * @param y x_t so far, changed
   * @param factor of the term
   * @param derivative h^k d_k
   */
  void add(double[] y, int k, double factor, double[] derivative);

  /** -h where the form decays with lambda, h where it grows: what relaxations are functions of. */
  double z();

  /**
   * Noise or data: x_t = linear x_s - scale z (phi_1(z) F_s + sum_k phi_{k+1}(z) h^k d_k), where z
   * = h, linear = alpha_t/alpha_s, scale = sigma_t for the noise, and -h, sigma_t/sigma_s, alpha_t
   * for the data.
   */
  record Exponential(Form form, Node s, Node t) implements LocalForm {
    @Override
    public double[] output(Evaluation evaluation) {
      return form == Form.NOISE ? evaluation.noise() : evaluation.data();
    }

    @Override
    public double z() {
      return form.z(s, t);
    }

    @Override
    public double[] base(double[] x, double[] f0) {
      return new Step(form, History.empty().push(s, f0), t).ddim(x);
    }

    @Override
    public void add(double[] y, int k, double factor, double[] derivative) {
      double c = -factor * form.scale(t) * z() * UniPc.phi(k + 1, z());
      for (int i = 0; i < y.length; i++) {
        y[i] += c * derivative[i];
      }
    }
  }
}
