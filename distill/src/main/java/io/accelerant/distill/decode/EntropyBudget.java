package io.accelerant.distill.decode;

/**
 * The relative budget of the EB-Sampler (dllm-decoders.md 3): with entropies {@code H(1) <= H(2) <=
 * ..} the most positions k with {@code H(1) + .. + H(k) - H(k) <= budget}, a bound on what
 * committing them together loses against one after the other.
 *
 * @param budget nats
 */
record EntropyBudget(double budget) implements UnmaskRule {
  @Override
  public String label() {
    return "entropy-budget, threshold " + budget;
  }

  @Override
  public Steps begin() {
    return row -> {
      Ranking ranking = Ranking.of(row, law -> -Certainty.entropy(law));
      double[] before = new double[ranking.scores().length];
      for (int k = 1; k < before.length; k++) {
        before[k] = before[k - 1] - ranking.scores()[k - 1];
      }
      return ranking.commit(row, (rank, minusH) -> before[rank] <= budget);
    };
  }
}
