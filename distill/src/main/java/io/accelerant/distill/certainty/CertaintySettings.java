package io.accelerant.distill.certainty;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Training;
import io.accelerant.distill.certainty.Arm.Texts;
import io.accelerant.distill.certainty.Arm.Variant;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.RuleKind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checked configuration of a run.
 *
 * @param arms all, those of beta 0 before the others of their texts
 * @param seeds of training; the first is published
 * @param batch examples of a round
 * @param masking of all arms without a variant
 * @param temperature of the entropy in training
 * @param drawn how the tokens of tempered answers are drawn
 * @param agreement whether right is what the same model writes at one position a forward
 * @param correctOnly whether the checker chooses what is trained on
 * @param matches shares of right answers at which evaluations are compared
 * @param seed of the run: what is drawn outside of training
 */
record CertaintySettings(
    List<Arm> arms,
    List<Long> seeds,
    Training training,
    int rounds,
    int batch,
    int microBatch,
    Masking masking,
    double temperature,
    Warp drawn,
    boolean agreement,
    boolean correctOnly,
    List<Decoder> decoders,
    List<Double> matches,
    int bootstrap,
    int decodeBatch,
    int partitions,
    EngineSettings engine,
    long seed)
    implements Serializable {

  /**
   * @throws io.accelerant.core.error.ConfigException if keys are missing or do not go together
   */
  static CertaintySettings of(JobConfig config) {
    for (Key<?> key : List.of(CertaintyKeys.MODEL, CertaintyKeys.PROMPTS)) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(key, "is required, unless certainty.of is set.");
      }
    }
    boolean agreement = config.get(CertaintyKeys.RIGHT).equals("agreement");
    List<Decoder> decoders = CertaintyKeys.DECODERS.of(config);
    if (agreement && decoders.stream().noneMatch(d -> d.rule() == RuleKind.ONE_PER_STEP)) {
      throw config.invalid(
          CertaintyKeys.DECODERS.decoders,
          "must name one-per-step: what is to be agreed with under certainty.right = agreement.");
    }
    if (!config.get(CertaintyKeys.TEXTS).contains("tempered")) {
      config.refuse(
          List.of(CertaintyKeys.TEMPERATURE),
          "is of tempered answers, which certainty.texts does not name.");
    }
    TrainSettings train =
        new TrainSettings(
            1,
            config.get(TrainSettings.ROUNDS),
            config.get(TrainSettings.BATCH),
            config.get(TrainSettings.LEARNING_RATE),
            Integer.MAX_VALUE,
            config.get(RunKeys.SEED));
    return new CertaintySettings(
        arms(config),
        config.distinct(CertaintyKeys.SEEDS),
        train.training(config),
        train.rounds(),
        train.batch(),
        Math.min(config.get(TrainSettings.MICRO_BATCH), train.batch()),
        new Masking(
            config.get(CertaintyKeys.MASKING).equals("answer"),
            config.get(CertaintyKeys.DECODERS.blockLength),
            true),
        config.get(CertaintyKeys.ENTROPY_TEMPERATURE),
        Warp.NONE.withTemperature(config.get(CertaintyKeys.TEMPERATURE)),
        agreement,
        !agreement && config.get(CertaintyKeys.CORRECT_ONLY),
        decoders,
        config.distinct(CertaintyKeys.MATCHES),
        config.get(CertaintyKeys.BOOTSTRAP),
        config.get(CertaintyKeys.DECODE_BATCH),
        config.get(CertaintyKeys.PARTITIONS),
        EngineSettings.of(config),
        train.seed());
  }

  private static List<Arm> arms(JobConfig config) {
    List<Double> betas =
        Stream.concat(Stream.of(0.0), config.distinct(CertaintyKeys.BETA).stream())
            .distinct()
            .toList();
    List<Texts> texts = config.distinct(CertaintyKeys.TEXTS).stream().map(Arm::textsOf).toList();
    List<Arm> arms = new ArrayList<>();
    texts.forEach(text -> betas.forEach(beta -> arms.add(new Arm(text, beta, Variant.PLAIN))));
    double largest = Collections.max(betas);
    config.get(CertaintyKeys.OPTIONS).stream()
        .distinct()
        .map(Variant::ofLabel)
        .forEach(
            variant -> {
              requireChange(config, variant, texts.get(0), largest);
              arms.add(new Arm(texts.get(0), largest, variant));
            });
    return List.copyOf(arms);
  }

  /** A variant that is what runs already would be shown as a finding. */
  private static void requireChange(JobConfig config, Variant variant, Texts texts, double beta) {
    boolean nothing =
        switch (variant) {
          case PLAIN, ONE_VIEW -> false;
          case ALL_MASKED, RISING_BETA -> beta == 0;
          case WHOLE_ANSWER -> config.get(CertaintyKeys.MASKING).equals("answer");
          case UNFILTERED ->
              !config.get(CertaintyKeys.CORRECT_ONLY)
                  || config.get(CertaintyKeys.RIGHT).equals("agreement")
                  || texts == Texts.GOLD;
        };
    if (nothing) {
      throw config.invalid(
          CertaintyKeys.OPTIONS,
          Text.of("names %s, which changes nothing beside the other keys.", variant.label()));
    }
  }
}
