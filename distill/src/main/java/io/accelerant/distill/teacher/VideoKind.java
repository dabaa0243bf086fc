package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Videos;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.VideoGrid;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.VideoMeter;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A class-conditional model of videos, by flow matching unless another schedule is set, trained on
 * the train split of a videos artifact, measured on its test split and by what its samples show.
 */
final class VideoKind implements TeacherKind {
  /** Real videos that networks and components are made from, at most. */
  private static final int REFERENCE = 10_000;

  private static final int STRIPS = 3;
  private static final int MOVING = 8;
  private static final int SHOWN_CLASSES = 10;

  private final JobContext context;
  private final JobConfig config;
  private final Videos videos;
  private final PixelTeacher teacher;
  private LabelledPixels samples;

  VideoKind(JobContext context, JobConfig config) {
    this.context = context;
    this.config = config;
    this.videos =
        Videos.open(
            context.spark(),
            context.hadoop(),
            config.get(TrainTeacherKeys.DATA),
            TrainTeacherKeys.DATA.path());
    this.teacher = PixelTeacher.of(context, config, videos.shape(), videos.classes());
  }

  /** The artifact it is trained on, verified to be one; needs no Spark. */
  static Artifact data(JobContext context, JobConfig config) {
    PixelTeacher.schedule(config);
    return Artifact.open(config.get(TrainTeacherKeys.DATA), context.hadoop())
        .requireKind(Videos.KIND, TrainTeacherKeys.DATA.path());
  }

  @Override
  public String description() {
    PatchTransformer network = teacher.network();
    return Text.of(
        "video model, %d layers of width %d, %d frames of %d x %d in patches of %d x %d x %d, %d"
            + " classes",
        network.layers(),
        network.width(),
        network.frames().count(),
        network.size(),
        network.size(),
        network.frames().patch(),
        network.patch(),
        network.patch(),
        network.classes());
  }

  @Override
  public Loss loss() {
    return teacher.loss();
  }

  @Override
  public String lossUnit() {
    return teacher.lossUnit();
  }

  @Override
  public Dataset<Row> training() {
    return records("train");
  }

  @Override
  public Dataset<Row> heldOut() {
    return records("test");
  }

  private Dataset<Row> records(String split) {
    return PixelTables.records(videos.split(split), Videos.COLUMN, (id, label) -> label);
  }

  @Override
  public String look(float[] average) {
    return teacher.look(average);
  }

  @Override
  public Map<String, Number> metrics(double[] heldOut, float[] average) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    teacher.putHeldOut(heldOut, metrics);
    LabelledPixels training = first("train", REFERENCE);
    LabelledPixels real = first("test", config.get(TrainTeacherKeys.SAMPLES));
    int steps = config.get(TrainTeacherKeys.CLASSIFIER_STEPS);
    context.progress().say("train-teacher: training two classifiers, %d steps each", steps);
    VideoMeter meter =
        new VideoMeter(
            videos.shape(),
            VideoMeter.Networks.train(training, videos.classes(), steps, config.get(RunKeys.SEED)),
            training,
            real);
    samples = teacher.samples(average, meter.count());
    metrics.put("frechet.samples", samples.count());
    metrics.putAll(meter.measure(samples));
    meter
        .measure(training.first(meter.count()))
        .forEach((name, value) -> metrics.put(name + ".floor", value));
    metrics.put("accuracy.real", meter.measure(real).get("accuracy"));
    return metrics;
  }

  private LabelledPixels first(String split, int limit) {
    return PixelTables.first(videos.split(split), Videos.COLUMN, limit);
  }

  @Override
  public void write(ArtifactWriter artifact, float[] average, float[] raw) {
    teacher.model(average).write(artifact, raw);
  }

  @Override
  public void writeHalf(ArtifactWriter artifact, float[] average) {
    teacher.model(average).writeHalf(artifact);
  }

  @Override
  public float[] read(Artifact artifact) {
    return ImageModel.read(artifact, "train-teacher").parameters();
  }

  @Override
  public void report(Report report, Map<String, Number> metrics, float[] average) {
    String sampling = teacher.sampling(teacher.model(average)).describe();
    Table table = Table.of("videos", "a", "b", "pixels", "jitter", "dynamic", "accuracy");
    row(table, "samples of this teacher", metrics, "");
    row(table, "real, training (floor)", metrics, ".floor");
    VideoGrid grid =
        new VideoGrid(
            videos.shape().channels(),
            videos.shape().frames(),
            videos.shape().height(),
            videos.shape().width(),
            3);
    report
        .section("Samples against real videos")
        .paragraph(
            Text.of(
                """
                %s samples (%s, averaged weights) against as many held-out videos. `a`, `b`, `pixels`:
                Frechet distances in the last hidden layers of two classifiers of whole videos and in 32
                principal components. `jitter`: root mean square distance of the centre of brightness to
                even motion between walls, in pixels. `dynamic`: mean speed over that of real videos, if these move.
                `accuracy`: share that network a gives the class that was asked for; it is %.3f of the
                held-out videos.\
                """,
                samples.count(), sampling, metrics.get("accuracy.real").doubleValue()))
        .table(table)
        .picture("samples", grid.png(byClass(STRIPS)), "Samples, class by class, " + sampling)
        .animation("samples-moving", grid.gif(byClass(MOVING), MOVING), "Samples, a class a row");
  }

  private static void row(Table table, String what, Map<String, Number> metrics, String suffix) {
    table.row(
        what,
        metrics.get("frechet.a" + suffix),
        metrics.get("frechet.b" + suffix),
        metrics.get("frechet.pixels" + suffix),
        metrics.get("jitter" + suffix),
        metrics.getOrDefault("dynamic" + suffix, Double.NaN),
        metrics.get("accuracy" + suffix));
  }

  /** The first samples of each of the first classes. */
  private List<byte[]> byClass(int each) {
    List<byte[]> shown = new ArrayList<>();
    for (int label = 0; label < Math.min(SHOWN_CLASSES, videos.classes()); label++) {
      int left = each;
      for (int i = 0; i < samples.count() && left > 0; i++) {
        if (samples.labels()[i] == label) {
          shown.add(samples.images()[i]);
          left--;
        }
      }
    }
    return shown;
  }

  @Override
  public String card(Map<String, Number> metrics) {
    return Text.of(
        """
        A patch transformer over frames that predicts the %1$s in a video, given its class or none
        (label %2$d). Held-out mean squared error of the %1$s: %3$.4f, averaged weights. Pixels are in
        [-1, 1], x is [channels][frames][height][width], the network is given 1000 t; `config.json`
        says under `diffusion` which schedule.\
        """,
        teacher.predicted(),
        teacher.network().classes(),
        metrics.get(teacher.lossName()).doubleValue());
  }
}
