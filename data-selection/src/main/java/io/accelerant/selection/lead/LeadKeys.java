package io.accelerant.selection.lead;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.train.TrainSettings;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code lead} job. */
final class LeadKeys {
  static final Key<String> MODEL =
      Key.string("lead.model", "URI of a causal language model, as train-teacher makes").optional();
  static final Key<String> POOL =
      Key.string(
              "lead.pool",
              "URI of a prompts artifact: its train split is the pool, its test split is reported")
          .optional();
  static final Key<List<String>> ARMS =
      Key.strings(
              "lead.arms",
              "Arms beside the controls, which always run: "
                  + String.join(", ", Arm.CONTROLS.stream().map(Arm::label).toList()))
          .oneOf(Arm.labels().toArray(String[]::new))
          .withDefault(List.of());
  static final Key<List<Long>> SEEDS =
      Key.longs("lead.seeds", "Each is a training of its own in every arm")
          .withDefault(List.of(1L, 2L, 3L));
  static final Key<List<String>> WRONG =
      Key.strings(
              "lead.wrong",
              "What is planted in rows that no method should choose. Read for the arm oracle, to"
                  + " leave such rows out of the test, and for what is reported")
          .withDefault(List.of("garbled", "swapped", "noise"));
  static final Key<List<String>> ORACLE =
      Key.strings(
              "lead.oracle",
              "What is planted in rows that the arm oracle is trained on; default: all but"
                  + " lead.wrong")
          .withDefault(List.of());
  static final Key<List<String>> NEW_TASKS =
      Key.strings(
              "lead.newTasks",
              "Tasks that the model is to learn; the verdicts are of their answers, of those of the"
                  + " other tasks, and of the loss")
          .withDefault(List.of());
  static final Key<Integer> TEST_PROMPTS =
      Key.integer("lead.testPrompts", "Rows of the test split whose loss is measured, at most")
          .between(1, 10_000_000)
          .withDefault(1000);
  static final Key<Integer> ANSWERED =
      Key.integer("lead.answered", "The first so many of them are answered; 0: none")
          .between(0, 10_000_000)
          .withDefault(300);
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "lead.answerLength",
              "Most tokens of an answer that is given, its end with them; default: those of the"
                  + " longest answer of the test rows")
          .between(1, 65_536)
          .optional();
  static final Key<String> GRADIENT_OF =
      Key.string(
              "lead.gradientOf",
              "Parameters whose gradients are remembered: block, those trained in the last block;"
                  + " all; or the end of their names")
          .withDefault("block");
  static final Key<String> SPREAD =
      Key.string(
              "lead.spread",
              "What tasks have for themselves: arms, a whole training each (small models); rows,"
                  + " which lie on the cluster, with the workers of an update, arm after arm. With"
                  + " one worker both give the same bits")
          .oneOf("arms", "rows")
          .withDefault("arms");
  static final Adapters ADAPTER = Adapters.keys("lead.adapter");

  private static final List<Key<?>> TRAIN =
      List.of(
          TrainSettings.WORKERS.withDefault(1),
          TrainSettings.BATCH,
          TrainSettings.LEARNING_RATE,
          TrainSettings.WEIGHT_DECAY.withDefault(0.0),
          TrainSettings.CLIP,
          TrainSettings.OPTIMIZER,
          TrainSettings.BETA1,
          TrainSettings.BETA2.withDefault(0.999),
          TrainSettings.MICRO_BATCH,
          TrainSettings.CHECKPOINT_EVERY.withDefault(20));

  /** What only training has. */
  static final List<Key<?>> TRAINING =
      Stream.of(
              List.of(
                  MODEL,
                  POOL,
                  ARMS,
                  SEEDS,
                  WRONG,
                  ORACLE,
                  NEW_TASKS,
                  TEST_PROMPTS,
                  ANSWERED,
                  ANSWER_LENGTH,
                  GRADIENT_OF,
                  SPREAD,
                  ADAPTER.rank(),
                  ADAPTER.alpha(),
                  ADAPTER.targets()),
              OfflineKeys.ALL,
              TRAIN)
          .<Key<?>>flatMap(List::stream)
          .toList();

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(List.of(Replay.OF), SelectionKeys.ALL, TRAINING)
              .<Key<?>>flatMap(List::stream)
              .toList());

  private LeadKeys() {}
}
