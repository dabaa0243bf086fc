package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;

/**
 * How many samples each prompt gets: in proportion to a score, in whole numbers with the exact
 * total (proposition 1 and the rounding of the published code). Arrays are by prompt.
 *
 * @param score what the share is in proportion to
 * @param share after the filters; sums to 1
 * @param real {@code floor + share (total - floor m)}
 * @param n whole, sums to the total
 * @param boundRatio the bound of the variance under this score over that of uniform samples, {@code
 *     (sum score)^2 / (m sum score^2)}, before filters and floor; at most 1, 1 if all scores are 0
 */
public record Allocation(
    double[] score, double[] share, double[] real, long[] n, double boundRatio) {

  /**
   * By success rates and sizes of gradients.
   *
   * @param ids of the prompts, rising: of equal residuals the first ones are rounded away
   * @param p probability of a right answer
   * @param g size of the gradient of a right answer, at least 0
   * @throws IllegalArgumentException if there are no prompts, ids do not rise, numbers are out of
   *     range, or the floor takes more than the total
   */
  public static Allocation of(
      long[] ids, double[] p, double[] g, long total, AllocationSettings settings) {
    require(ids, p, "p", 1);
    require(ids, g, "g", Double.MAX_VALUE);
    double[] score = new double[ids.length];
    for (int i = 0; i < score.length; i++) {
      score[i] = score(p[i], g[i], settings.alpha(), settings.beta());
    }
    double[] share = shares(score);
    filter(share, p, total - taken(ids.length, total, settings.floor()), settings);
    return of(score, share, total, settings.floor());
  }

  /**
   * In proportion to given scores.
   *
   * @param ids of the prompts, rising
   * @param scores finite, at least 0; where all are 0 each prompt gets as many
   * @throws IllegalArgumentException as {@link #of}
   */
  public static Allocation ofScores(long[] ids, double[] scores, long total, long floor) {
    require(ids, scores, "score", Double.MAX_VALUE);
    taken(ids.length, total, floor);
    return of(scores.clone(), shares(scores), total, floor);
  }

  /**
   * The least variance of the unbiased estimator: {@code n ~ sqrt(M2 / p - mu2)}, for those who
   * know the mean gradients.
   *
   * @param m2 mean square of the gradient's norm over right answers
   * @param mu2 squared norm of its mean
   * @throws IllegalArgumentException as {@link #of}
   */
  public static Allocation optimum(
      long[] ids, double[] p, double[] m2, double[] mu2, long total, long floor) {
    double[] scores = new double[p.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = StrictMath.sqrt(EstimatorVariance.ofOne(p[i], m2[i], mu2[i]));
    }
    return ofScores(ids, scores, total, floor);
  }

  /** Each prompt as many; the first ones one more where they do not divide the total. */
  public static Allocation uniform(long[] ids, long total) {
    return ofScores(ids, new double[ids.length], total, 0);
  }

  private static Allocation of(double[] score, double[] share, long total, long floor) {
    long rest = total - floor * score.length;
    double[] real = new double[share.length];
    for (int i = 0; i < real.length; i++) {
      real[i] = share[i] * rest;
    }
    long[] n = Rounding.exact(real, rest);
    for (int i = 0; floor > 0 && i < n.length; i++) {
      real[i] += floor;
      n[i] += floor;
    }
    return new Allocation(score, share, real, n, boundRatio(score));
  }

  /** {@code G / sqrt(p + alpha / p^(beta - 1))}; 0 where p or G is. */
  static double score(double p, double g, double alpha, double beta) {
    return p == 0 || g == 0 ? 0 : g / StrictMath.sqrt(p + alpha / StrictMath.pow(p, beta - 1));
  }

  /** In proportion; all alike where there is nothing to go by. */
  private static double[] shares(double[] score) {
    double[] share = scaled(score);
    double sum = sum(share);
    for (int i = 0; i < share.length; i++) {
      share[i] = sum == 0 ? 1.0 / share.length : share[i] / sum;
    }
    return share;
  }

  /** Both filters look at the shares as they are before either. */
  private static void filter(double[] share, double[] p, long rest, AllocationSettings settings) {
    double[] kept = share.clone();
    boolean dropped = false;
    for (int i = 0; i < kept.length; i++) {
      double right = p[i] * (settings.floor() + share[i] * rest);
      if (p[i] > settings.threshold() || right < settings.insufficient()) {
        dropped |= kept[i] > 0;
        kept[i] = 0;
      }
    }
    if (dropped) {
      System.arraycopy(shares(kept), 0, share, 0, share.length);
    }
  }

  private static double boundRatio(double[] score) {
    double[] scaled = scaled(score);
    double sum = sum(scaled);
    double squares = 0;
    for (double s : scaled) {
      squares += s * s;
    }
    return sum == 0 ? 1 : Math.min(1, sum / scaled.length * sum / squares);
  }

  /** Times a power of two, the largest below 2: no sum overflows, no bit is lost. */
  private static double[] scaled(double[] score) {
    double most = 0;
    for (double s : score) {
      most = Math.max(most, s);
    }
    double[] scaled = new double[score.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = Math.scalb(score[i], -Math.getExponent(most));
    }
    return scaled;
  }

  /** With the lost low parts of each addition (Neumaier, 1974). */
  private static double sum(double[] numbers) {
    double sum = 0;
    double lost = 0;
    for (double x : numbers) {
      double next = sum + x;
      lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
      sum = next;
    }
    return sum + lost;
  }

  /** What the floor takes. */
  private static long taken(int prompts, long total, long floor) {
    if (total < 0 || floor < 0 || floor > total / prompts) {
      throw new IllegalArgumentException(
          Text.of("a floor of %d samples for %d prompts exceeds %d", floor, prompts, total));
    }
    return floor * prompts;
  }

  private static void require(long[] ids, double[] numbers, String what, double most) {
    if (ids.length == 0 || ids.length != numbers.length) {
      throw new IllegalArgumentException(
          Text.of("%d prompts have %d numbers %s", ids.length, numbers.length, what));
    }
    for (int i = 0; i < ids.length; i++) {
      if (!(numbers[i] >= 0 && numbers[i] <= most)) {
        throw new IllegalArgumentException(
            Text.of("%s of prompt %d is %s", what, ids[i], numbers[i]));
      }
      if (i > 0 && ids[i] <= ids[i - 1]) {
        throw new IllegalArgumentException(
            Text.of("prompt %d is not behind %d", ids[i], ids[i - 1]));
      }
    }
  }
}
