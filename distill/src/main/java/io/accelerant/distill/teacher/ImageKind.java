package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PixelShape;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.report.ImageGrid;
import io.accelerant.core.report.Report;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A class-conditional model of images, by diffusion or flow matching, trained on the train split of
 * an images artifact, measured on its test split and by the Frechet distances of its samples.
 */
final class ImageKind implements TeacherKind {
  private static final long SHUFFLE = RandomStream.purpose("teacher.shuffleLabels");
  private static final int LOOK = 8;
  private static final int COLUMNS = 10;

  private final JobContext context;
  private final JobConfig config;
  private final Images images;
  private final PixelTeacher teacher;
  private LabelledPixels samples;
  private LabelledPixels real;

  ImageKind(JobContext context, JobConfig config) {
    this.context = context;
    this.config = config;
    this.images =
        Images.open(
            context.spark(),
            context.hadoop(),
            config.get(TrainTeacherKeys.DATA),
            TrainTeacherKeys.DATA.path());
    PixelShape shape = new PixelShape(images.channels(), 1, images.height(), images.width());
    this.teacher = PixelTeacher.of(context, config, shape, images.classes());
    control();
  }

  /** The artifact it is trained on, verified to be one; needs no Spark. */
  static Artifact data(JobContext context, JobConfig config) {
    PixelTeacher.schedule(config);
    return Artifact.open(config.get(TrainTeacherKeys.DATA), context.hadoop())
        .requireKind(Images.KIND, TrainTeacherKeys.DATA.path());
  }

  @Override
  public String description() {
    PatchTransformer network = teacher.network();
    return Text.of(
        "image model, %d layers of width %d, %d x %d in patches of %d, %d classes%s",
        network.layers(),
        network.width(),
        network.size(),
        network.size(),
        network.patch(),
        network.classes(),
        config.get(TrainTeacherKeys.SHUFFLE_LABELS) ? ", labels shuffled" : "");
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
    Dataset<Row> split = images.split("train");
    return config.get(TrainTeacherKeys.SHUFFLE_LABELS)
        ? records(split, frequencies(split))
        : records(split, null);
  }

  @Override
  public Dataset<Row> heldOut() {
    return records(images.split("test"), null);
  }

  private double[] frequencies(Dataset<Row> split) {
    double[] counts = new double[images.classes()];
    split
        .groupBy("label")
        .count()
        .collectAsList()
        .forEach(row -> counts[row.getInt(0)] = row.getLong(1));
    return counts;
  }

  /**
   * @param frequencies of the labels, from which each row draws its own; null keeps them
   */
  private Dataset<Row> records(Dataset<Row> split, double[] frequencies) {
    long seed = config.get(RunKeys.SEED);
    return PixelTables.records(
        split,
        Images.COLUMN,
        (id, label) ->
            frequencies == null
                ? label
                : new RandomStream(seed, SHUFFLE, id, 0)
                    .nextCategorical(frequencies, 0, frequencies.length));
  }

  @Override
  public String look(float[] average) {
    return teacher.look(average);
  }

  @Override
  public Map<String, Number> metrics(double[] heldOut, float[] average) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    teacher.putHeldOut(heldOut, metrics);
    try (ImageQuality quality = new ImageQuality(context, config, images)) {
      samples = teacher.samples(average, quality.count());
      real = quality.real();
      metrics.putAll(quality.metrics(samples));
    }
    return metrics;
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

  /** Metrics of the teacher that was trained on shuffled labels. */
  private Map<String, Number> control() {
    return config
        .find(TrainTeacherKeys.CONTROL)
        .map(
            uri -> {
              Artifact control =
                  Artifact.open(uri, context.hadoop())
                      .requireKind(Model.KIND, TrainTeacherKeys.CONTROL.path());
              Object shuffled =
                  control.manifest().config().get(TrainTeacherKeys.SHUFFLE_LABELS.path());
              if (!Boolean.TRUE.equals(shuffled)) {
                throw config.invalid(
                    TrainTeacherKeys.CONTROL,
                    Text.of(
                        "is %s, which was not trained with trainTeacher.shuffleLabels = true.",
                        uri));
              }
              return control.manifest().metrics();
            })
        .orElse(Map.of());
  }

  @Override
  public void report(Report report, Map<String, Number> metrics, float[] average) {
    String sampling = teacher.sampling(teacher.model(average)).describe();
    ImageReport.write(report, metrics, control(), sampling);
    ImageGrid grid = new ImageGrid(images.channels(), images.height(), images.width(), COLUMNS, 2);
    report.picture("samples", grid.png(byClass(samples)), "Samples, one class a row, " + sampling);
    report.picture("real", grid.png(byClass(real)), "Held-out images, one class a row");
  }

  /** The first images of the first classes, class by class. */
  private List<byte[]> byClass(LabelledPixels all) {
    List<byte[]> shown = new ArrayList<>();
    for (int label = 0; label < Math.min(COLUMNS, images.classes()); label++) {
      int left = COLUMNS;
      for (int i = 0; i < all.count() && left > 0; i++) {
        if (all.labels()[i] == label) {
          shown.add(all.images()[i]);
          left--;
        }
      }
      for (; left > 0; left--) {
        shown.add(new byte[images.size()]);
      }
    }
    return shown;
  }

  @Override
  public String card(Map<String, Number> metrics) {
    return Text.of(
        """
        A patch transformer that predicts the %1$s in an image, given its class or none (label %2$d).
        Held-out mean squared error of the %1$s: %3$.4f, averaged weights. Pixels are in [-1, 1], the
        network is given 1000 t; `config.json` says under `diffusion` which schedule.
        Frechet distances with their floor are in `report.md`.\
        """,
        teacher.predicted(),
        teacher.network().classes(),
        metrics.get(teacher.lossName()).doubleValue());
  }
}
