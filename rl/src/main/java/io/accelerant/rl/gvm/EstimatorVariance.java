package io.accelerant.rl.gvm;

/**
 * Variance (trace of the covariance) of the unbiased estimator of lemma 1, {@code sum_i 1/(n_i p_i)
 * sum over right answers of their gradients}, in closed form. Prompts with p = 0 have no right
 * answers and no part in it; those with n = 0 have no variance, and are missing in the mean. With
 * weights {@code 1/(n p m)} all of it is divided by {@code m^2}. Arrays are by prompt.
 *
 * @param p probability of a right answer
 * @param m2 mean square of the norm of a right answer's gradient
 * @param mu2 squared norm of the mean of their gradients, at most {@code m2}
 */
public record EstimatorVariance(double[] p, double[] m2, double[] mu2) {

  /** Of one prompt with one sample: {@code M2 / p - mu2}. */
  static double ofOne(double p, double m2, double mu2) {
    return p == 0 ? 0 : Math.max(0, m2 / p - mu2);
  }

  private double ofOne(int i) {
    return ofOne(p[i], m2[i], mu2[i]);
  }

  private double boundOfOne(int i) {
    return ofOne(p[i], m2[i], 0);
  }

  /** {@code sum (M2 / p - mu2) / n}. */
  public double lemma1(long[] n) {
    double sum = 0;
    for (int i = 0; i < n.length; i++) {
      sum += n[i] == 0 ? 0 : ofOne(i) / n[i];
    }
    return sum;
  }

  /** {@code sum M2 / (p n)}, of which the published rule has the least. */
  public double bound(long[] n) {
    double sum = 0;
    for (int i = 0; i < n.length; i++) {
      sum += n[i] == 0 ? 0 : boundOfOne(i) / n[i];
    }
    return sum;
  }

  /** With {@code total / m} samples for each: {@code m/N sum (M2 / p - mu2)}. */
  public double uniform(long total) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += ofOne(i);
    }
    return sum * p.length / total;
  }

  /** {@link #bound} of {@code total / m} samples for each. */
  public double uniformBound(long total) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += boundOfOne(i);
    }
    return sum * p.length / total;
  }

  /** The least that real numbers of samples can have: {@code (sum sqrt(M2 / p - mu2))^2 / N}. */
  public double minimum(long total) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += StrictMath.sqrt(ofOne(i));
    }
    return sum * sum / total;
  }

  /** The least {@link #bound}: {@code (sum sqrt(M2 / p))^2 / N}. */
  public double boundMinimum(long total) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += StrictMath.sqrt(boundOfOne(i));
    }
    return sum * sum / total;
  }

  /** Prompts with right answers that get no sample: they bias the mean. */
  public int dropped(long[] n) {
    int dropped = 0;
    for (int i = 0; i < n.length; i++) {
      dropped += n[i] == 0 && p[i] > 0 ? 1 : 0;
    }
    return dropped;
  }
}
