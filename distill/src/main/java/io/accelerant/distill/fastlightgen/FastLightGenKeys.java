package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code fastlightgen} job. */
final class FastLightGenKeys {
  static final Key<String> OF =
      Key.string(
              "fastlightgen.of",
              "Only compute given numbers: a file with \"delta\" and \"size\" of each block,"
                  + " optional \"fraction\", \"guard\", which give the plan; with \"whole\","
                  + " \"pruned\", \"none\" (velocities, [..] or [[..], ..]), \"guidance\","
                  + " \"contrast\" (numbers, or one a row), optional \"mode\", which give the"
                  + " guided velocity; with \"x\", \"xR\", \"xF\", optional \"floor\", which give"
                  + " the gradient and its divisors. JSON, or JSON lines with a block or a sample"
                  + " each")
          .optional();
  static final Key<Double> PRUNE =
      Key.number("fastlightgen.prune", "Fraction of the blocks' parameters that is to go")
          .between(0.001, 0.999)
          .withDefault(0.3);
  static final Key<Boolean> GUARD =
      Key.bool(
              "fastlightgen.guard",
              "The first and the last block stay whatever their importance: held-out loss does not"
                  + " see what the last block does to samples")
          .withDefault(true);
  static final Key<String> MODE =
      Key.string(
              "fastlightgen.mode",
              "What contrast means: extrapolate, away from the pruned network, 0 is none;"
                  + " interpolate, from the pruned network (0) to the whole one (1), before"
                  + " guidance")
          .oneOf(GuidedVelocity.Mode.class)
          .withDefault(GuidedVelocity.Mode.EXTRAPOLATE.label());

  static final Key<String> MODEL =
      Key.string(
              "fastlightgen.model",
              "URI of a model of images or videos on the schedule flow, as train-teacher makes")
          .optional();
  static final Key<String> DATA =
      Key.string("fastlightgen.data", "URI of the images or videos that it was trained on")
          .optional();
  static final Key<String> ORDER =
      Key.string(
              "fastlightgen.order",
              "one-shot: blocks ranked by one measurement; greedy: measured anew after each"
                  + " removal")
          .oneOf("one-shot", "greedy")
          .withDefault("one-shot");
  static final Key<Integer> PROBES =
      Key.integer(
              "fastlightgen.probes",
              "Held-out rows that importance and drift are measured on, at most fastlightgen.samples")
          .between(1, 1_000_000)
          .withDefault(256);
  static final Key<List<Double>> LEVELS =
      Key.numbers("fastlightgen.levels", "Levels of the noise at which they are")
          .between(0.001, 1)
          .withDefault(List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9));
  static final Key<Integer> SHARDS =
      Key.integer(
              "fastlightgen.shards",
              "Parts of the held-out rows, a task each for every block; more than there are rows"
                  + " are as many as rows")
          .between(1, 10_000)
          .withDefault(2);
  static final Key<List<Integer>> STEPS =
      Key.integers(
              "fastlightgen.steps",
              "Steps of the students, each a training of its own in every arm; the first is"
                  + " published")
          .between(1, 64)
          .withDefault(List.of(1, 2, 4));
  static final Key<List<String>> ARMS =
      Key.strings(
              "fastlightgen.arms",
              "Students: flg, pruned, by the teacher that was chosen (always); naive, pruned, by"
                  + " guidance alone; unpruned; strong, by too much contrast; half of the blocks")
          .oneOf(Arm.class)
          .withDefault(Stream.of(Arm.values()).map(Arm::label).toList());
  static final Key<List<Integer>> BASELINE_STEPS =
      Key.integers("fastlightgen.baselineSteps", "Further steps at which the teacher is measured")
          .between(1, 1000)
          .withDefault(List.of(8, 25, 50));
  static final Key<List<Double>> BASELINE_GUIDANCE =
      Key.numbers(
              "fastlightgen.baselineGuidance",
              "Guidances of which every network that is not a student has the best, at each number"
                  + " of steps")
          .between(0, 100)
          .withDefault(List.of(1.0, 1.5, 2.0));
  static final Key<List<Long>> SEEDS =
      Key.longs(
              "fastlightgen.seeds",
              "Each is a training of its own in every arm, and the noise it is measured with; the"
                  + " first is published")
          .withDefault(List.of(1L, 2L, 3L));
  static final Key<Integer> SAMPLES =
      Key.integer("fastlightgen.samples", "Samples, and held-out rows, that a distance is of")
          .between(8, 1_000_000)
          .withDefault(512);
  static final Key<Integer> REFERENCE =
      Key.integer("fastlightgen.reference", "Training rows that are used, at most")
          .between(16, 10_000_000)
          .withDefault(6000);
  static final Key<Integer> BATCH =
      Key.integer("fastlightgen.batch", "Rows of an update").between(1, 1_000_000).withDefault(64);
  static final Key<Integer> MICRO_BATCH =
      Key.integer("fastlightgen.microBatch", "Rows that one program computes at once")
          .between(1, 65_536)
          .withDefault(64);
  static final Key<Double> STRONG =
      Key.number(
              "fastlightgen.strong",
              "Contrast of the arm strong, which is to be too much: more than none (0, of"
                  + " interpolate 1)")
          .between(-100, 100)
          .withDefault(0.75);
  static final Key<Double> VETO =
      Key.number(
              "fastlightgen.veto",
              "Times the teacher's jitter above which no student is chosen, whatever its distance")
          .between(1, 1000)
          .withDefault(2.0);
  static final Key<Integer> JUDGE_STEPS =
      Key.integer(
              "fastlightgen.judgeSteps",
              "Steps of 64 rows to train each of the two networks that samples are measured by")
          .between(1, 1_000_000)
          .withDefault(700);
  static final Key<Integer> TIMED =
      Key.integer("fastlightgen.timed", "Samples whose drawing is timed, the median of five runs")
          .between(1, 1_000_000)
          .withDefault(256);
  static final Key<Integer> PARTITIONS =
      Key.integer("fastlightgen.partitions", "Spark partitions of stage I; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  static final Key<Integer> TWO_ROUNDS =
      Key.integer("fastlightgen.stage2.rounds", "Updates that the network has to learn to skip")
          .between(1, 100_000_000)
          .withDefault(300);
  static final Key<Double> TWO_RATE =
      Key.number("fastlightgen.stage2.learningRate", "Falls to 0 by a cosine")
          .between(1e-9, 10)
          .withDefault(3e-4);
  static final Key<Double> TWO_SHARED_RATE =
      Key.number(
              "fastlightgen.stage2.sharedLearningRate",
              "The same where the target is shared; at a larger one the whole network is lost")
          .between(1e-9, 10)
          .withDefault(1e-5);
  static final Key<List<String>> TWO_TARGET =
      Key.strings(
              "fastlightgen.stage2.target",
              "Whose velocity is regressed on: frozen, the network it began with; shared, the"
                  + " network itself with all blocks, nothing tying it to data. The first is gone"
                  + " on with")
          .oneOf(SkippingStep.Target.class)
          .withDefault(List.of("frozen", "shared"));
  static final Key<List<Double>> TWO_ALPHA =
      Key.numbers(
              "fastlightgen.stage2.alpha",
              "1 - alpha is the weight of the data beside that target. The first is gone on with")
          .between(0, 1)
          .withDefault(List.of(1.0, 0.0));
  static final Key<Double> TWO_EMA =
      Key.number("fastlightgen.stage2.ema", "Decay of the average, which is gone on with")
          .between(0, 0.999999)
          .withDefault(0.99);
  static final Key<Double> TWO_EXACT =
      Key.number(
              "fastlightgen.stage2.exact",
              "Share of the updates that skip exactly what is pruned; the others a random set")
          .between(0, 1)
          .withDefault(0.5);
  static final Key<Double> TWO_SKIP =
      Key.number("fastlightgen.stage2.skip", "Probability of each candidate in a random set")
          .between(0.001, 1)
          .withDefault(0.5);
  static final Key<Integer> TWO_SETS =
      Key.integer(
              "fastlightgen.stage2.sets",
              "Random sets of a training; each takes the memory of a program")
          .between(1, 10_000)
          .withDefault(8);
  static final Key<Double> TWO_DROPOUT =
      Key.number("fastlightgen.stage2.dropout", "How often the class is left out")
          .between(0, 1)
          .withDefault(0.1);
  static final Key<Double> TWO_DRIFT =
      Key.number(
              "fastlightgen.stage2.drift",
              "Rise of the whole network's held-out loss that stops a shared target")
          .between(0, 1e6)
          .withDefault(0.05);
  static final Key<Integer> TWO_DRIFT_EVERY =
      Key.integer("fastlightgen.stage2.driftEvery", "Updates between two looks at it")
          .atLeast(1)
          .withDefault(20);

  static final Key<Integer> THREE_UPDATES =
      Key.integer("fastlightgen.stage3.updates", "Updates of the generator")
          .between(1, 100_000_000)
          .withDefault(100);
  static final Key<Integer> THREE_RATIO =
      Key.integer("fastlightgen.stage3.ratio", "Updates of the fake network for each of them")
          .between(1, 1000)
          .withDefault(5);
  static final Key<Integer> THREE_WARM_UP =
      Key.integer("fastlightgen.stage3.warmUp", "Updates of the fake network before the first")
          .between(0, 100_000_000)
          .withDefault(50);
  static final Key<Double> THREE_RATE =
      Key.number("fastlightgen.stage3.learningRate", "Of the generator, kept")
          .between(1e-9, 10)
          .withDefault(3e-4);
  static final Key<Double> THREE_FAKE_RATE =
      Key.number("fastlightgen.stage3.fakeLearningRate", "Of the fake network, kept")
          .between(1e-9, 10)
          .withDefault(1e-3);
  static final Key<Double> THREE_EMA =
      Key.number("fastlightgen.stage3.ema", "Decay of the generator's average, what is published")
          .between(0, 0.999999)
          .withDefault(0.98);
  static final Key<Double> THREE_SHIFT =
      Key.number(
              "fastlightgen.stage3.shift",
              "s of the students' levels, s t / (1 + (s - 1) t) of even t; 1 leaves them even")
          .between(0.01, 100)
          .withDefault(1.0);
  static final Key<Double> THREE_SPREAD =
      Key.number(
              "fastlightgen.stage3.spread",
              "Guidance of a sample is drawn so far about its mean, and contrast from 0 to twice"
                  + " its own; 0: neither is drawn")
          .between(0, 100)
          .withDefault(0.5);
  static final Key<Double> THREE_LOW =
      Key.number("fastlightgen.stage3.low", "Smallest level of the noise that samples are put in")
          .between(0, 1)
          .withDefault(0.02);
  static final Key<Double> THREE_HIGH =
      Key.number("fastlightgen.stage3.high", "Largest level").between(0, 1).withDefault(0.98);

  static final Key<List<Double>> SEARCH_GUIDANCE =
      Key.numbers("fastlightgen.teacherSearch.guidance", "Guidances of the teacher to choose from")
          .between(0, 100)
          .withDefault(List.of(1.0, 1.5, 2.0));
  static final Key<List<Double>> SEARCH_CONTRAST =
      Key.numbers(
              "fastlightgen.teacherSearch.contrast",
              "Contrasts to choose from, with each guidance; none (0, of interpolate 1) always"
                  + " runs")
          .between(-100, 100)
          .withDefault(List.of(0.0, 0.25, 0.75));
  static final Key<Integer> SEARCH_UPDATES =
      Key.integer("fastlightgen.teacherSearch.updates", "Updates of a candidate's generator")
          .between(1, 100_000_000)
          .withDefault(40);

  /** What only training has. */
  static final List<Key<?>> TRAINING =
      List.of(
          MODEL,
          DATA,
          ORDER,
          PROBES,
          LEVELS,
          SHARDS,
          ARMS,
          STEPS,
          BASELINE_STEPS,
          BASELINE_GUIDANCE,
          SEEDS,
          SAMPLES,
          REFERENCE,
          BATCH,
          MICRO_BATCH,
          STRONG,
          VETO,
          JUDGE_STEPS,
          TIMED,
          PARTITIONS,
          TWO_ROUNDS,
          TWO_RATE,
          TWO_SHARED_RATE,
          TWO_TARGET,
          TWO_ALPHA,
          TWO_EMA,
          TWO_EXACT,
          TWO_SKIP,
          TWO_SETS,
          TWO_DROPOUT,
          TWO_DRIFT,
          TWO_DRIFT_EVERY,
          THREE_UPDATES,
          THREE_RATIO,
          THREE_WARM_UP,
          THREE_RATE,
          THREE_FAKE_RATE,
          THREE_EMA,
          THREE_SHIFT,
          THREE_SPREAD,
          THREE_LOW,
          THREE_HIGH,
          SEARCH_GUIDANCE,
          SEARCH_CONTRAST,
          SEARCH_UPDATES);

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(List.of(OF, PRUNE, GUARD, MODE), TRAINING)
              .<Key<?>>flatMap(List::stream)
              .toList());

  private FastLightGenKeys() {}
}
