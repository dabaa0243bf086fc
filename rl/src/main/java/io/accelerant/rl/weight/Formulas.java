package io.accelerant.rl.weight;

/** The formulas of sections 2 and 4 of the method, each in one place. */
public final class Formulas {
  private Formulas() {}

  /**
   * {@code (x - min) / (max - min)}: invariant under x to c x + b for c &gt; 0. Where all are equal
   * there is no preference: 0.
   */
  public static double minMax(double x, double min, double max) {
    return max > min ? (x - min) / (max - min) : 0;
  }

  /**
   * {@code q = exp((score - 1) / alpha)}, in (0, 1]: a softmax up to its normaliser that cannot
   * overflow.
   */
  public static double softmaxWeight(double score, double alpha) {
    return StrictMath.exp((score - 1) / alpha);
  }

  /** Trajectories that Top-x% keeps: {@code floor(n x)}; n counts trajectories. */
  public static long kept(long trajectories, double share) {
    return (long) (trajectories * share);
  }

  /** One trajectory's part of n PSV(G): {@code max(G - mean G, 0)^2}. */
  public static double positiveSquare(double value, double mean) {
    double above = Math.max(value - mean, 0);
    return above * above;
  }

  /**
   * Effective number of transitions of a weighting, {@code (sum T q)^2 / sum T q^2} (Kish): all of
   * them when uniform.
   */
  public static double effectiveSampleSize(double sumTq, double sumTq2) {
    return sumTq * sumTq / sumTq2;
  }
}
