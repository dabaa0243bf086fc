package io.accelerant.rl.gvm;

import java.util.Arrays;

/** With what weight a sample's token losses enter the loss of a batch of prompts. */
public enum Weighting {
  /**
   * {@code 1 / (n p m)}: the unbiased estimator of lemma 1. Where wrong answers count as well (a
   * baseline is taken off) there is nothing to divide by: p is 1.
   */
  LEMMA1("lemma1"),
  /** {@code 1 / (|D| m)}: a mean over the samples of the prompt that count (algorithm 1). */
  PER_PROMPT("perPrompt"),
  /** {@code 1 / tokens}: a mean over all tokens of all samples, the right and the wrong ones. */
  TOKEN_MEAN("tokenMean");

  /** The values of the key {@code gvmRaft.weighting}. */
  public static final String[] LABELS =
      Arrays.stream(values()).map(Weighting::label).toArray(String[]::new);

  private final String label;

  Weighting(String label) {
    this.label = label;
  }

  /** The name in configurations and tables. */
  public String label() {
    return label;
  }

  /** The weighting of a label. */
  public static Weighting ofLabel(String label) {
    return Arrays.stream(values()).filter(w -> w.label.equals(label)).findFirst().orElseThrow();
  }

  /**
   * The weight of one sample.
   *
   * @param n samples of its prompt
   * @param p its prompt's probability of a right answer, above 0
   * @param used samples of its prompt that count, |D|; of none the weight is 0
   * @param prompts m, of the batch, those without samples with them
   * @param tokens of all samples of the batch
   */
  public double of(long n, double p, long used, long prompts, long tokens) {
    return switch (this) {
      case LEMMA1 -> 1 / (n * p * prompts);
      case PER_PROMPT -> used == 0 ? 0 : 1 / ((double) used * prompts);
      case TOKEN_MEAN -> 1.0 / tokens;
    };
  }
}
