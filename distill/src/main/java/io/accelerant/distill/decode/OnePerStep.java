package io.accelerant.distill.decode;

/**
 * One position a forward: the reference that faster rules are held to, and the way in which a model
 * answers to make a trajectory. With random positions and drawn tokens it draws exactly from what
 * the model says, one conditional after the other, which is the first-hitting sampler of a model
 * without a time (dllm-decoders.md 5).
 */
public enum OnePerStep implements UnmaskRule {
  /** The position whose likeliest token is the most probable; of equal ones the first. */
  CONFIDENCE(Order.CONFIDENCE),

  /** Any position, all alike. */
  RANDOM(Order.RANDOM);

  /** Name of the rule, whatever the order. */
  public static final String METHOD = "one-per-step";

  private final Order order;

  OnePerStep(Order order) {
    this.order = order;
  }

  @Override
  public String label() {
    return METHOD + ", order " + order.label();
  }

  @Override
  public Steps begin() {
    return row -> Commit.drawn(row, order.first(row, 1));
  }
}
