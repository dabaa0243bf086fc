package io.accelerant.distill.certainty;

import java.util.Arrays;

/**
 * The loss of one masked view of one row, in float64: {@code CE + beta ENT} (dparallel.md 5). CE is
 * the mean cross entropy of all masked positions; ENT the mean entropy of {@code softmax(z /
 * temperature)} over K, those whose label is an argmax of the logits (a tie counts as one). K is a
 * constant for the gradient. A mean over nothing is 0. The released code adds 1e-12 under the
 * logarithm of the entropy; here p ln p is 0 at p = 0.
 *
 * @param beta weight of ENT
 * @param temperature of the entropy; decoders read it at 1
 * @param every whether K is all masked positions, right or wrong
 */
public record ForcingLoss(double beta, double temperature, boolean every) {
  /**
   * What a loss is made of.
   *
   * @param crossEntropy CE, nats
   * @param kept whether a position is in K
   * @param entropy ENT, nats
   * @param loss CE + beta ENT
   * @param gradient {@code [positions][tokens]}, by the logits
   */
  public record Terms(
      double crossEntropy, boolean[] kept, double entropy, double loss, double[][] gradient) {}

  /**
   * @param logits {@code [positions][tokens]} of the masked positions; minus infinity for what may
   *     not come
   * @param labels of each position
   */
  public Terms of(double[][] logits, int[] labels) {
    boolean[] kept = new boolean[labels.length];
    int count = 0;
    for (int i = 0; i < kept.length; i++) {
      kept[i] = every || isArgmax(logits[i], labels[i]);
      count += kept[i] ? 1 : 0;
    }
    double crossEntropy = 0;
    double entropy = 0;
    double[][] gradient = new double[labels.length][];
    for (int i = 0; i < kept.length; i++) {
      double[] p = softmax(logits[i], 1);
      double[] q = softmax(logits[i], temperature);
      crossEntropy -= StrictMath.log(p[labels[i]]) / labels.length;
      gradient[i] = Arrays.stream(p).map(x -> x / labels.length).toArray();
      gradient[i][labels[i]] -= 1.0 / labels.length;
      if (kept[i]) {
        double h = entropy(q);
        entropy += h / count;
        addEntropyGradient(gradient[i], q, h, beta / count);
      }
    }
    return new Terms(crossEntropy, kept, entropy, crossEntropy + beta * entropy, gradient);
  }

  private static boolean isArgmax(double[] z, int label) {
    return z[label] == Arrays.stream(z).max().orElseThrow();
  }

  /** {@code dH/dz[v] = -(q[v] / T)(ln q[v] + H)}, times a weight. */
  private void addEntropyGradient(double[] gradient, double[] q, double h, double weight) {
    for (int v = 0; v < q.length; v++) {
      gradient[v] -= q[v] == 0 ? 0 : weight * q[v] / temperature * (StrictMath.log(q[v]) + h);
    }
  }

  /** {@code -sum q ln q}, nats. */
  private static double entropy(double[] q) {
    return -Arrays.stream(q).map(x -> x == 0 ? 0 : x * StrictMath.log(x)).sum();
  }

  private static double[] softmax(double[] z, double temperature) {
    double most = Arrays.stream(z).max().orElseThrow();
    double[] q = Arrays.stream(z).map(x -> StrictMath.exp((x - most) / temperature)).toArray();
    double sum = Arrays.stream(q).sum();
    return Arrays.stream(q).map(x -> x / sum).toArray();
  }
}
