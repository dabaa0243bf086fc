package io.accelerant.rl.gvm;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.train.TrainSettings;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code gvm-raft} job. */
final class GvmKeys {
  static final Key<String> MODEL =
      Key.string("gvmRaft.model", "URI of a causal language model, as train-teacher makes")
          .optional();
  static final Key<String> PROMPTS =
      Key.string(
              "gvmRaft.prompts",
              "URI of a prompts artifact with a checker: its train split is sampled and trained"
                  + " on, test is reported")
          .optional();
  static final Key<List<String>> ARMS =
      Key.strings(
              "gvmRaft.arms",
              "Arms beside the controls, which always run: "
                  + String.join(", ", Arm.CONTROLS.stream().map(k -> k.label).toList()))
          .oneOf(Arm.Kind.labels().toArray(String[]::new))
          .withDefault(List.of("gvm-free"));
  static final Key<String> PUBLISH =
      Key.string("gvmRaft.publish", "The arm whose policy under the first seed is published")
          .oneOf(Arm.Kind.labels().toArray(String[]::new))
          .withDefault(Arm.Kind.GVM_RAFT_CLIPPED.label);
  static final Key<List<String>> WEIGHTING =
      Key.strings(
              "gvmRaft.weighting",
              "What a sample weighs: lemma1, 1 / (n p m), unbiased if p is exact; perPrompt, 1 / (right samples"
                  + " of the prompt, m); tokenMean, 1 / (tokens of all samples), which weighs a"
                  + " prompt by its budget. Several: each is a set of arms")
          .oneOf(Weighting.LABELS)
          .withDefault(List.of("lemma1"));
  static final Key<Integer> TRAIN_PROMPTS =
      Key.integer("gvmRaft.trainPrompts", "Prompts of the train split that are used, at most")
          .between(1, 10_000_000)
          .withDefault(1024);
  static final Key<Integer> TEST_PROMPTS =
      Key.integer("gvmRaft.testPrompts", "Prompts of the test split that are answered, at most")
          .between(1, 1_000_000)
          .withDefault(400);
  static final Key<Integer> TEST_SAMPLES =
      Key.integer("gvmRaft.testSamples", "Answers to each of them, drawn at temperature 1")
          .between(1, 1000)
          .withDefault(2);
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "gvmRaft.answerLength",
              "Most tokens of an answer, its end with them; default: those of the longest answer of"
                  + " the table")
          .between(1, 65_536)
          .optional();
  static final Key<Integer> ITERATIONS =
      Key.integer("gvmRaft.iterations", "Times that prompts are probed and samples allocated")
          .between(1, 1_000_000)
          .withDefault(24);
  static final Key<Integer> STEPS =
      Key.integer(
              "gvmRaft.stepsPerIteration",
              "Times that samples are drawn and trained on under one allocation")
          .between(1, 100_000)
          .withDefault(1);
  static final Key<Integer> STEP_PROMPTS =
      Key.integer("gvmRaft.promptsPerStep", "Prompts of a step, drawn in keyed passes")
          .between(1, 10_000_000)
          .withDefault(16);
  static final Key<Integer> UPDATES =
      Key.integer(
              "gvmRaft.updatesPerStep",
              "Optimizer updates of a step, each on an equal part of its samples; the same in every"
                  + " arm")
          .between(1, 10_000)
          .withDefault(2);
  static final Key<Integer> PROBES =
      Key.integer("gvmRaft.probes", "N': samples of a prompt that only estimate p and G")
          .between(1, 100_000)
          .withDefault(8);
  static final Key<Integer> SAMPLES =
      Key.integer(
              "gvmRaft.samplesPerPrompt",
              "Samples of a prompt and step that are trained on, on average over prompts")
          .between(1, 100_000)
          .withDefault(8);
  static final Key<String> NORM_OF =
      Key.string(
              "gvmRaft.normOf",
              "Whose gradient G is the norm of: embedding, head, all, or the name of a parameter")
          .withDefault("embedding");
  static final Key<Boolean> REUSE =
      Key.bool(
              "gvmRaft.reuseProbes",
              "Probes of allocating arms are trained on as part of the budget, which is that of"
                  + " probes and samples together; one step an iteration")
          .withDefault(false);
  static final Key<Double> DECAY =
      Key.number(
              "gvmRaft.decay",
              "What is kept of estimates from one iteration to the next, where an arm keeps any")
          .between(0, 1)
          .withDefault(0.8);
  static final Key<Double> KL =
      Key.number(
              "gvmRaft.kl",
              "Weight of exp(d) - d - 1, d = log reference - log policy; the reference is the policy"
                  + " at the iteration's start")
          .between(0, 1000)
          .withDefault(0.0);
  static final Key<Double> CLIP_LOW =
      Key.number("gvmRaft.clip.low", "The ratio is clipped below 1 less this")
          .between(0, 1)
          .withDefault(0.2);
  static final Key<Double> CLIP_HIGH =
      Key.number("gvmRaft.clip.high", "The ratio is clipped above 1 and this")
          .between(0, 100)
          .withDefault(0.2);
  static final Key<String> ANNEALING =
      Key.string(
              "gvmRaft.annealing.reading",
              "Exploratory annealed decoding of the samples that are trained on: none; formula, as"
                  + " the paper prints it; code, as its sampler computes it (a start held at 1, a"
                  + " scale 20 times as long)")
          .oneOf("none", "formula", "code")
          .withDefault("none");
  static final Key<Double> ANNEALING_HIGHEST =
      Key.number("gvmRaft.annealing.highest", "tau_max: the first temperature is this")
          .between(0.01, 100)
          .withDefault(1.2);
  static final Key<Double> ANNEALING_LOWEST =
      Key.number("gvmRaft.annealing.lowest", "tau_min").between(0.01, 100).withDefault(0.1);
  static final Key<Integer> ANNEALING_SCALE =
      Key.integer("gvmRaft.annealing.scale", "d_0, tokens; grows by 5 a step")
          .between(1, 40_000)
          .withDefault(25);
  static final Key<String> OLD =
      Key.string(
              "gvmRaft.annealing.old",
              "Old log-probabilities of annealed samples: drawn, as they were drawn; policy, of the"
                  + " model at temperature 1")
          .oneOf("drawn", "policy")
          .withDefault("drawn");
  static final Key<List<Long>> SEEDS =
      Key.longs("gvmRaft.seeds", "Each is a training of its own in every arm")
          .withDefault(List.of(1L, 2L, 3L, 4L, 5L));
  static final Key<Integer> EVALUATE_EVERY =
      Key.integer("gvmRaft.evaluateEvery", "Steps between two measurements on the test prompts")
          .atLeast(1)
          .withDefault(4);
  static final Key<Integer> EMIT_EVERY =
      Key.integer(
              "gvmRaft.emitEvery",
              "Iterations between two whose probes, allocation and rollouts are written, of the"
                  + " first seed")
          .atLeast(1)
          .withDefault(8);
  static final Key<Integer> FROZEN_PROMPTS =
      Key.integer(
              "gvmRaft.frozen.prompts",
              "Train prompts on which the variance of the gradient at the start is measured; 0: none")
          .between(0, 100_000)
          .withDefault(48);
  static final Key<Integer> FROZEN_SAMPLES =
      Key.integer("gvmRaft.frozen.samples", "Samples of each of them behind p, norms and reference")
          .between(8, 100_000)
          .withDefault(96);
  static final Key<Integer> FROZEN_REPETITIONS =
      Key.integer("gvmRaft.frozen.repetitions", "Gradients drawn under every allocation")
          .between(2, 100_000)
          .withDefault(30);
  static final Key<List<Integer>> FROZEN_PROBES =
      Key.integers("gvmRaft.frozen.probes", "Probes of a prompt that allocations are judged with")
          .between(1, 100_000)
          .withDefault(List.of(8, 32));
  static final Key<String> SPREAD =
      Key.string(
              "gvmRaft.spread",
              "What tasks have for themselves: arms, a whole training each (small models);"
                  + " prompts, batches of answers and workers of an update, arm after arm. With one"
                  + " worker both give the same bits")
          .oneOf("arms", "prompts")
          .withDefault("arms");
  static final Key<Integer> BATCH =
      Key.integer("gvmRaft.sampleBatch", "Answers that are written together")
          .between(1, 65_536)
          .withDefault(64);
  static final Key<Integer> PARTITIONS =
      Key.integer("gvmRaft.partitions", "Spark partitions of sampling; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();
  static final Adapters ADAPTER = Adapters.keys("gvmRaft.adapter");

  private static final List<Key<?>> TRAIN =
      List.of(
          TrainSettings.WORKERS.withDefault(1),
          TrainSettings.LEARNING_RATE.withDefault(3e-4),
          TrainSettings.WEIGHT_DECAY.withDefault(0.0),
          TrainSettings.CLIP.withDefault(1.0),
          TrainSettings.OPTIMIZER,
          TrainSettings.BETA1,
          TrainSettings.BETA2.withDefault(0.999),
          TrainSettings.MICRO_BATCH.withDefault(32),
          TrainSettings.CHECKPOINT_EVERY.withDefault(10));

  /** What only training has. */
  static final List<Key<?>> TRAINING =
      Stream.of(
              List.of(
                  MODEL,
                  PROMPTS,
                  ARMS,
                  PUBLISH,
                  WEIGHTING,
                  TRAIN_PROMPTS,
                  TEST_PROMPTS,
                  TEST_SAMPLES,
                  ANSWER_LENGTH,
                  ITERATIONS,
                  STEPS,
                  STEP_PROMPTS,
                  UPDATES,
                  PROBES,
                  SAMPLES,
                  NORM_OF,
                  REUSE,
                  DECAY,
                  KL,
                  CLIP_LOW,
                  CLIP_HIGH,
                  ANNEALING,
                  ANNEALING_HIGHEST,
                  ANNEALING_LOWEST,
                  ANNEALING_SCALE,
                  OLD,
                  SEEDS,
                  EVALUATE_EVERY,
                  EMIT_EVERY,
                  FROZEN_PROMPTS,
                  FROZEN_SAMPLES,
                  FROZEN_REPETITIONS,
                  FROZEN_PROBES,
                  SPREAD,
                  BATCH,
                  ADAPTER.rank(),
                  ADAPTER.alpha(),
                  ADAPTER.targets(),
                  PARTITIONS),
              TRAIN)
          .<Key<?>>flatMap(List::stream)
          .toList();

  static final List<Key<?>> ALL =
      RunKeys.and(Stream.of(ReplayKeys.ALL, TRAINING).<Key<?>>flatMap(List::stream).toList());

  private GvmKeys() {}
}
