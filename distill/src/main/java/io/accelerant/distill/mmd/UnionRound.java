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
 * @param statistic of samples, and of data where each round brings its own
 */
record UnionRound(Workers workers, Statistic statistic, ChainStep chain) implements Workers {
  /** Value, and gradient by the samples. */
  @FunctionalInterface
  interface Statistic {
    /**
     * @param features what the first phase has found
     * @param labels of the examples
     */
    Mmd.Estimate of(Sums features, int[] labels);

    /** Against as many images of the round's own. */
    static Statistic ofRound(Mmd mmd) {
      return (features, labels) ->
          mmd.of(
              table(features, ChainStep.SAMPLES, labels), table(features, ChainStep.REALS, labels));
    }

    /** Against the same rows in each round. */
    static Statistic of(DataRows data) {
      return (features, labels) -> data.against(table(features, ChainStep.SAMPLES, labels));
    }
  }

  /**
   * @param step the first phase, {@link ChainStep}
   */
  @Override
  public Sums sums(RoundStep step, Draw draw, Roles roles, int round) {
    Sums features = workers.sums(step, draw, roles, round);
    int[] labels =
        Arrays.stream(features.items().get(ChainStep.LABELS).doubles())
            .mapToInt(c -> (int) c)
            .toArray();
    Mmd.Estimate estimate = statistic.of(features, labels);
    return workers
        .sums(chain.pullBack(estimate.gradient()), draw, roles, round)
        .addTotal("loss", estimate.value());
  }

  private static FeatureTable table(Sums features, String name, int[] labels) {
    double[] numbers = features.items().get(name).doubles();
    return new FeatureTable(numbers, numbers.length / labels.length, labels);
  }

  @Override
  public void close() {
    workers.close();
  }
}
