package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Training;
import java.io.Serializable;

/**
 * How a generator of few steps is trained.
 *
 * @param updates of the generator, {@code ratio} of the fake network for each
 * @param warmUp of the fake network before the first
 * @param spread of guidance about its mean
 * @param low smallest level that samples are noised to
 */
record StageThreeSettings(
    int updates,
    int ratio,
    int warmUp,
    double rate,
    double fakeRate,
    double ema,
    double shift,
    double spread,
    double low,
    double high)
    implements Serializable {
  private static final double CLIP = 1;

  /**
   * @throws io.accelerant.core.error.ConfigException if the levels do not rise
   */
  static StageThreeSettings of(JobConfig config) {
    StageThreeSettings settings =
        new StageThreeSettings(
            config.get(FastLightGenKeys.THREE_UPDATES),
            config.get(FastLightGenKeys.THREE_RATIO),
            config.get(FastLightGenKeys.THREE_WARM_UP),
            config.get(FastLightGenKeys.THREE_RATE),
            config.get(FastLightGenKeys.THREE_FAKE_RATE),
            config.get(FastLightGenKeys.THREE_EMA),
            config.get(FastLightGenKeys.THREE_SHIFT),
            config.get(FastLightGenKeys.THREE_SPREAD),
            config.get(FastLightGenKeys.THREE_LOW),
            config.get(FastLightGenKeys.THREE_HIGH));
    if (!(settings.low < settings.high)) {
      throw config.invalid(
          FastLightGenKeys.THREE_LOW, "is not below fastlightgen.stage3.high, " + settings.high);
    }
    return settings;
  }

  FewStepLevels levels(int steps) {
    return FewStepLevels.even(steps, shift);
  }

  /** Rounds of so many updates of the generator. */
  int rounds(int generatorUpdates) {
    return warmUp + ratio * generatorUpdates;
  }

  /** What to do where numbers are no numbers. */
  String advice() {
    return Text.of(
        "lower fastlightgen.stage3.learningRate (is %s) or fastlightgen.stage3.fakeLearningRate"
            + " (is %s)",
        rate, fakeRate);
  }

  Training generator() {
    return training(rate).averaged(new ExponentialAverage(ema, true), ratio);
  }

  Training fake() {
    return training(fakeRate);
  }

  private static Training training(double rate) {
    return Training.of(OptimizerSpec.adam(0, 0.99, 1e-8), LearningRate.constant(rate))
        .clipped(CLIP);
  }
}
