package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareVideosJobTest extends SparkTest {
  private static final PrepareVideosJob JOB = new PrepareVideosJob();
  private static final String[] SHAPE = {
    "prepareVideos.source=@/videos",
    "prepareVideos.channels=1",
    "prepareVideos.frames=2",
    "prepareVideos.height=4",
    "prepareVideos.width=5",
    "prepareVideos.classes=3"
  };

  @TempDir Path folder;

  private JobResult run(String output, String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve(output)));
    for (String set : sets) {
      all.add(set.replace("@", folder.toString()));
    }
    return JOB.run(context(), JobConfig.load(List.of(), all, JOB.keys()));
  }

  private Videos open(JobResult result) {
    return Videos.open(spark(), context().hadoop(), result.artifact(), "a test");
  }

  private static String[] with(String[] sets, String... more) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void shapesAreDrawnByIdWhateverTheFormat() {
    String[] small = {
      "prepareVideos.count=30",
      "prepareVideos.frames=3",
      "prepareVideos.height=8",
      "prepareVideos.width=8",
      "prepareVideos.split=[0.8, 0.2]"
    };
    JobResult result = run("a", small);
    assertThat(result.metrics())
        .containsEntry("videos.train", 24L)
        .containsEntry("videos.test", 6L)
        .containsEntry("frames", 3);
    assertThat(run("json", with(small, "run.format=json")).contentHash())
        .isEqualTo(result.contentHash());
    Videos videos = open(result);
    assertThat(videos.shape()).isEqualTo(new PixelShape(1, 3, 8, 8));
    assertThat(videos.classes()).isEqualTo(3);
    MovingShapes shapes = new MovingShapes(3, 8, 8, 0.75, 42);
    Row row = videos.table().filter("id = 7").head();
    assertThat(row.<byte[]>getAs("video")).containsExactly(shapes.video(shapes.motion(7)));
    assertThat(row.<Integer>getAs("label")).isEqualTo(shapes.motion(7).label());
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.holds("plots/strips.png")).isTrue();
    assertThat(artifact.holds("plots/videos.gif")).isTrue();
  }

  private void parquet(Object... videos) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < videos.length; i++) {
      rows.add(RowFactory.create(videos[i], (long) i));
    }
    StructType schema = StructType.fromDDL("video BINARY, label BIGINT");
    spark()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(folder.resolve("videos").toString());
  }

  @Test
  void videosOfUsersKeepTheirOrderAndBytes() {
    byte[] second = new byte[40];
    second[39] = 7;
    parquet(new byte[40], second, new byte[40]);
    Videos videos = open(run("out", SHAPE));
    assertThat(videos.table().filter("id = 1").head().<byte[]>getAs("video"))
        .containsExactly(second);
    assertThat(videos.shape()).isEqualTo(new PixelShape(1, 2, 4, 5));
  }

  private void refused(Class<? extends AccelerantException> type, String message, String... sets) {
    assertThatThrownBy(() -> run("refused", sets)).isInstanceOf(type).hasMessageContaining(message);
    assertThat(folder.resolve("refused/manifest.json")).doesNotExist();
  }

  @Test
  void aRowOfAnotherSizeIsNamed() {
    parquet(new byte[40], new byte[39]);
    refused(
        DataException.class, "row 1: the video has 39 bytes, expected 40 (1 x 2 x 4 x 5)", SHAPE);
    refused(
        DataException.class,
        "has no column \"film\" of bytes",
        with(SHAPE, "prepareVideos.videoColumn=film"));
    refused(
        ConfigException.class,
        "prepareVideos.frames (not set) is required",
        "prepareVideos.source=@/videos",
        "prepareVideos.channels=1");
  }

  @Test
  void keysOfTheOtherSourceAreRefused() {
    refused(
        ConfigException.class,
        "prepareVideos.classes (--set) is for Parquet",
        "prepareVideos.classes=3");
    refused(
        ConfigException.class,
        "prepareVideos.count (--set) is for moving-shapes",
        with(SHAPE, "prepareVideos.count=9"));
  }
}
