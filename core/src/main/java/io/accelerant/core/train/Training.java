package io.accelerant.core.train;

import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.io.Serializable;

/**
 * How one role is trained.
 *
 * @param learningRate by round
 * @param clip largest norm of the gradient; infinite for none
 * @param penalty added to the gradient as {@code penalty * parameter} before it is clipped: weight
 *     decay as PyTorch's SGD has it, on all parameters
 * @param average of the weights; a decay of 0 follows them
 * @param averageEvery rounds between two updates of the average
 */
public record Training(
    OptimizerSpec optimizer,
    LearningRate learningRate,
    double clip,
    double penalty,
    ExponentialAverage average,
    int averageEvery)
    implements Serializable {
  private static final ExponentialAverage NONE = new ExponentialAverage(0, false);

  /** Without clipping, penalty and average. */
  public static Training of(OptimizerSpec optimizer, LearningRate learningRate) {
    return new Training(optimizer, learningRate, Double.POSITIVE_INFINITY, 0, NONE, 1);
  }

  public Training clipped(double norm) {
    return new Training(optimizer, learningRate, norm, penalty, average, averageEvery);
  }

  public Training penalised(double factor) {
    return new Training(optimizer, learningRate, clip, factor, average, averageEvery);
  }

  public Training averaged(ExponentialAverage by, int every) {
    return new Training(optimizer, learningRate, clip, penalty, by, every);
  }
}
