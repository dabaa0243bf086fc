package io.accelerant.distill.mmd;

import io.accelerant.core.train.Draw;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Workers;
import java.util.Arrays;

/**
 * A round in two phases, since the statistic has terms across examples: features of all workers
 * come to the driver, which computes the union's value and its gradient by every row; then the
 * workers pull their rows back to the weights. What is differentiated is the union's statistic, not
 * the mean of the workers', so that nothing depends on how examples are spread but the order of the
 * last sum.
 *
 * @param workers where both phases run
 */
record UnionRound(Workers workers, Mmd mmd, ChainStep chain) implements Workers {
  /**
   * @param step the first phase, {@link ChainStep}
   */
  @Override
  public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
    Sums features = workers.sums(step, draw, roles, round);
    double[] labels = features.items().get(ChainStep.LABELS).doubles();
    Mmd.Estimate estimate =
        mmd.of(
            table(features, ChainStep.SAMPLES, labels), table(features, ChainStep.REALS, labels));
    return workers
        .sums(chain.pullBack(estimate.gradient()), draw, roles, round)
        .addTotal("loss", estimate.value());
  }

  private static FeatureTable table(Sums features, String name, double[] labels) {
    double[] numbers = features.items().get(name).doubles();
    return new FeatureTable(
        numbers,
        numbers.length / labels.length,
        Arrays.stream(labels).mapToInt(c -> (int) c).toArray());
  }

  @Override
  public void close() {
    workers.close();
  }
}
