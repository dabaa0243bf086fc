package io.accelerant.distill.teacher;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.train.TrainSettings;
import java.util.ArrayList;
import java.util.List;

/** The keys of the {@code train-teacher} job. */
final class TrainTeacherKeys {
  static final Key<String> KIND =
      Key.string("trainTeacher.kind", "What is trained: masked-text, a masked diffusion model")
          .oneOf("masked-text")
          .withDefault("masked-text");
  static final Key<String> DATA =
      Key.string("trainTeacher.data", "Artifact to train on: of kind corpus for masked-text");
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
      Key.string("trainTeacher.positions", "How positions are told apart")
          .oneOf("learned", "rotary", "sinusoidal")
          .withDefault("rotary");
  static final Key<Boolean> TIMED =
      Key.bool(
              "trainTeacher.timed",
              "Give the network the diffusion time; the posterior of the absorbing graph does not depend on it")
          .withDefault(false);
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
  static final Key<Integer> SAMPLE_EVERY =
      Key.integer("trainTeacher.sampleEvery", "Rounds between samples shown on the way; 0: none")
          .atLeast(0)
          .withDefault(200)
          .operational();

  static final List<Key<?>> ALL = all();

  private TrainTeacherKeys() {}

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
                T_MIN,
                EVALUATION_DRAWS,
                SAMPLE_EVERY));
    own.addAll(TrainSettings.KEYS);
    return RunKeys.and(own);
  }
}
