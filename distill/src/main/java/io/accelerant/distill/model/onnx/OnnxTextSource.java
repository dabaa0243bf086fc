package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxHandle;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxSettings;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.util.Optional;
import java.util.OptionalInt;

/** An ONNX model of text as the source of models. Its bytes travel once to each executor. */
public final class OnnxTextSource implements DiscreteSource {
  private static final long serialVersionUID = 1;

  private final OnnxHandle handle;
  private final TextInterface face;
  private final DiffusionProcess process;
  private final int length;
  private final int mask;
  private final GpuStage stage;

  private OnnxTextSource(
      OnnxHandle handle,
      TextInterface face,
      DiffusionProcess process,
      int length,
      int mask,
      GpuStage stage) {
    this.handle = handle;
    this.face = face;
    this.process = process;
    this.length = length;
    this.mask = mask;
    this.stage = stage;
  }

  /**
   * What the caller wants of the model.
   *
   * @param length positions, where the caller says
   * @param fallback positions of a model that takes any length, where the caller does not say
   * @param symbols size of the alphabet, where one is known
   * @param lengthKey the key to name when the length is wrong
   */
  public record Wanted(
      DiffusionGraph graph,
      NoiseSchedule noise,
      OptionalInt length,
      OptionalInt fallback,
      OptionalInt symbols,
      String lengthKey) {}

  /**
   * Reads the inputs and outputs of a model as {@link #open} would.
   *
   * @throws io.accelerant.core.error.ConfigException if they leave no single reading
   * @throws io.accelerant.core.error.DataException if the model cannot be loaded
   */
  public static void check(OnnxFile file, JobConfig config) {
    try (OnnxModel model = file.open(OnnxSettings.cpu())) {
      TextInterface.of(model, config);
    }
  }

  /**
   * Finds out what the inputs and outputs of the model mean and evaluates it twice, to see the size
   * of its output and that it works on a masked sequence.
   *
   * @throws io.accelerant.core.error.ConfigException if names, types, shapes, length, MASK or
   *     alphabet do not fit; names the key, both sides and the model's signature
   * @throws io.accelerant.core.error.DataException if the model cannot be loaded or evaluated
   */
  public static OnnxTextSource open(
      OnnxFile file, JobContext context, Wanted wanted, JobConfig config) {
    try (OnnxModel model = file.open(OnnxSettings.cpu())) {
      TextInterface face = TextInterface.of(model, config);
      int length = length(model, face, wanted);
      int columns =
          new TextNetwork(model, face, length).predict(new int[length], 1, 1).length / length;
      int mask = mask(file, face, columns, wanted, config);
      int vocabulary = mask < columns ? columns - 1 : columns;
      wanted
          .symbols()
          .ifPresent(
              size -> {
                if (size != vocabulary) {
                  throw invalid(
                      config,
                      Text.of(
                          "%s has %d columns and MASK %s, so %d symbols; the alphabet has %d.",
                          file.uri(),
                          columns,
                          wanted.graph() == DiffusionGraph.ABSORB
                              ? Integer.toString(mask)
                              : "nowhere",
                          vocabulary,
                          size));
                }
              });
      DiffusionProcess process = new DiffusionProcess(wanted.graph(), wanted.noise(), vocabulary);
      tryOut(file, face, process, length, mask);
      OnnxHandle handle = file.broadcast(context, OnnxKeys.settings(config));
      return new OnnxTextSource(
          handle, face, process, length, mask, OnnxKeys.stage(context, config));
    }
  }

  private static int length(OnnxModel model, TextInterface face, Wanted wanted) {
    int fixed = face.length();
    if (fixed > 0 && wanted.length().orElse(fixed) != fixed) {
      throw model.mismatch(
          Text.of(
              "takes sequences of length %d, but %s is %d",
              fixed, wanted.lengthKey(), wanted.length().getAsInt()));
    }
    if (fixed > 0) {
      return fixed;
    }
    OptionalInt length = wanted.length().isPresent() ? wanted.length() : wanted.fallback();
    return length.orElseThrow(
        () -> model.mismatch("takes sequences of any length: set " + wanted.lengthKey()));
  }

  private static int mask(
      OnnxFile file, TextInterface face, int columns, Wanted wanted, JobConfig config) {
    Optional<Integer> given = config.find(OnnxKeys.MASK);
    if (wanted.graph() == DiffusionGraph.UNIFORM) {
      if (given.isPresent()) {
        throw invalid(config, "is set, but the uniform graph has no MASK.");
      }
      return columns;
    }
    if (given.isPresent()) {
      if (given.get() > columns) {
        throw invalid(
            config,
            Text.of(
                "is %d, but the output %s of %s has %d columns: expected 0 to %d.",
                given.get(), face.output(), file.uri(), columns, columns));
      }
      return given.get();
    }
    return wanted.symbols().orElse(columns - 1) == columns ? columns : columns - 1;
  }

  private static ConfigException invalid(JobConfig config, String why) {
    Key<?> key = OnnxKeys.MASK;
    return config.invalid(key, why);
  }

  /** One evaluation of a sequence of the prior, for its errors. */
  private static void tryOut(
      OnnxFile file, TextInterface face, DiffusionProcess process, int length, int mask) {
    int[] state = new int[length];
    if (process.graph() == DiffusionGraph.ABSORB) {
      java.util.Arrays.fill(state, process.mask());
    }
    TextNetwork network = new TextNetwork(file.open(OnnxSettings.cpu()), face, length);
    try (OnnxTextModel opened = new OnnxTextModel(network, face, process, length, mask)) {
      opened.scores(state, new long[1], 1, 1, new double[length * process.symbols()]);
    }
  }

  @Override
  public DiffusionProcess process() {
    return process;
  }

  @Override
  public int length() {
    return length;
  }

  /** Of the file and of what its inputs and outputs were taken for; not of process and length. */
  @Override
  public String modelHash() {
    return face.hash(handle.sha256(), mask);
  }

  /** sha256 of the file. */
  public String fileHash() {
    return handle.sha256();
  }

  @Override
  public GpuStage stage() {
    return stage;
  }

  @Override
  public DiscreteModel open() {
    return new OnnxTextModel(
        new TextNetwork(handle.open(), face, length), face, process, length, mask);
  }
}
