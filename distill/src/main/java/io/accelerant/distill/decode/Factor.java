package io.accelerant.distill.decode;

/**
 * The factor variant of Fast-dLLM (dllm-decoders.md 2): with confidences {@code c(1) >= c(2) >= ..}
 * the longest prefix in which {@code c(n) >= 1 - factor / (n + 1)}, the first always. The released
 * code also commits the last position if it alone fails, which is a slip and not repeated.
 */
record Factor(double factor) implements UnmaskRule {
  @Override
  public String label() {
    return "factor, threshold " + factor;
  }

  @Override
  public Steps begin() {
    return row ->
        Ranking.of(row, Certainty::logConfidence)
            .commit(row, (rank, logC) -> StrictMath.exp(logC) >= 1 - factor / (rank + 2));
  }
}
