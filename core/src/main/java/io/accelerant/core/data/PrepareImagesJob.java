package io.accelerant.core.data;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.report.ImageGrid;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * {@code prepare-images}: labelled images of one size to a table, from idx files as MNIST has them,
 * from Parquet, or the Fashion-MNIST sample that comes with this program. Every row is checked.
 */
public final class PrepareImagesJob implements PublishingJob {
  /** The source that needs no download. */
  static final String SAMPLE = "fashion-mnist-sample";

  static final Key<String> SOURCE =
      Key.string(
              "prepareImages.source",
              "fashion-mnist-sample (10,000 images that come along), or the URI of an idx file of"
                  + " images, plain or gzip, or of Parquet")
          .withDefault(SAMPLE);
  static final Key<String> LABELS =
      Key.string("prepareImages.labels", "URI of the idx file of labels; says that source is idx")
          .optional();
  static final Key<String> TEST_SOURCE =
      Key.string(
              "prepareImages.testSource",
              "As source, the test split; without it the images are divided by prepareImages.split")
          .optional();
  static final Key<String> TEST_LABELS =
      Key.string("prepareImages.testLabels", "As labels, of testSource").optional();
  static final Key<String> IMAGE_COLUMN =
      Key.string(
              "prepareImages.imageColumn",
              "Column of Parquet that holds [channels][height][width] bytes, or an array of 0 to"
                  + " 255")
          .withDefault("image");
  static final Key<String> LABEL_COLUMN =
      Key.string("prepareImages.labelColumn", "Column of Parquet that holds the class")
          .withDefault("label");
  static final Key<Integer> CHANNELS =
      Key.integer("prepareImages.channels", "Channels of images in Parquet: 1 or 3")
          .between(1, 3)
          .optional();
  static final Key<Integer> HEIGHT =
      Key.integer("prepareImages.height", "Height of images in Parquet")
          .between(1, 4096)
          .optional();
  static final Key<Integer> WIDTH =
      Key.integer("prepareImages.width", "Width of images in Parquet").between(1, 4096).optional();
  static final Key<Integer> CLASSES =
      Key.integer("prepareImages.classes", "Labels are 0 to classes - 1")
          .between(1, 65536)
          .withDefault(10);
  static final Key<List<Double>> SPLIT =
      Key.numbers(
              "prepareImages.split",
              "Shares of images for train and test, where there is no testSource; default [0.9,"
                  + " 0.1]")
          .between(0, 1)
          .optional();

  /** Of Parquet. */
  static final PixelKeys PIXELS =
      new PixelKeys(
          "image",
          ", or as idx with prepareImages.labels",
          IMAGE_COLUMN,
          LABEL_COLUMN,
          CHANNELS,
          Optional.empty(),
          HEIGHT,
          WIDTH);

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, image BINARY NOT NULL, label INT NOT NULL, split STRING NOT NULL");
  private static final long DIVIDE = RandomStream.purpose("prepareImages.split");
  private static final String LICENCE = "LICENSE-fashion-mnist.txt";
  private static final int SHOWN = 10;

  @Override
  public String name() {
    return "prepare-images";
  }

  @Override
  public String summary() {
    return "Check and divide labelled images, from idx files or Parquet, as an images artifact";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(
        List.of(
            SOURCE,
            LABELS,
            TEST_SOURCE,
            TEST_LABELS,
            IMAGE_COLUMN,
            LABEL_COLUMN,
            CHANNELS,
            HEIGHT,
            WIDTH,
            CLASSES,
            SPLIT));
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    List<Double> split = split(config);
    ImageSources sources = ImageSources.of(config);
    PixelRows first = sources.source(context);
    Optional<PixelRows> test = sources.test(context);
    List<Manifest.Parent> inputs = new ArrayList<>(List.of(first.parent("source")));
    test.ifPresent(
        t -> {
          requireSameShape(first, t);
          inputs.add(t.parent("testSource"));
        });
    return Work.on(
        inputs,
        output ->
            List.of(
                "read images from " + config.get(SOURCE),
                test.map(t -> "take the test split from " + t.source())
                    .orElse("divide them by a keyed permutation, train/test " + split),
                "publish the images to " + output),
        run -> make(run, first, test, split.get(0)));
  }

  /** Shares of train and test. */
  private static List<Double> split(JobConfig config) {
    if (config.find(SPLIT).isPresent() && config.find(TEST_SOURCE).isPresent()) {
      throw config.invalid(SPLIT, "is set, but prepareImages.testSource is the test split.");
    }
    return PixelCheck.shares(config, SPLIT);
  }

  private static Product make(Run run, PixelRows first, Optional<PixelRows> test, double share) {
    JobContext context = run.context();
    JobConfig config = run.config();
    int classes = config.get(CLASSES);
    long counted = PixelCheck.count(first, classes, CLASSES);
    long all = counted + test.map(t -> PixelCheck.count(t, classes, CLASSES)).orElse(0L);
    context
        .progress()
        .say("%,d images of %d x %d", all, first.shape().height(), first.shape().width());
    JavaRDD<Row> rows =
        test.isPresent()
            ? first.numbered(0, "train").union(test.get().numbered(counted, "test"))
            : first.divided(counted, share, config.get(RunKeys.SEED) ^ DIVIDE);
    Dataset<Row> table = context.spark().createDataFrame(rows, SCHEMA);
    ArtifactTables.Written stored = ArtifactTables.write(run, table, Images.KIND);
    context.progress().say("written; counting the classes");
    Dataset<Row> written = Images.typed(stored.rows(), Images.COLUMN);
    Map<String, Number> metrics = metrics(written, first, classes);
    run.artifact().writeJson(Images.CONFIG, describe(first, classes));
    if (config.get(SOURCE).equals(SAMPLE)) {
      run.artifact().write(LICENCE, licence());
    }
    return new Product(
        run.draft(Images.KIND, metrics).withTable(stored.folder(), TableFingerprint.of(written)),
        report(context, config, metrics, first, written).files(),
        card(run, first, stored.folder()),
        new Check("the number of images", all, artifact -> count(context, artifact)));
  }

  /** As a reader of the images gets it. */
  private static long count(JobContext context, Artifact artifact) {
    return Images.open(context.spark(), context.hadoop(), artifact.uri(), "prepare-images")
        .table()
        .count();
  }

  private static void requireSameShape(PixelRows train, PixelRows test) {
    if (train.shape().height() != test.shape().height()
        || train.shape().width() != test.shape().width()) {
      throw new DataException(
          Text.of(
              "The images of %s are %d x %d, those of %s %d x %d.",
              train.source(),
              train.shape().height(),
              train.shape().width(),
              test.source(),
              test.shape().height(),
              test.shape().width()));
    }
  }

  private static Map<String, Object> describe(PixelRows rows, int classes) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("kind", Images.KIND);
    description.put("channels", rows.shape().channels());
    description.put("height", rows.shape().height());
    description.put("width", rows.shape().width());
    description.put("classes", classes);
    return description;
  }

  private static Map<String, Number> metrics(Dataset<Row> written, PixelRows rows, int classes) {
    Map<String, Number> metrics = PixelCheck.counts(written, "images", classes);
    metrics.put("height", rows.shape().height());
    metrics.put("width", rows.shape().width());
    metrics.put("channels", rows.shape().channels());
    return metrics;
  }

  private static Report report(
      JobContext context,
      JobConfig config,
      Map<String, Number> metrics,
      PixelRows rows,
      Dataset<Row> written) {
    Table table = Table.of("count", "value");
    metrics.forEach(table::row);
    List<byte[]> shown =
        PixelCheck.first(written, Images.COLUMN, Math.min(SHOWN, config.get(CLASSES)), SHOWN)
            .stream()
            .flatMap(List::stream)
            .toList();
    Report report =
        Report.titled("Images from " + config.get(SOURCE), context.progress()::say).table(table);
    return rows.shape().channels() == 2
        ? report
        : report.picture(
            "images",
            new ImageGrid(
                    rows.shape().channels(), rows.shape().height(), rows.shape().width(), SHOWN, 2)
                .png(shown),
            "The first images of the first classes, class by class");
  }

  private static ModelCard card(Run run, PixelRows rows, String folder) {
    JobConfig config = run.config();
    return run.card(
        Text.of("Images of %d x %d", rows.shape().height(), rows.shape().width()),
        Text.of(
            """
            Labelled images for diffusion models and classifiers. Table `%s`: `id` (0, 1, ..), `image`
            (%d bytes: channel, row, column), `label` (0 to %d), `split` (train or test).\
            """,
            folder, rows.shape().size(), config.get(CLASSES) - 1),
        Text.of(
            """
            import numpy as np
            import pandas as pd

            table = pd.read_parquet("%s")
            images = np.stack([np.frombuffer(b, np.uint8) for b in table["image"]]).reshape(-1, %d, %d, %d)\
            """,
            folder, rows.shape().channels(), rows.shape().height(), rows.shape().width()),
        config.get(SOURCE).equals(SAMPLE)
            ? "Fashion-MNIST, MIT licence, see `" + LICENCE + "`."
            : "That of the source.");
  }

  private static byte[] licence() {
    try (InputStream in = IdxImages.stream("LICENSE.txt")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
