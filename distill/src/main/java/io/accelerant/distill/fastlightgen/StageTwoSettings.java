package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Training;
import io.accelerant.distill.fastlightgen.SkippingStep.Target;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a network learns to skip blocks.
 *
 * @param lessons all combinations of target and weight; the first is gone on with
 * @param rate peak of the learning rate; of a shared target {@code sharedRate}
 * @param exact share of updates that skip exactly what is pruned
 * @param drift rise of held-out loss that stops a shared target
 */
record StageTwoSettings(
    List<Lesson> lessons,
    int rounds,
    double rate,
    double sharedRate,
    double ema,
    double exact,
    double skip,
    int sets,
    double dropout,
    double drift,
    int driftEvery)
    implements Serializable {
  private static final double CLIP = 1;

  /**
   * What is regressed on.
   *
   * @param alpha weight of the target beside the data
   */
  record Lesson(Target target, double alpha) implements Serializable {
    /** {@code frozen-alpha1}, {@code data} where no network has a part in it. */
    String label() {
      return alpha == 0 ? "data" : target.label() + "-alpha" + plain(alpha);
    }

    private static String plain(double number) {
      return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /** Whether nothing ties it to data or to a network that stays. */
    boolean isLoose() {
      return target == Target.SHARED && alpha > 0;
    }
  }

  static StageTwoSettings of(JobConfig config) {
    List<Lesson> lessons = new ArrayList<>();
    for (String target : config.distinct(FastLightGenKeys.TWO_TARGET)) {
      for (double alpha : config.distinct(FastLightGenKeys.TWO_ALPHA)) {
        Lesson lesson = new Lesson(Target.valueOf(target.toUpperCase(Locale.ROOT)), alpha);
        if (lessons.stream().noneMatch(known -> known.label().equals(lesson.label()))) {
          lessons.add(lesson);
        }
      }
    }
    return new StageTwoSettings(
        List.copyOf(lessons),
        config.get(FastLightGenKeys.TWO_ROUNDS),
        config.get(FastLightGenKeys.TWO_RATE),
        config.get(FastLightGenKeys.TWO_SHARED_RATE),
        config.get(FastLightGenKeys.TWO_EMA),
        config.get(FastLightGenKeys.TWO_EXACT),
        config.get(FastLightGenKeys.TWO_SKIP),
        config.get(FastLightGenKeys.TWO_SETS),
        config.get(FastLightGenKeys.TWO_DROPOUT),
        config.get(FastLightGenKeys.TWO_DRIFT),
        config.get(FastLightGenKeys.TWO_DRIFT_EVERY));
  }

  /** The learning rate of a lesson falls to nothing by a cosine. */
  Training training(Lesson lesson) {
    double peak = lesson.isLoose() ? sharedRate : rate;
    return Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.cosine(peak, 0, rounds))
        .clipped(CLIP)
        .averaged(new ExponentialAverage(ema, true), 1);
  }

  /** What to do where numbers are no numbers. */
  String advice(Lesson lesson) {
    return lesson.isLoose()
        ? Text.of("lower fastlightgen.stage2.sharedLearningRate (is %s)", sharedRate)
        : Text.of("lower fastlightgen.stage2.learningRate (is %s)", rate);
  }

  /** Which blocks are skipped on the way to a network without some. */
  BlockDraw draw(List<Integer> removed, List<Integer> candidates) {
    return new BlockDraw(removed, candidates, exact, skip, sets);
  }
}
