package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxHandle;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxSettings;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Prediction;
import io.accelerant.distill.continuous.Schedule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A continuous ONNX model as a prediction of the noise. Its bytes travel once to each executor. */
public final class OnnxContinuousSource implements ContinuousSource {
  private static final long serialVersionUID = 1;
  private static final int NONE = -1;

  private final OnnxHandle handle;
  private final List<String> names;
  private final long[] item;
  private final int size;
  private final boolean conditional;
  private final int nullLabel;
  private final Prediction prediction;
  private final Schedule schedule;
  private final boolean timeIsIndex;
  private final boolean wholeTimes;
  private final GpuStage stage;

  private OnnxContinuousSource(
      OnnxHandle handle,
      OnnxContinuousModel model,
      JobConfig config,
      Schedule schedule,
      GpuStage stage) {
    OnnxContinuousModel.Names given = names(config);
    this.handle = handle;
    this.names =
        List.of(
            given.x().orElse(""),
            given.time().orElse(""),
            given.label().orElse(""),
            given.output().orElse(""));
    this.item = model.item();
    this.size = model.size();
    this.conditional = model.isConditional();
    this.nullLabel = config.find(OnnxKeys.NULL_LABEL).orElse(NONE);
    this.prediction = prediction(config, schedule);
    this.schedule = schedule;
    this.stage = stage;
    this.timeIsIndex = timeIsIndex(config, schedule);
    this.wholeTimes = model.wholeTime().isPresent();
  }

  /**
   * Reads the inputs and outputs of a model as {@link #open} would.
   *
   * @throws io.accelerant.core.error.ConfigException if they leave no single reading
   * @throws io.accelerant.core.error.DataException if the model cannot be loaded
   */
  public static void check(OnnxFile file, JobConfig config, Schedule schedule) {
    config.refuse(
        OnnxKeys.TEXT.stream().filter(key -> !OnnxKeys.CONTINUOUS.contains(key)).toList(),
        "is for models of text, but this run takes the model for a continuous one; leave it out.");
    model(file, config, schedule).close();
  }

  private static Prediction prediction(JobConfig config, Schedule schedule) {
    return config.find(OnnxKeys.PREDICTION).map(Prediction::ofLabel).orElse(schedule.prediction());
  }

  private static boolean timeIsIndex(JobConfig config, Schedule schedule) {
    return config.find(OnnxKeys.TIME_UNIT).map("index"::equals).orElse(schedule.isDiscrete());
  }

  private static OnnxContinuousModel model(OnnxFile file, JobConfig config, Schedule schedule) {
    Prediction prediction = prediction(config, schedule);
    if (!prediction.suits(schedule)) {
      throw config.invalid(
          OnnxKeys.PREDICTION,
          Text.of(
              "is %s, which is not defined on the schedule %s: flow goes with flow, velocity with"
                  + " the others.",
              prediction.label(), schedule.label()));
    }
    OnnxContinuousModel model = model(file.open(OnnxSettings.cpu()), config);
    boolean index = timeIsIndex(config, schedule);
    String discrete = "set the schedule to ddpm-linear or sd-scaled-linear, whose times are steps";
    if (index && !schedule.isDiscrete()) {
      model.close();
      throw config.invalid(
          OnnxKeys.TIME_UNIT,
          Text.of("is index, but the schedule %s has no steps: %s.", schedule.label(), discrete));
    }
    if (!index && model.wholeTime().isPresent()) {
      model.close();
      throw model.mismatch(
          Text.of(
              "takes the time as %s, the number of a step, but is to be given t of the schedule %s:"
                  + " %s",
              model.wholeTime().get(), schedule.label(), discrete));
    }
    return model;
  }

  private static OnnxContinuousModel model(OnnxModel model, JobConfig config) {
    try {
      List<Long> shape = config.find(OnnxKeys.SHAPE).orElse(List.of());
      return OnnxContinuousModel.of(
          model, names(config), shape.stream().mapToLong(Long::longValue).toArray());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static OnnxContinuousModel.Names names(JobConfig config) {
    return new OnnxContinuousModel.Names(
        config.find(OnnxKeys.X),
        config.find(OnnxKeys.TIME),
        config.find(OnnxKeys.LABEL),
        config.find(OnnxKeys.OUTPUT));
  }

  /**
   * Sends the model to the executors.
   *
   * @param schedule that the model was trained with
   */
  public static OnnxContinuousSource open(
      OnnxFile file, JobContext context, JobConfig config, Schedule schedule) {
    try (OnnxContinuousModel model = model(file, config, schedule)) {
      model
          .wholeTime()
          .ifPresent(
              port ->
                  context
                      .progress()
                      .say(
                          "%s takes the time as %s: times are rounded to the steps of %s",
                          file.uri(), port, schedule.label()));
      OnnxHandle handle = file.broadcast(context, OnnxKeys.settings(config));
      return new OnnxContinuousSource(
          handle, model, config, schedule, OnnxKeys.stage(context, config));
    }
  }

  @Override
  public int size() {
    return size;
  }

  /** The number of classes is not in the file: the null label is its usual bound. */
  @Override
  public int classes() {
    return !conditional ? 0 : nullLabel == NONE ? Integer.MAX_VALUE : nullLabel;
  }

  @Override
  public boolean takesNoLabel() {
    return !conditional || nullLabel != NONE;
  }

  @Override
  public boolean takesWholeTimes() {
    return wholeTimes;
  }

  /** Of the file and of what its inputs and output were taken for. */
  @Override
  public String modelHash() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", handle.sha256());
    json.put("names", names);
    json.put("item", item);
    json.put("nullLabel", nullLabel);
    json.put("prediction", prediction.label());
    json.put("schedule", schedule.label());
    json.put("timeIsIndex", timeIsIndex);
    return CanonicalJson.sha256Of(json);
  }

  @Override
  public double roundingUnit() {
    return SINGLE;
  }

  @Override
  public GpuStage stage() {
    return stage;
  }

  @Override
  public ContinuousModel open() {
    OnnxContinuousModel model =
        OnnxContinuousModel.of(
            handle.open(), new OnnxContinuousModel.Names(name(0), name(1), name(2), name(3)), item);
    return new Network(model);
  }

  private java.util.Optional<String> name(int which) {
    return java.util.Optional.of(names.get(which)).filter(n -> !n.isEmpty());
  }

  private double networkTime(double t) {
    if (wholeTimes) {
      return schedule.wholeNetworkTime(t);
    }
    return timeIsIndex ? schedule.networkTime(t) : t;
  }

  private final class Network implements ContinuousModel {
    private final OnnxContinuousModel model;

    private Network(OnnxContinuousModel model) {
      this.model = model;
    }

    @Override
    public String name() {
      return "The model " + model.uri();
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void noise(double[] x, Node node, int[] labels, double[] noise) {
      int[] given =
          conditional
              ? Arrays.stream(labels).map(l -> l == NO_LABEL ? nullLabel : l).toArray()
              : new int[0];
      model.predict(x, networkTime(node.t()), given, noise);
      prediction.toNoise(x, node, noise);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
