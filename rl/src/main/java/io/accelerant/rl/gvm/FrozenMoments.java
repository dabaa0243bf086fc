package io.accelerant.rl.gvm;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What samples of a frozen policy say of its gradient, and in closed form of lemma 1's estimator of
 * it, {@code -1/m sum_i 1/(n_i p'_i) sum over right answers of their gradients}, where p' is an
 * estimate. A prompt that no sample solved has no part in anything. Arrays are by prompt.
 *
 * @param right samples that are right
 * @param p their share
 * @param m2 mean square of the norm of a right one's gradient
 * @param mu2 squared norm of the mean of such gradients, without what the spread of so few adds
 * @param gram {@code [m][m]}, inner products of mean gradients, {@code mu2} on the diagonal
 * @param reference the gradient of the loss, {@code -1/m sum} of the mean gradients
 */
record FrozenMoments(
    long[] right, double[] p, double[] m2, double[] mu2, double[][] gram, double[] reference) {

  /**
   * Samples of a prompt.
   *
   * @param norms of right ones' gradients, 0 of wrong ones
   * @param mean gradient of the right ones; 0 if there is none
   */
  record Known(boolean[] correct, double[] norms, float[] mean) implements Serializable {
    long right() {
      return IntStream.range(0, correct.length).filter(s -> correct[s]).count();
    }
  }

  /** Measured of gradients: variance about their mean, mean squared distance to the reference. */
  record Spread(double variance, double error) {}

  static FrozenMoments of(List<Known> known) {
    int m = known.size();
    long[] right = known.stream().mapToLong(Known::right).toArray();
    double[] p = new double[m];
    double[] m2 = new double[m];
    double[] mu2 = new double[m];
    double[][] gram = new double[m][m];
    for (int i = 0; i < m; i++) {
      Known own = known.get(i);
      for (int j = 0; j < i; j++) {
        gram[i][j] = dot(own.mean(), known.get(j).mean());
        gram[j][i] = gram[i][j];
      }
      p[i] = right[i] / (double) own.correct().length;
      m2[i] = right[i] == 0 ? 0 : squares(own) / right[i];
      mu2[i] = mu2(dot(own.mean(), own.mean()), m2[i], right[i]);
      gram[i][i] = mu2[i];
    }
    return new FrozenMoments(right, p, m2, mu2, gram, reference(known));
  }

  private static double squares(Known own) {
    double sum = 0;
    for (int s = 0; s < own.correct().length; s++) {
      sum += own.correct()[s] ? own.norms()[s] * own.norms()[s] : 0;
    }
    return sum;
  }

  /**
   * {@code (k |mean|^2 - M2) / (k - 1)}, unbiased; of a single one there is nothing to take off.
   */
  private static double mu2(double ofMean, double m2, long k) {
    return k < 2 ? ofMean : Math.max(0, (k * ofMean - m2) / (k - 1));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double[] reference(List<Known> known) {
    double[] sum = new double[known.get(0).mean().length];
    for (Known own : known) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] -= own.mean()[i] / (double) known.size();
      }
    }
    return sum;
  }

  int count() {
    return p.length;
  }

  /** The variance of {@link #reference}: {@code 1/m^2 sum (M2 - mu2) / right}. */
  double referenceVariance() {
    double[] ones = IntStream.range(0, count()).mapToDouble(i -> right[i] > 0 ? 1 : 0).toArray();
    return new EstimatorVariance(ones, m2, mu2).lemma1(right) / count() / count();
  }

  /** {@code 1/m^2 sum (p/p')^2 (M2 / p - mu2) / n}. */
  double variance(long[] n, double[] weightP) {
    double[] squares = new double[count()];
    double[] ofMeans = new double[count()];
    for (int i = 0; i < count(); i++) {
      double ratio = p[i] / weightP[i];
      squares[i] = ratio * ratio * m2[i];
      ofMeans[i] = ratio * ratio * mu2[i];
    }
    return new EstimatorVariance(p, squares, ofMeans).lemma1(n) / count() / count();
  }

  /**
   * Squared distance of the estimator's mean to the reference's: {@code 1/m^2 sum_ij b_i b_j
   * gram_ij}, b = p/p' - 1 with samples, -1 without. An unbiased estimate, which may be below 0.
   */
  double bias(long[] n, double[] weightP) {
    double[] off = new double[count()];
    for (int i = 0; i < count(); i++) {
      off[i] = p[i] == 0 ? 0 : (n[i] == 0 ? 0 : p[i] / weightP[i]) - 1;
    }
    double sum = 0;
    for (int i = 0; i < count(); i++) {
      for (int j = 0; j < count(); j++) {
        sum += off[i] * off[j] * gram[i][j];
      }
    }
    return sum / count() / count();
  }

  /** Share of all prompts that can be solved and get no sample. */
  double dropped(long[] n) {
    return (double) new EstimatorVariance(p, m2, mu2).dropped(n) / count();
  }

  /** Of at least two gradients; the error without that of the reference itself. */
  Spread spread(List<float[]> gradients) {
    int count = gradients.size();
    double[] mean = new double[reference.length];
    double squares = 0;
    double error = 0;
    for (float[] gradient : gradients) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += gradient[i] / (double) count;
        double off = gradient[i] - reference[i];
        error += off * off / count;
      }
    }
    for (float[] gradient : gradients) {
      for (int i = 0; i < mean.length; i++) {
        squares += (gradient[i] - mean[i]) * (gradient[i] - mean[i]);
      }
    }
    return new Spread(squares / (count - 1), error - referenceVariance());
  }
}
