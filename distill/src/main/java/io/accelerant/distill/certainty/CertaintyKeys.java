package io.accelerant.distill.certainty;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.distill.decode.DecoderKeys;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code certainty} job. */
final class CertaintyKeys {
  static final Key<String> OF =
      Key.string(
              "certainty.of",
              "Only compute the loss of given numbers: a file {\"logits\": [[..], ..], \"labels\":"
                  + " [..], optional \"targets\" (masked positions, default all), \"beta\","
                  + " \"temperature\", \"every\"}")
          .optional();
  static final Key<String> MODEL =
      Key.string("certainty.model", "URI of a masked language model, as train-teacher makes")
          .optional();
  static final Key<String> PROMPTS =
      Key.string(
              "certainty.prompts",
              "URI of a prompts artifact: its train split is answered and trained on, validation"
                  + " chooses, test is reported")
          .optional();
  static final Key<List<String>> TEXTS =
      Key.strings(
              "certainty.texts",
              "What is trained on, each with every beta: self, the model's own answers, one"
                  + " position a forward; gold, those of the table to the same prompts; tempered,"
                  + " own answers whose tokens are drawn at certainty.temperature")
          .oneOf("self", "gold", "tempered")
          .withDefault(List.of("self", "gold"));
  static final Key<Double> TEMPERATURE =
      Key.number("certainty.temperature", "At which the tokens of tempered answers are drawn")
          .between(0.01, 100)
          .withDefault(0.5);
  static final Key<List<Double>> BETA =
      Key.numbers("certainty.beta", "Weights of the entropy; 0, the control, always runs")
          .between(0, 1e6)
          .withDefault(List.of(0.0, 1.0, 2.0));
  static final Key<List<String>> OPTIONS =
      Key.strings(
              "certainty.options",
              "Further arms, each the first of certainty.texts at the largest beta with one thing"
                  + " changed: all-masked, the entropy of right and wrong positions; one-view, no"
                  + " complement; whole-answer, no blocks; unfiltered, wrong answers as well;"
                  + " rising-beta, beta grows from 0 over the rounds")
          .oneOf(Arm.Variant.labels().toArray(String[]::new))
          .withDefault(List.of());
  static final Key<Double> ENTROPY_TEMPERATURE =
      Key.number(
              "certainty.entropyTemperature",
              "Temperature of the entropy in training; below 1 what is nearly certain is pushed"
                  + " less. Decoders read it at 1")
          .between(0.01, 100)
          .withDefault(0.5);
  static final Key<String> MASKING =
      Key.string(
              "certainty.masking",
              "blocks: one block of the answer is masked by half, all behind it wholly (LLaDA's"
                  + " script); answer: the whole answer by half (Dream's)")
          .oneOf("blocks", "answer")
          .withDefault("blocks");
  static final Key<String> RIGHT =
      Key.string(
              "certainty.right",
              "checker: what the checker of the prompts calls right; agreement, for texts that no"
                  + " program can check: the text that the same model writes at one position a"
                  + " forward, whatever it is worth")
          .oneOf("checker", "agreement")
          .withDefault("checker");
  static final Key<Boolean> CORRECT_ONLY =
      Key.bool(
              "certainty.correctOnly",
              "Train on answers alone that the checker calls right; not asked where right is"
                  + " agreement")
          .withDefault(true);
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "certainty.answerLength",
              "Positions behind a prompt without gaps, as the model was trained; default: the"
                  + " longest answer of all splits")
          .between(1, 65_536)
          .optional();
  static final Key<Integer> TRAJECTORIES =
      Key.integer("certainty.trajectories", "Prompts of the train split that are answered, at most")
          .between(1, 10_000_000)
          .withDefault(2400);
  static final Key<Integer> FIT_PROMPTS =
      Key.integer("certainty.fitPrompts", "Prompts of the validation split that choose, at most")
          .between(1, 1_000_000)
          .withDefault(200);
  static final Key<Integer> TEST_PROMPTS =
      Key.integer("certainty.testPrompts", "Prompts of the test split that are reported, at most")
          .between(1, 1_000_000)
          .withDefault(400);
  static final Key<List<Double>> MATCHES =
      Key.numbers(
              "certainty.matches", "Shares of right answers at which evaluations are held together")
          .between(0, 1)
          .withDefault(List.of(0.95, 0.975));
  static final Key<List<Long>> SEEDS =
      Key.longs("certainty.seeds", "Each is a training of its own in every arm")
          .withDefault(List.of(1L, 2L, 3L));
  static final Key<Integer> BOOTSTRAP =
      Key.integer("certainty.bootstrap", "Draws of prompts behind an interval")
          .between(100, 1_000_000)
          .withDefault(1000);
  static final Key<Integer> DECODE_BATCH =
      Key.integer("certainty.decodeBatch", "Prompts that are answered together")
          .between(1, 65_536)
          .withDefault(64);
  static final Adapters ADAPTER = Adapters.keys("certainty.adapter", 16);
  static final DecoderKeys DECODERS = new DecoderKeys("certainty");
  static final Key<Integer> PARTITIONS =
      Key.integer("certainty.partitions", "Spark partitions of decoding; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  private static final List<Key<?>> TRAIN =
      List.of(
          TrainSettings.ROUNDS.withDefault(400),
          TrainSettings.BATCH.withDefault(64),
          TrainSettings.LEARNING_RATE.withDefault(2e-3),
          TrainSettings.WARM_UP.withDefault(20),
          TrainSettings.WEIGHT_DECAY,
          TrainSettings.CLIP,
          TrainSettings.EMA.withDefault(0.98),
          TrainSettings.OPTIMIZER,
          TrainSettings.BETA1,
          TrainSettings.BETA2.withDefault(0.999),
          TrainSettings.MICRO_BATCH.withDefault(32));

  /** What only training has. */
  static final List<Key<?>> TRAINING =
      Stream.of(
              List.of(
                  MODEL,
                  PROMPTS,
                  TEXTS,
                  TEMPERATURE,
                  OPTIONS,
                  MASKING,
                  RIGHT,
                  CORRECT_ONLY,
                  ANSWER_LENGTH,
                  TRAJECTORIES,
                  FIT_PROMPTS,
                  TEST_PROMPTS,
                  MATCHES,
                  SEEDS,
                  BOOTSTRAP,
                  DECODE_BATCH,
                  ADAPTER.rank(),
                  ADAPTER.alpha(),
                  ADAPTER.targets(),
                  PARTITIONS),
              DECODERS.all(),
              TRAIN)
          .<Key<?>>flatMap(List::stream)
          .toList();

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(List.of(OF, BETA, ENTROPY_TEMPERATURE), TRAINING)
              .<Key<?>>flatMap(List::stream)
              .toList());

  private CertaintyKeys() {}
}
