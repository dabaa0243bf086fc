package io.accelerant.distill.decode;

import java.util.Arrays;

/**
 * One position a forward: the reference that faster rules are held to, and the way in which a model
 * answers to make a trajectory. With random positions and drawn tokens it draws exactly from what
 * the model says, one conditional after the other, which is the first-hitting sampler of a model
 * without a time (dllm-decoders.md 5).
 */
public enum OnePerStep implements UnmaskRule {
  /** The position whose likeliest token is the most probable; of equal ones the first. */
  CONFIDENCE("confidence") {
    @Override
    int position(MaskedRow row) {
      int best = -1;
      double confidence = Double.NEGATIVE_INFINITY;
      for (int i : row.open()) {
        double most = row.law(i).logP(row.law(i).likeliest());
        if (most > confidence) {
          best = i;
          confidence = most;
        }
      }
      return best;
    }
  },

  /** Any position, all alike. */
  RANDOM("random") {
    @Override
    int position(MaskedRow row) {
      int[] open = row.open();
      double[] alike = new double[open.length];
      Arrays.fill(alike, 1);
      return open[row.choice().choose(alike, open.length)];
    }
  };

  /** Name of the rule, whatever the order. */
  public static final String METHOD = "one-per-step";

  private final String order;

  OnePerStep(String order) {
    this.order = order;
  }

  abstract int position(MaskedRow row);

  @Override
  public String label() {
    return METHOD + ", order " + order;
  }

  @Override
  public Steps begin() {
    return row -> {
      int position = position(row);
      return Commit.of(position, row.draw(position));
    };
  }
}
