package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.distill.continuous.Prediction;
import java.util.List;
import java.util.Optional;

/**
 * The keys of every job that takes {@code onnx:<file>} for a continuous model, besides {@link
 * OnnxKeys#TIME}, {@link OnnxKeys#OUTPUT}, {@link OnnxKeys#PROVIDER} and {@link OnnxKeys#DEVICE}.
 */
public final class ContinuousOnnxKeys {
  public static final Key<String> X =
      Key.string("onnx.x", "Input of a continuous model's x; default: the only one that fits")
          .optional();
  public static final Key<String> LABEL =
      Key.string("onnx.label", "Input of a continuous model's label; default: the integer input")
          .optional();
  public static final Key<String> PREDICTION =
      Key.string("onnx.prediction", "What a continuous model predicts")
          .oneOf("noise", "data", "velocity")
          .optional();
  public static final Key<String> TIME_UNIT =
      Key.string(
              "onnx.timeUnit",
              "Time that a continuous model is given: t in (0, 1], or index, the step 0 to 999; default: index for discrete schedules, else t")
          .oneOf("t", "index")
          .optional();
  public static final Key<Integer> NULL_LABEL =
      Key.integer(
              "onnx.nullLabel",
              "Label of a continuous model that stands for no class; needed for guidance")
          .between(0, Integer.MAX_VALUE)
          .optional();
  public static final Key<List<Long>> SHAPE =
      Key.longs(
              "onnx.shape",
              "Shape of one x, such as [3, 32, 32]; default: the model's, where it is fixed")
          .between(1, 1 << 24)
          .optional();

  /** Those that {@link OnnxKeys} lacks. */
  public static final List<Key<?>> OWN =
      List.of(X, LABEL, PREDICTION, TIME_UNIT, NULL_LABEL, SHAPE);

  /** All that a job for continuous models alone needs. */
  public static final List<Key<?>> ALL =
      List.of(
          X,
          LABEL,
          PREDICTION,
          TIME_UNIT,
          NULL_LABEL,
          SHAPE,
          OnnxKeys.TIME,
          OnnxKeys.OUTPUT,
          OnnxKeys.PROVIDER,
          OnnxKeys.DEVICE);

  private ContinuousOnnxKeys() {}

  /** Refuses what only ONNX models of text have. */
  static void refuseText(JobConfig config) {
    config.refuse(
        OnnxKeys.ALL.stream().filter(key -> !ALL.contains(key)).toList(),
        "is for models of text, but this run takes the model for a continuous one; leave it out.");
  }

  static ContinuousOnnxModel.Names names(JobConfig config) {
    return new ContinuousOnnxModel.Names(
        config.find(X),
        config.find(OnnxKeys.TIME),
        config.find(LABEL),
        config.find(OnnxKeys.OUTPUT));
  }

  static long[] shape(JobConfig config) {
    return config.find(SHAPE).orElse(List.of()).stream().mapToLong(Long::longValue).toArray();
  }

  static Prediction prediction(JobConfig config) {
    return Prediction.ofLabel(config.find(PREDICTION).orElse("noise"));
  }

  static Optional<Boolean> timeIsIndex(JobConfig config) {
    return config.find(TIME_UNIT).map("index"::equals);
  }
}
