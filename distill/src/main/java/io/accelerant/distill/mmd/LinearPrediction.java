package io.accelerant.distill.mmd;

import io.accelerant.distill.continuous.Node;

/**
 * W x + b at every time: the smallest model whose chain has a gradient worth checking.
 *
 * @param w [d][d], flat: row o makes number o of what is predicted
 * @param b [d]
 * @param gradW gathers dL/dW
 * @param gradB gathers dL/db
 */
record LinearPrediction(double[] w, double[] b, double[] gradW, double[] gradB)
    implements PredictionModel {
  LinearPrediction(double[] w, double[] b) {
    this(w, b, new double[w.length], new double[b.length]);
  }

  @Override
  public double[] predict(double[] x, Node node) {
    int d = b.length;
    double[] noise = new double[x.length];
    for (int row = 0; row < x.length; row += d) {
      for (int o = 0; o < d; o++) {
        double sum = b[o];
        for (int i = 0; i < d; i++) {
          sum += w[o * d + i] * x[row + i];
        }
        noise[row + o] = sum;
      }
    }
    return noise;
  }

  @Override
  public double[] pullBack(double[] x, Node node, double[] cotangent) {
    int d = b.length;
    double[] pulled = new double[x.length];
    for (int row = 0; row < x.length; row += d) {
      for (int o = 0; o < d; o++) {
        double g = cotangent[row + o];
        gradB[o] += g;
        for (int i = 0; i < d; i++) {
          gradW[o * d + i] += g * x[row + i];
          pulled[row + i] += g * w[o * d + i];
        }
      }
    }
    return pulled;
  }
}
