package io.accelerant.core.data;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.report.VideoGrid;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * {@code prepare-videos}: labelled videos of one size to a table, from Parquet or drawn here,
 * shapes that move and bounce. Every row is checked.
 */
public final class PrepareVideosJob implements PublishingJob {
  /** The source that needs no files. */
  static final String SHAPES = "moving-shapes";

  static final Key<String> SOURCE =
      Key.string(
              "prepareVideos.source",
              "moving-shapes (squares, discs and crosses that bounce off the walls, drawn here), or"
                  + " the URI of Parquet")
          .withDefault(SHAPES);
  static final Key<Integer> COUNT =
      Key.integer("prepareVideos.count", "moving-shapes: videos; default: 10,240")
          .between(2, 10_000_000)
          .optional();
  static final Key<Double> SPEED =
      Key.number(
              "prepareVideos.speed",
              "moving-shapes: pixels a frame that a shape moves along an axis at most; default: 1.5"
                  + " sixteenths of the smaller side")
          .between(0, 1000)
          .optional();
  static final Key<String> VIDEO_COLUMN =
      Key.string(
              "prepareVideos.videoColumn",
              "Column of Parquet that holds [channels][frames][height][width] bytes, or an array of"
                  + " 0 to 255")
          .withDefault("video");
  static final Key<String> LABEL_COLUMN =
      Key.string("prepareVideos.labelColumn", "Column of Parquet that holds the class")
          .withDefault("label");
  static final Key<Integer> CHANNELS =
      Key.integer("prepareVideos.channels", "Channels of videos in Parquet: 1 or 3")
          .between(1, 3)
          .optional();
  static final Key<Integer> FRAMES =
      Key.integer("prepareVideos.frames", "Frames of a video; moving-shapes: default 8")
          .between(2, 1024)
          .optional();
  static final Key<Integer> HEIGHT =
      Key.integer("prepareVideos.height", "Height of a frame; moving-shapes: default 16")
          .between(4, 4096)
          .optional();
  static final Key<Integer> WIDTH =
      Key.integer("prepareVideos.width", "Width of a frame; moving-shapes: default 16")
          .between(4, 4096)
          .optional();
  static final Key<Integer> CLASSES =
      Key.integer(
              "prepareVideos.classes",
              "Labels of Parquet are 0 to classes - 1; default: 10. moving-shapes has 3")
          .between(1, 65536)
          .optional();
  static final Key<List<Double>> SPLIT =
      Key.numbers("prepareVideos.split", "Shares of videos for train and test; default [0.9, 0.1]")
          .between(0, 1)
          .optional();

  private static final PixelKeys PIXELS =
      new PixelKeys(
          "video", "", VIDEO_COLUMN, LABEL_COLUMN, CHANNELS, Optional.of(FRAMES), HEIGHT, WIDTH);

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, video BINARY NOT NULL, label INT NOT NULL, split STRING NOT NULL");
  private static final long DIVIDE = RandomStream.purpose("prepareVideos.split");
  private static final int USUAL_COUNT = 10_240;
  private static final int USUAL_CLASSES = 10;
  private static final int SHOWN_CLASSES = 10;
  private static final int STRIPS = 3;
  private static final int MOVING = 8;

  @Override
  public String name() {
    return "prepare-videos";
  }

  @Override
  public String summary() {
    return "Check and divide labelled videos, from Parquet or drawn here, as a videos artifact";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(
        List.of(
            SOURCE,
            COUNT,
            SPEED,
            VIDEO_COLUMN,
            LABEL_COLUMN,
            CHANNELS,
            FRAMES,
            HEIGHT,
            WIDTH,
            CLASSES,
            SPLIT));
  }

  private static boolean isDrawn(JobConfig config) {
    return config.get(SOURCE).equals(SHAPES);
  }

  private static int classes(JobConfig config) {
    return isDrawn(config) ? MovingShapes.CLASSES : config.find(CLASSES).orElse(USUAL_CLASSES);
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    List<Double> shares = PixelCheck.shares(config, SPLIT);
    config.refuse(
        isDrawn(config)
            ? List.of(VIDEO_COLUMN, LABEL_COLUMN, CHANNELS, CLASSES)
            : List.of(COUNT, SPEED),
        Text.of(
            "is for %s, but prepareVideos.source = %s; leave it out.",
            isDrawn(config) ? "Parquet" : SHAPES, config.get(SOURCE)));
    PixelRows rows =
        isDrawn(config)
            ? drawn(context, config)
            : PixelRows.parquet(context, config, PIXELS, config.get(SOURCE));
    if (rows.shape().channels() == 2) {
      throw config.invalid(CHANNELS, "is 2; videos have 1 or 3.");
    }
    return Work.on(
        List.of(rows.parent("source")),
        output ->
            List.of(
                (isDrawn(config) ? "draw " : "read videos from ") + config.get(SOURCE),
                "divide them by a keyed permutation, train/test " + shares,
                "publish the videos to " + output),
        run -> make(run, rows, shares.get(0)));
  }

  /** A range of ids, each drawn where it is needed. */
  private static PixelRows drawn(JobContext context, JobConfig config) {
    int height = config.find(HEIGHT).orElse(16);
    int width = config.find(WIDTH).orElse(16);
    double speed = config.find(SPEED).orElse(1.5 / 16 * Math.min(height, width));
    int count = config.find(COUNT).orElse(USUAL_COUNT);
    MovingShapes shapes =
        new MovingShapes(
            config.find(FRAMES).orElse(8), height, width, speed, config.get(RunKeys.SEED));
    String hash =
        CanonicalJson.sha256Of(
            Map.of(
                "source", SHAPES,
                "count", count,
                "shape", List.of(shapes.frames(), height, width),
                "speed", speed,
                "seed", shapes.seed()));
    return new PixelRows(
        SHAPES,
        "video",
        context
            .spark()
            .range(count)
            .javaRDD()
            .map(
                id -> {
                  MovingShapes.Motion motion = shapes.motion(id);
                  return org.apache.spark.sql.RowFactory.create(
                      id, shapes.video(motion), motion.label());
                }),
        new PixelShape(1, shapes.frames(), height, width),
        hash);
  }

  private static Product make(Run run, PixelRows rows, double share) {
    JobContext context = run.context();
    JobConfig config = run.config();
    int classes = classes(config);
    long count = PixelCheck.count(rows, classes, CLASSES);
    context.progress().say("%,d videos of %s", count, rows.shape());
    Dataset<Row> table =
        context
            .spark()
            .createDataFrame(rows.divided(count, share, config.get(RunKeys.SEED) ^ DIVIDE), SCHEMA);
    ArtifactTables.Written stored = ArtifactTables.write(run, table, Videos.KIND);
    Dataset<Row> written = Images.typed(stored.rows(), Videos.COLUMN);
    Map<String, Number> metrics = PixelCheck.counts(written, "videos", classes);
    metrics.put("frames", rows.shape().frames());
    metrics.put("height", rows.shape().height());
    metrics.put("width", rows.shape().width());
    metrics.put("channels", rows.shape().channels());
    run.artifact().writeJson(Images.CONFIG, describe(rows.shape(), classes));
    return new Product(
        run.draft(Videos.KIND, metrics).withTable(stored.folder(), TableFingerprint.of(written)),
        report(context, config, metrics, rows.shape(), written).files(),
        card(run, rows.shape(), stored.folder()),
        new Check("the number of videos", count, artifact -> count(context, artifact)));
  }

  /** As a reader of the videos gets it. */
  private static long count(JobContext context, Artifact artifact) {
    return Videos.open(context.spark(), context.hadoop(), artifact.uri(), "prepare-videos")
        .table()
        .count();
  }

  private static Map<String, Object> describe(PixelShape shape, int classes) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("kind", Videos.KIND);
    description.put("channels", shape.channels());
    description.put("frames", shape.frames());
    description.put("height", shape.height());
    description.put("width", shape.width());
    description.put("classes", classes);
    return description;
  }

  private static Report report(
      JobContext context,
      JobConfig config,
      Map<String, Number> metrics,
      PixelShape shape,
      Dataset<Row> written) {
    Table table = Table.of("count", "value");
    metrics.forEach(table::row);
    List<byte[]> strips = new ArrayList<>();
    List<byte[]> moving = new ArrayList<>();
    int classes = Math.min(SHOWN_CLASSES, classes(config));
    for (List<byte[]> first : PixelCheck.first(written, Videos.COLUMN, classes, MOVING)) {
      strips.addAll(first.subList(0, Math.min(STRIPS, first.size())));
      moving.addAll(first);
    }
    VideoGrid grid =
        new VideoGrid(shape.channels(), shape.frames(), shape.height(), shape.width(), 3);
    return Report.titled("Videos from " + config.get(SOURCE), context.progress()::say)
        .table(table)
        .picture("strips", grid.png(strips), "One video a row, frame by frame; class by class")
        .animation("videos", grid.gif(moving, MOVING), "The first videos of the first classes");
  }

  private static ModelCard card(Run run, PixelShape shape, String folder) {
    return run.card(
        Text.of("Videos of %d frames of %d x %d", shape.frames(), shape.height(), shape.width()),
        Text.of(
            """
            Labelled videos for diffusion models. Table `%s`: `id` (0, 1, ..), `video` (%d bytes:
            channel, frame, row, column), `label` (0 to %d), `split` (train or test).\
            """,
            folder, shape.size(), classes(run.config()) - 1),
        Text.of(
            """
            import numpy as np
            import pandas as pd

            table = pd.read_parquet("%s")
            videos = np.stack([np.frombuffer(b, np.uint8) for b in table["video"]]).reshape(-1, %d, %d, %d, %d)\
            """,
            folder, shape.channels(), shape.frames(), shape.height(), shape.width()),
        isDrawn(run.config()) ? "Apache-2.0" : "That of the source.");
  }
}
