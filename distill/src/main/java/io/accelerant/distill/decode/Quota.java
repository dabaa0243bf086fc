package io.accelerant.distill.decode;

import io.accelerant.core.text.Text;

/**
 * A number of positions a forward that is fixed beforehand: LLaDA's linear schedule of counts
 * (dllm-decoders.md 1). What the model says decides which positions, not how many.
 *
 * @param steps forwards of a block; 0, or more than it has positions, for one position a forward
 */
record Quota(Order order, int steps) implements UnmaskRule {
  /**
   * {@code positions} in {@code steps} parts, as equal as can be, the larger ones first.
   *
   * @param positions of a block that were not given
   */
  record Plan(int positions, int steps) {
    static Plan of(int positions, int steps) {
      return new Plan(positions, steps == 0 ? positions : Math.min(steps, positions));
    }

    private int small() {
      return positions / steps;
    }

    /** Positions committed by the steps that have one more. */
    private int ofLarge() {
      return positions % steps * (small() + 1);
    }

    /**
     * Positions of the next step.
     *
     * @param done those that are committed already
     */
    int count(int done) {
      return done < ofLarge() ? small() + 1 : small();
    }

    /** Number of the next step, from 0. */
    int step(int done) {
      return done < ofLarge()
          ? done / (small() + 1)
          : positions % steps + (done - ofLarge()) / small();
    }
  }

  /** Of the block of a row. */
  Plan plan(MaskedRow row) {
    return Plan.of(row.block().length, steps);
  }

  /** Positions of the block that are committed. */
  static int done(MaskedRow row) {
    return row.block().length - row.open().length;
  }

  @Override
  public String label() {
    return Text.of("quota, order %s, %s steps", order.label(), steps == 0 ? "all" : steps);
  }

  @Override
  public Steps begin() {
    return this::choose;
  }

  Commit choose(MaskedRow row) {
    return Commit.drawn(row, order.first(row, plan(row).count(done(row))));
  }
}
