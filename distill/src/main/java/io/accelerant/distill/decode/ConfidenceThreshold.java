package io.accelerant.distill.decode;

/**
 * All positions with {@code c >= threshold}, and always the one of the largest {@code c = max p}
 * (Fast-dLLM; dllm-decoders.md 2).
 *
 * @param strict whether what is exactly at the threshold waits
 */
record ConfidenceThreshold(double threshold, boolean strict) implements UnmaskRule {
  @Override
  public String label() {
    return "confidence, threshold " + (strict ? "above " : "") + threshold;
  }

  @Override
  public Steps begin() {
    return row ->
        Ranking.of(row, Certainty::logConfidence)
            .commit(row, (rank, logC) -> passes(StrictMath.exp(logC)));
  }

  private boolean passes(double c) {
    return strict ? c > threshold : c >= threshold;
  }
}
