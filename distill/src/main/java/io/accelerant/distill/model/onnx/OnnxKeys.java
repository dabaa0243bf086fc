package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.onnx.OnnxSettings;
import java.util.List;
import java.util.Locale;

/** The keys of every job that takes {@code onnx:<file>} for a model. */
public final class OnnxKeys {
  public static final Key<String> TOKENS =
      Key.string(
              "onnx.tokens",
              "Input of the tokens, int32 or int64 [batch, length]; default: the only integer input")
          .optional();
  public static final Key<String> TIME =
      Key.string(
              "onnx.time",
              "Input of the time, one number or one for each sequence; default: the only floating-point input, if there is one")
          .optional();
  public static final Key<String> TIME_VALUE =
      Key.string("onnx.timeValue", "What the time input is given: t, or the total noise up to t")
          .oneOf("t", "total-noise")
          .withDefault("t");
  public static final Key<List<String>> ONES =
      Key.strings(
              "onnx.ones",
              "Inputs that are filled with 1, integer [batch, length], such as attention_mask")
          .withDefault(List.of());
  public static final Key<List<String>> ZEROS =
      Key.strings(
              "onnx.zeros",
              "Inputs that are filled with 0, integer [batch, length], such as token_type_ids")
          .withDefault(List.of());
  public static final Key<String> OUTPUT =
      Key.string(
              "onnx.output",
              "Output [batch, length, V or V + 1]; default: the only one with three dimensions")
          .optional();
  public static final Key<String> PARAMETRISATION =
      Key.string(
              "onnx.parametrisation",
              "What the output is: logits of the clean symbol, log-scores, or sedd: the log-scores of SEDD before its scaling by the noise")
          .oneOf("logits", "log-score", "sedd")
          .withDefault("logits");
  public static final Key<Integer> MASK =
      Key.integer(
              "onnx.mask",
              "Token id of MASK; default: the last column of the output, or one after it where onnx.alphabet or the reference has that many symbols")
          .between(0, Integer.MAX_VALUE)
          .optional();
  public static final Key<String> ALPHABET =
      Key.string(
              "onnx.alphabet",
              "How tokens read: their ids but for MASK must be those of the alphabet; default: that of the reference, else numbers are shown")
          .oneOf("letters27", "bytes")
          .optional();
  public static final Key<String> PROVIDER =
      Key.string(
              "onnx.provider",
              "Where tasks run the model: cpu, or cuda, which needs the library onnxruntime_gpu; the driver takes the cpu")
          .oneOf("cpu", "cuda")
          .withDefault("cpu")
          .operational();
  public static final Key<Integer> DEVICE =
      Key.integer(
              "onnx.device", "Index of the GPU; default: the one that Spark gives the task, else 0")
          .between(0, 1024)
          .optional()
          .operational();

  public static final Key<String> X =
      Key.string("onnx.x", "Input of a continuous model's x; default: the only one that fits")
          .optional();
  public static final Key<String> LABEL =
      Key.string("onnx.label", "Input of a continuous model's label; default: the integer input")
          .optional();
  public static final Key<String> PREDICTION =
      Key.string(
              "onnx.prediction",
              "What a continuous model predicts: noise, data, velocity (alpha eps - sigma x, of variance-preserving schedules), flow (eps - x, of schedule flow); default: noise, flow for schedule flow")
          .oneOf("noise", "data", "velocity", "flow")
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

  /** What a job needs for models of text. */
  public static final List<Key<?>> TEXT =
      List.of(
          TOKENS,
          TIME,
          TIME_VALUE,
          ONES,
          ZEROS,
          OUTPUT,
          PARAMETRISATION,
          MASK,
          ALPHABET,
          PROVIDER,
          DEVICE);

  /** What a job needs for continuous models. */
  public static final List<Key<?>> CONTINUOUS =
      List.of(X, LABEL, PREDICTION, TIME_UNIT, NULL_LABEL, SHAPE, TIME, OUTPUT, PROVIDER, DEVICE);

  private OnnxKeys() {}

  /**
   * What stages that draw from a model ask Spark for: a GPU if {@code engine.device} is one, or if
   * the model is run on one by ONNX Runtime and Spark has some to give.
   */
  static GpuStage stage(JobContext context, JobConfig config) {
    GpuStage engine = GpuStage.of(config);
    boolean onnx =
        config.get(PROVIDER).equals("cuda") && GpuStage.isOffered(context.sparkSettings());
    return onnx ? new GpuStage(config.get(RunKeys.GPUS)) : engine;
  }

  /** Provider, device and {@code engine.threads}. */
  static OnnxSettings settings(JobConfig config) {
    return new OnnxSettings(
        OnnxSettings.Provider.valueOf(config.get(PROVIDER).toUpperCase(Locale.ROOT)),
        config.find(DEVICE).orElse(-1),
        config.get(RunKeys.THREADS));
  }
}
