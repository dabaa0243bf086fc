package io.accelerant.distill.discrete;

/**
 * Ancestral step of masked diffusion: with the mask probability m = 1 - exp(-sigma_bar) and the
 * posterior p, P[y] = p_y (m_t - m_u)/m_t and P[MASK] = m_u/m_t (Sahoo et al., MDLM). Uses the
 * scores normalised: scaling them changes nothing.
 */
public record MdlmAncestral() implements ReverseKernel {
  @Override
  public String label() {
    return "mdlm";
  }

  /**
   * @throws IllegalArgumentException on the uniform graph, which has no MASK
   */
  @Override
  public int probabilities(
      DiffusionProcess process,
      int symbol,
      double[] scores,
      int offset,
      double t,
      double u,
      double[] probabilities) {
    if (process.graph() != DiffusionGraph.ABSORB) {
      throw new IllegalArgumentException(
          "sampler mdlm needs graph absorb; take euler or tweedie for graph uniform");
    }
    Tweedie.posterior(process, symbol, scores, offset, t, probabilities);
    if (symbol == process.mask()) {
      double stay = process.masked(u) / process.masked(t);
      for (int y = 0; y < process.vocabulary(); y++) {
        probabilities[y] *= 1 - stay;
      }
      probabilities[symbol] = stay;
    }
    return 0;
  }
}
