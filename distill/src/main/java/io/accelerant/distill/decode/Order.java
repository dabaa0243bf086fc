package io.accelerant.distill.decode;

import io.accelerant.core.lm.Choice;
import io.accelerant.core.lm.TokenLaw;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Which open positions come first (dllm-decoders.md 0). The order depends on what the model says,
 * never on the tokens that are drawn: the reference ranks drawn tokens by their own probability,
 * which is the same for the likeliest ones and makes unlikely tokens rare otherwise.
 */
enum Order {
  /** Largest {@code max p}. */
  CONFIDENCE(Certainty::logConfidence),

  /** Largest {@code p(1) - p(2)}. */
  MARGIN(Certainty::margin),

  /** Smallest {@code -sum p ln p}. */
  ENTROPY(law -> -Certainty.entropy(law)),

  /** Any, all alike. */
  RANDOM(law -> 0) {
    @Override
    int[] first(MaskedRow row, int count) {
      Choice choice = row.choice();
      int[] left = row.open();
      double[] alike = new double[left.length];
      Arrays.fill(alike, 1);
      int[] first = new int[count];
      for (int k = 0, n = left.length; k < count; k++, n--) {
        int taken = choice.choose(alike, n);
        first[k] = left[taken];
        left[taken] = left[n - 1];
      }
      return first;
    }
  };

  private final ToDoubleFunction<TokenLaw> score;

  Order(ToDoubleFunction<TokenLaw> score) {
    this.score = score;
  }

  /** So many open positions, the first by this order. */
  int[] first(MaskedRow row, int count) {
    return Ranking.of(row, score).first(count);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
