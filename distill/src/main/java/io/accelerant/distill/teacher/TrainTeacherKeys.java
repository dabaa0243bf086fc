package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Storage;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.distill.continuous.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The keys of the {@code train-teacher} job. */
final class TrainTeacherKeys {
  static final Key<String> KIND =
      Key.string(
              "trainTeacher.kind",
              "What is trained: masked-text, a masked diffusion model of text, or of answers to prompts; causal-text, one that answers prompts from left to right; image and video, continuous ones that predict noise, or on schedule flow velocity")
          .oneOf("masked-text", "causal-text", "image", "video")
          .withDefault("masked-text");
  static final Key<String> DATA =
      Key.string(
          "trainTeacher.data",
          "Artifact to train on: of kind corpus or prompts for masked-text, prompts for causal-text, images for image, videos for video");
  static final Key<Integer> WIDTH =
      Key.integer("trainTeacher.width", "Width of the transformer, a multiple of heads")
          .between(4, 16_384)
          .withDefault(128);
  static final Key<Integer> LAYERS =
      Key.integer("trainTeacher.layers", "Blocks of the transformer")
          .between(1, 256)
          .withDefault(4);
  static final Key<Integer> HEADS =
      Key.integer("trainTeacher.heads", "Attention heads of a block")
          .between(1, 256)
          .withDefault(4);
  static final Key<Integer> HIDDEN =
      Key.integer("trainTeacher.hidden", "Width of the feed-forward networks; default 4 x width")
          .between(1, 65_536)
          .optional();
  static final Key<String> POSITIONS =
      Key.string("trainTeacher.positions", "text: how positions are told apart")
          .oneOf("learned", "rotary", "sinusoidal")
          .withDefault("rotary");
  static final Key<Boolean> TIMED =
      Key.bool(
              "trainTeacher.timed",
              "masked-text: give the network the diffusion time; the posterior of the absorbing graph does not depend on it")
          .withDefault(false);
  static final Key<String> INITIAL =
      Key.string(
              "trainTeacher.initial",
              "text: how large the weights start: gpt2, deviation 0.02; scaled, by the width, from which small networks learn sooner")
          .oneOf("gpt2", "scaled")
          .withDefault("gpt2");
  static final Key<Double> T_MIN =
      Key.number("trainTeacher.tMin", "Smallest time of the loss, which is weighted by 1/t")
          .between(1e-6, 0.5)
          .withDefault(1e-3);
  static final Key<Integer> EVALUATION_DRAWS =
      Key.integer(
              "trainTeacher.evaluationDraws",
              "Times drawn per held-out window; the bound's spread is over them")
          .between(2, 10_000)
          .withDefault(4);
  static final Key<String> WEIGHTS =
      Key.string(
              "trainTeacher.weights",
              "float16: the averaged weights are rounded before they are measured and published"
                  + " alone, a quarter of the bytes of both sets in float32")
          .oneOf(Storage.FLOAT32.label(), Storage.FLOAT16.label())
          .withDefault(Storage.FLOAT32.label());
  static final Key<Integer> SAMPLE_EVERY =
      Key.integer("trainTeacher.sampleEvery", "Rounds between samples shown on the way; 0: none")
          .atLeast(0)
          .withDefault(200)
          .operational();

  static final Key<Integer> PATCH =
      Key.integer("trainTeacher.patch", "image, video: side of a patch, divides that of the images")
          .between(1, 256)
          .withDefault(4);
  static final Key<String> SCHEDULE =
      Key.string(
              "trainTeacher.schedule",
              "image, video: how signal and noise follow from the time; flow: flow matching, the network predicts velocity. Default: vp-linear, flow for video")
          .oneOf(Schedule.labels())
          .optional();
  static final Key<Integer> FRAME_PATCH =
      Key.integer(
              "trainTeacher.framePatch", "video: frames of a patch, divides those of the videos")
          .between(1, 1024)
          .withDefault(2);
  static final Key<Integer> CLASSIFIER_STEPS =
      Key.integer(
              "trainTeacher.classifierSteps",
              "video: steps of 64 of each of the two classifiers that samples are measured by")
          .between(1, 100_000)
          .withDefault(500);
  static final Key<Double> LABEL_DROPOUT =
      Key.number(
              "trainTeacher.labelDropout",
              "image, video: share of examples without their class, for classifier-free guidance")
          .between(0, 1)
          .withDefault(0.1);
  static final Key<Boolean> SHUFFLE_LABELS =
      Key.bool(
              "trainTeacher.shuffleLabels",
              "image: train on labels drawn from their frequencies, whatever the image: the control of class conditioning")
          .withDefault(false);
  static final Key<String> CONTROL =
      Key.string(
              "trainTeacher.control",
              "image: artifact of a teacher trained with shuffleLabels, shown beside this one")
          .optional()
          .operational();
  static final Key<Integer> SAMPLES =
      Key.integer(
              "trainTeacher.samples",
              "image, video: samples that are held against as many held-out ones; no more than there are")
          .between(20, 1_000_000)
          .withDefault(1000);
  static final Key<Integer> SAMPLE_STEPS =
      Key.integer(
              "trainTeacher.sampleSteps",
              "image, video: steps of DPM-Solver++(2M), or of Euler on a flow, for a sample")
          .between(1, 10_000)
          .withDefault(20);
  static final Key<Double> GUIDANCE =
      Key.number(
              "trainTeacher.guidance",
              "image, video: classifier-free guidance of the samples; 1: none")
          .between(0, 100)
          .withDefault(1.0);
  static final Key<Integer> CLASSIFIER_EPOCHS =
      Key.integer(
              "trainTeacher.classifierEpochs",
              "image: epochs of the classifier whose features the Frechet distance is taken in")
          .between(1, 1000)
          .withDefault(3);

  static final Key<String> START =
      Key.string(
              "trainTeacher.start",
              "prompts: artifact of a language model to go on from, in place of a network")
          .optional();
  static final Adapters ADAPTER = Adapters.keys("trainTeacher.adapter");
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "trainTeacher.answerLength",
              "prompts, masked-text: positions behind a prompt, filled with ends; default: the longest answer")
          .between(1, 65_536)
          .optional();
  static final Key<Integer> EVALUATION_PROMPTS =
      Key.integer(
              "trainTeacher.evaluationPrompts",
              "prompts: of the validation split, answered to measure exact match; no more than there are")
          .between(1, 1_000_000)
          .withDefault(200);
  static final Key<String> UNTIL =
      Key.string(
              "trainTeacher.until",
              "prompts: stop when this holds, such as \"exactMatch.k2 > .9\"; else after train.rounds")
          .optional();
  static final Key<Integer> UNTIL_EVERY =
      Key.integer("trainTeacher.untilEvery", "prompts: rounds between measurements on the way")
          .atLeast(1)
          .withDefault(200);

  /** What the other kind does not have. */
  static final List<Key<?>> TEXT_ALONE = List.of(POSITIONS, TIMED, INITIAL);

  /** What images and videos have. */
  static final List<Key<?>> PIXELS_ALONE =
      List.of(PATCH, SCHEDULE, LABEL_DROPOUT, SAMPLES, SAMPLE_STEPS, GUIDANCE);

  static final List<Key<?>> IMAGE_ALONE = List.of(SHUFFLE_LABELS, CONTROL, CLASSIFIER_EPOCHS);

  static final List<Key<?>> VIDEO_ALONE = List.of(FRAME_PATCH, CLASSIFIER_STEPS);

  /** What only models that answer prompts have. */
  static final List<Key<?>> PROMPTS_ALONE =
      List.of(
          START,
          ADAPTER.rank(),
          ADAPTER.alpha(),
          ADAPTER.targets(),
          ANSWER_LENGTH,
          EVALUATION_PROMPTS,
          UNTIL,
          UNTIL_EVERY);

  static final List<Key<?>> ALL = all();

  private TrainTeacherKeys() {}

  /** How large the numbers of a network of text start. */
  static InitialScale initialScale(JobConfig config) {
    return InitialScale.valueOf(config.get(INITIAL).toUpperCase(Locale.ROOT));
  }

  /** Whether the average alone is published, in 16 bits. */
  static boolean isHalf(JobConfig config) {
    return config.get(WEIGHTS).equals(Storage.FLOAT16.label());
  }

  private static List<Key<?>> all() {
    List<Key<?>> own =
        new ArrayList<>(
            List.of(
                KIND,
                DATA,
                WIDTH,
                LAYERS,
                HEADS,
                HIDDEN,
                POSITIONS,
                TIMED,
                INITIAL,
                T_MIN,
                EVALUATION_DRAWS,
                WEIGHTS,
                SAMPLE_EVERY));
    own.addAll(PIXELS_ALONE);
    own.addAll(IMAGE_ALONE);
    own.addAll(VIDEO_ALONE);
    own.addAll(PROMPTS_ALONE);
    own.addAll(TrainSettings.KEYS);
    return RunKeys.and(own);
  }
}
