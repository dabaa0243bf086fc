package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;

/**
 * What a round of updates says of its rows: the loss of each, their mean gradient before it is
 * clipped, and how far parameters moved. It stands in the trainer's state, so that a round that is
 * stopped goes on.
 */
final class RoundMeter implements Trainer.Watcher {
  private static final String LOSSES = "round.losses";
  private static final String GRADIENT = "round.gradient";
  private static final String BEFORE = "round.before";

  private final Trainer trainer;
  private final Roles roles;
  private final GradientPart part;
  private final boolean follows;
  private Chosen chosen;

  /**
   * @param follows whether it looks how far parameters move, which costs two copies of them
   */
  RoundMeter(Trainer trainer, Roles roles, GradientPart part, boolean follows) {
    this.trainer = trainer;
    this.roles = roles;
    this.part = part;
    this.follows = follows;
    trainer.watch(this);
  }

  /** Begins a round, or goes on with it. */
  void begin(Chosen next) {
    chosen = next;
    if (trainer.done() == next.first()) {
      trainer.keep(LOSSES, Flat.of(new double[next.rows().length]));
      trainer.keep(GRADIENT, Flat.of(new double[part.size()]));
      if (follows) {
        trainer.keep(BEFORE, Flat.of(parameters()));
      }
    }
  }

  private double[] parameters() {
    return part.ofParameters(roles.parameters(Loss.NETWORK));
  }

  private double[] kept(String name) {
    return trainer.kept(name).orElseThrow().doubles();
  }

  @Override
  public void received(int update, Sums sums) {
    double[] found = sums.items().get(RowLoss.LOSSES).doubles();
    System.arraycopy(found, 0, kept(LOSSES), chosen.from(update), found.length);
    Flat sum = Flat.of(part.ofGradient(sums.gradients().get(Loss.NETWORK)));
    trainer.kept(GRADIENT).orElseThrow().addScaled(sum, chosen.share(update));
  }

  @Override
  public void after(int done) {}

  /** Of each row, nats a token by the parameters before its update. */
  double[] losses() {
    return kept(LOSSES);
  }

  /** Mean over the rows of the round; the next round has an array of its own. */
  double[] gradient() {
    return kept(GRADIENT);
  }

  /**
   * {@code <g, theta after - theta before>}: what the step that was taken promises; 0 where it does
   * not look.
   */
  double actualStep() {
    if (!follows) {
      return 0;
    }
    double[] before = kept(BEFORE);
    double[] after = parameters();
    double[] gradient = kept(GRADIENT);
    double sum = 0;
    for (int i = 0; i < after.length; i++) {
      sum += gradient[i] * (after[i] - before[i]);
    }
    return sum;
  }
}
