package io.accelerant.distill.continuous;

/**
 * What the model predicted at a node, with the x that it was given: a later step may expand it in
 * any form.
 *
 * @param x [batch][d], the prediction, not what it was corrected to; not to be written
 * @param noise [batch][d]; not to be written
 */
record Evaluation(Node node, double[] x, double[] noise) {
  /** The same as data: m = (x - sigma eps) / alpha. */
  double[] data() {
    double[] m = new double[x.length];
    for (int i = 0; i < m.length; i++) {
      m[i] = (x[i] - node.sigma() * noise[i]) / node.alpha();
    }
    return m;
  }
}
