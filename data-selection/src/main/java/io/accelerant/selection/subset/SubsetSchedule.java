package io.accelerant.selection.subset;

import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.text.Text;

/**
 * Steps of training on subsets, and the cosine schedule that runs over all of them: {@code s =
 * ceil(k / B)} steps a round, {@code T = s X} in all. Stretching the schedule over these steps, not
 * over those of training on everything, is half of what RS2 gains.
 *
 * @param size k, records of a round
 * @param batch B
 * @param rounds X
 */
public record SubsetSchedule(long size, int batch, int rounds) {
  public SubsetSchedule {
    if (size < 0 || batch < 1 || rounds < 0) {
      throw new IllegalArgumentException(
          Text.of("size %d, batch %d, rounds %d", size, batch, rounds));
    }
  }

  /** s, the last batch of a round may be smaller than the others. */
  public long stepsPerRound() {
    return (size + batch - 1) / batch;
  }

  /** T. */
  public long steps() {
    return Math.multiplyExact(stepsPerRound(), rounds);
  }

  /** {@code lr(t) = lr_min + (lr0 - lr_min) / 2 (1 + cos(pi t / T))}. */
  public LearningRate cosine(double peak, double floor) {
    return LearningRate.cosine(peak, floor, steps());
  }
}
