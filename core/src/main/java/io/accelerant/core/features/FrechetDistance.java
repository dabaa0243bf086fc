package io.accelerant.core.features;

/**
 * The squared Wasserstein-2 distance of two normal laws with given moments (Dowson and Landau 1982;
 * "FID" of Heusel et al. 2017 when the features are those of Inception):
 *
 * <pre>
 * |m_a - m_b|^2 + tr(S_a) + tr(S_b) - 2 tr((S_a S_b)^(1/2))
 * </pre>
 *
 * It is biased upwards by sample size, so compare only numbers from as many samples, and hold them
 * against the distance of as many real ones.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * The trace term is exact, see {@link FrechetReference}, which is to be asked where many are held
   * against one.
   *
   * @throws IllegalArgumentException if the dimensions differ
   */
  public static double between(Moments a, Moments b) {
    return new FrechetReference(a).distance(b);
  }
}
