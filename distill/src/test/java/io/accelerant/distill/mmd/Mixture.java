package io.accelerant.distill.mmd;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Node;
import java.util.Arrays;

/**
 * Equal components N(mean, deviation^2 I), with samples and the exact score.
 *
 * @param sigmas of a mixture of Gaussian kernels that tells such laws apart
 */
record Mixture(String name, double[][] means, double deviation, double[] sigmas)
    implements PredictionModel {
  /** Eight components around a circle. */
  static Mixture ring() {
    double[][] ring = new double[8][];
    Arrays.setAll(
        ring, k -> new double[] {1.5 * Math.cos(k * Math.PI / 4), 1.5 * Math.sin(k * Math.PI / 4)});
    return new Mixture("ring", ring, 0.1, new double[] {.1, .3, 1});
  }

  static Mixture sixteenDimensions() {
    double[][] sixteen = new double[8][16];
    for (int k = 0; k < 8; k++) {
      RandomStream stream = new RandomStream(4, 6, k, 0);
      Arrays.setAll(sixteen[k], i -> 0.5 * stream.nextGaussian());
    }
    return new Mixture("sixteen dimensions", sixteen, 0.4, new double[] {1, 2, 4});
  }

  int size() {
    return means[0].length;
  }

  FeatureTable draw(int rows, long seed) {
    double[] x = new double[rows * size()];
    for (int row = 0; row < rows; row++) {
      RandomStream stream = new RandomStream(seed, 5, row, 0);
      double[] mean = means[stream.nextInt(means.length)];
      for (int i = 0; i < size(); i++) {
        x[row * size() + i] = mean[i] + deviation * stream.nextGaussian();
      }
    }
    return FeatureTable.of(x, size());
  }

  /** Where a chain starts. */
  double[] noise(int rows, long seed) {
    double[] noise = new double[rows * size()];
    for (int row = 0; row < rows; row++) {
      RandomStream stream = new RandomStream(seed, 8, row, 0);
      for (int i = 0; i < size(); i++) {
        noise[row * size() + i] = stream.nextGaussian();
      }
    }
    return noise;
  }

  /** Variance of a component at a time. */
  private double variance(Node node) {
    double spread = node.alpha() * deviation;
    return spread * spread + node.sigma() * node.sigma();
  }

  /** Responsibilities, u_k = (x - alpha mu_k) / v, and eps = sigma sum_k r_k u_k of a row. */
  private double[] exact(double[] x, int from, Node node, double[] shares, double[][] u) {
    double v = variance(node);
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < shares.length; k++) {
      double square = 0;
      for (int i = 0; i < size(); i++) {
        double difference = x[from + i] - node.alpha() * means[k][i];
        u[k][i] = difference / v;
        square += difference * difference;
      }
      shares[k] = -square / (2 * v);
      largest = Math.max(largest, shares[k]);
    }
    double sum = 0;
    for (int k = 0; k < shares.length; k++) {
      shares[k] = Math.exp(shares[k] - largest);
      sum += shares[k];
    }
    double[] eps = new double[size()];
    for (int k = 0; k < shares.length; k++) {
      shares[k] /= sum;
      for (int i = 0; i < size(); i++) {
        eps[i] += node.sigma() * shares[k] * u[k][i];
      }
    }
    return eps;
  }

  @Override
  public double[] predict(double[] x, Node node) {
    double[] shares = new double[means.length];
    double[][] u = new double[shares.length][size()];
    double[] noise = new double[x.length];
    for (int row = 0; row < x.length; row += size()) {
      System.arraycopy(exact(x, row, node, shares, u), 0, noise, row, size());
    }
    return noise;
  }

  /** J^T g = sigma (g / v + sum_k r_k (mean u - u_k) (u_k . g)), since all v are equal. */
  @Override
  public double[] pullBack(double[] x, Node node, double[] g) {
    double[] shares = new double[means.length];
    double[][] u = new double[shares.length][size()];
    double[] pulled = new double[x.length];
    for (int row = 0; row < x.length; row += size()) {
      double[] eps = exact(x, row, node, shares, u);
      for (int i = 0; i < size(); i++) {
        pulled[row + i] = node.sigma() * g[row + i] / variance(node);
      }
      for (int k = 0; k < shares.length; k++) {
        double along = 0;
        for (int i = 0; i < size(); i++) {
          along += u[k][i] * g[row + i];
        }
        for (int i = 0; i < size(); i++) {
          pulled[row + i] += shares[k] * (eps[i] - node.sigma() * u[k][i]) * along;
        }
      }
    }
    return pulled;
  }

  /** Share of rows within three deviations of a mean. */
  double within3Sigma(double[] x) {
    int near = 0;
    for (int row = 0; row < x.length; row += size()) {
      double nearest = Double.POSITIVE_INFINITY;
      for (double[] mean : means) {
        double square = 0;
        for (int i = 0; i < size(); i++) {
          square += (x[row + i] - mean[i]) * (x[row + i] - mean[i]);
        }
        nearest = Math.min(nearest, square);
      }
      near += nearest < 9 * deviation * deviation ? 1 : 0;
    }
    return near * size() / (double) x.length;
  }

  @Override
  public String toString() {
    return name;
  }
}
