package io.accelerant.distill.decode;

/**
 * All positions with {@code H <= threshold}, and always the one of the smallest {@code H}
 * (dParallel; dllm-decoders.md 3).
 *
 * @param threshold nats
 * @param strict whether what is exactly at the threshold waits, as in the code for Dream; in that
 *     for LLaDA it does not
 */
record EntropyThreshold(double threshold, boolean strict) implements UnmaskRule {
  @Override
  public String label() {
    return "entropy, threshold " + (strict ? "below " : "") + threshold;
  }

  @Override
  public Steps begin() {
    return row ->
        Ranking.of(row, law -> -Certainty.entropy(law))
            .commit(row, (rank, minusH) -> strict ? -minusH < threshold : -minusH <= threshold);
  }
}
