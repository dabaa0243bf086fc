package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.onnx.OnnxSettings;
import java.util.List;
import java.util.Locale;

/** The keys of every job that takes {@code onnx:<file>} for a model of text. */
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

  public static final List<Key<?>> ALL =
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

  private OnnxKeys() {}

  /** The keys of a job followed by these. */
  public static List<Key<?>> appendedTo(List<Key<?>> keys) {
    List<Key<?>> all = new java.util.ArrayList<>(keys);
    all.addAll(ALL);
    return List.copyOf(all);
  }

  /**
   * Refuses all of these keys for a model that is no ONNX file.
   *
   * @param key where the model was named
   * @throws io.accelerant.core.error.ConfigException if one is given
   */
  public static void refuse(JobConfig config, Key<?> key) {
    String why =
        "is for onnx:<file>, but %s = %s is none; leave it out."
            .formatted(key.path(), config.get(key));
    config.refuse(ALL, why);
    config.refuse(ContinuousOnnxKeys.OWN, why);
  }

  /**
   * What stages that draw from a model ask Spark for: a GPU if {@code engine.device} is one, or if
   * the model is run on one by ONNX Runtime and Spark has some to give.
   */
  public static GpuStage stage(JobContext context, JobConfig config) {
    GpuStage engine = GpuStage.of(config);
    boolean onnx =
        config.get(PROVIDER).equals("cuda") && GpuStage.isOffered(context.sparkSettings());
    return onnx ? new GpuStage(config.get(RunKeys.GPUS)) : engine;
  }

  /** Provider, device and {@code engine.threads}. */
  public static OnnxSettings settings(JobConfig config) {
    return new OnnxSettings(
        OnnxSettings.Provider.valueOf(config.get(PROVIDER).toUpperCase(Locale.ROOT)),
        config.find(DEVICE).orElse(-1),
        config.get(RunKeys.THREADS));
  }
}
