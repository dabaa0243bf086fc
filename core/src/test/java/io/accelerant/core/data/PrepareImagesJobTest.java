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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareImagesJobTest extends SparkTest {
  private static final PrepareImagesJob JOB = new PrepareImagesJob();

  @TempDir Path folder;

  private JobConfig config(String output, String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve(output)));
    for (String set : sets) {
      all.add(set.contains("=") ? set.replace("@", folder.toString()) : set);
    }
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private JobResult run(String output, String... sets) {
    return JOB.run(context(), config(output, sets));
  }

  private Images open(JobResult result) {
    return Images.open(spark(), context().hadoop(), result.artifact(), "a test");
  }

  /** An idx file of n items of the given shape; byte i is i times a factor. */
  private Path idx(String name, int factor, int... shape) throws IOException {
    int size = 1;
    ByteBuffer header = ByteBuffer.allocate(4 + 4 * shape.length).putInt(0x800 | shape.length);
    for (int d : shape) {
      header.putInt(d);
      size *= d;
    }
    byte[] body = new byte[size];
    for (int i = 0; i < size; i++) {
      body[i] = (byte) (i * factor);
    }
    Path file = folder.resolve(name);
    try (var out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(header.array());
      out.write(body);
    }
    return file;
  }

  @Test
  void theSampleIsDividedNineToOne() {
    JobResult result = run("sample");
    assertThat(result.metrics())
        .containsEntry("images", 10_000L)
        .containsEntry("images.train", 9_000L)
        .containsEntry("images.test", 1_000L)
        .containsEntry("label.7", 1_000L);
    Images images = open(result);
    assertThat(images.size()).isEqualTo(784);
    assertThat(images.classes()).isEqualTo(10);
    List<Row> ids = images.table().select("id").orderBy("id").limit(3).collectAsList();
    assertThat(ids).extracting(row -> row.getLong(0)).containsExactly(0L, 1L, 2L);
    // the first image of the test set is an ankle boot
    Row first = images.table().filter("id = 0").head();
    assertThat(first.<Integer>getAs("label")).isEqualTo(9);
    assertThat(first.<byte[]>getAs("image")).hasSize(784);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.holds("plots/images.png")).isTrue();
    assertThat(new String(artifact.read("LICENSE-fashion-mnist.txt"), StandardCharsets.UTF_8))
        .contains("MIT");
  }

  @Test
  void seedDividesAndFormatChangesNothing() throws IOException {
    idx("images", 3, 40, 2, 3);
    idx("labels", 1, 40);
    String[] source = {
      "prepareImages.source=@/images", "prepareImages.labels=@/labels", "prepareImages.classes=40"
    };
    String hash = run("a", source).contentHash();
    assertThat(run("json", with(source, "run.format=json")).contentHash()).isEqualTo(hash);
    assertThat(run("seed", with(source, "run.seed=43")).contentHash()).isNotEqualTo(hash);
    Images json =
        Images.open(spark(), context().hadoop(), folder.resolve("json").toString(), "a test");
    Row row = json.table().filter("id = 1").head();
    assertThat(row.<byte[]>getAs("image")).containsExactly(18, 21, 24, 27, 30, 33);
    assertThat(row.<Integer>getAs("label")).isEqualTo(1);
  }

  private static String[] with(String[] sets, String... more) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void aTestSourceIsTheTestSplit() throws IOException {
    idx("images.gz", 1, 6, 2, 2);
    idx("labels.gz", 1, 6);
    idx("test", 1, 3, 2, 2);
    idx("test-labels", 1, 3);
    JobResult result =
        run(
            "out",
            "prepareImages.source=@/images.gz",
            "prepareImages.labels=@/labels.gz",
            "prepareImages.testSource=@/test",
            "prepareImages.testLabels=@/test-labels");
    assertThat(result.metrics()).containsEntry("images.train", 6L).containsEntry("images.test", 3L);
    List<Row> test = open(result).split("test").orderBy("id").collectAsList();
    assertThat(test).extracting(row -> row.<Long>getAs("id")).containsExactly(6L, 7L, 8L);
  }

  private void parquet(String name, String type, Object... images) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      rows.add(RowFactory.create(images[i], i));
    }
    spark()
        .createDataFrame(rows, StructType.fromDDL("image " + type + ", label INT"))
        .coalesce(1)
        .write()
        .parquet(folder.resolve(name).toString());
  }

  @Test
  void parquetOfBytesAndOfArraysAreTheSame() {
    parquet("bytes", "BINARY", new byte[] {1, -1}, new byte[] {2, 3});
    parquet("arrays", "ARRAY<INT>", List.of(1, 255), List.of(2, 3));
    String[] shape = {
      "prepareImages.height=1", "prepareImages.width=2", "prepareImages.channels=1"
    };
    JobResult bytes = run("a", with(shape, "prepareImages.source=@/bytes"));
    JobResult arrays = run("b", with(shape, "prepareImages.source=@/arrays"));
    assertThat(arrays.contentHash()).isEqualTo(bytes.contentHash());
    assertThat(open(bytes).table().filter("id = 0").head().<byte[]>getAs("image"))
        .containsExactly(1, 255);
  }

  private void refused(Class<? extends AccelerantException> type, String why, String... sets) {
    assertThatThrownBy(() -> run("never", sets)).isInstanceOf(type).hasMessageContaining(why);
    assertThat(folder.resolve("never/manifest.json")).doesNotExist();
  }

  @Test
  void idxFilesThatDoNotGoTogetherAreRefused() throws IOException {
    idx("images", 1, 4, 2, 2);
    idx("labels", 1, 5);
    idx("four", 4, 4);
    idx("large", 1, 4, 2, 3);
    Files.write(folder.resolve("text"), "no idx file".getBytes(StandardCharsets.UTF_8));
    String source = "prepareImages.source=@/images";
    refused(
        DataException.class,
        "holds 4 images, but its labels have shape [5]; expected one label an image",
        source,
        "prepareImages.labels=@/labels");
    refused(
        DataException.class,
        "begins with 0x6e6f2069",
        "prepareImages.source=@/text",
        "prepareImages.labels=@/four");
    refused(
        DataException.class,
        "holds items of shape [4]; images have three dimensions",
        "prepareImages.source=@/four",
        "prepareImages.labels=@/four");
    refused(
        DataException.class,
        "row 3: the label is 12, expected 0 to 9 (prepareImages.classes = 10).",
        source,
        "prepareImages.labels=@/four");
    refused(
        DataException.class,
        "are 2 x 2, those of",
        source,
        "prepareImages.labels=@/four",
        "prepareImages.classes=13",
        "prepareImages.testSource=@/large",
        "prepareImages.testLabels=@/four");
    refused(DataException.class, "There is no file", source, "prepareImages.labels=@/nowhere");
  }

  @Test
  void badRowsOfParquetAreNamed() {
    parquet("short", "BINARY", new byte[] {1, 2}, new byte[] {1});
    parquet("null", "BINARY", new byte[] {1, 2}, null, new byte[] {1, 2});
    parquet("deep", "ARRAY<INT>", List.of(1, 2), List.of(1, 256));
    parquet("strings", "STRING", "a");
    String[] shape = {
      "prepareImages.height=1", "prepareImages.width=2", "prepareImages.channels=1"
    };
    refused(
        DataException.class,
        "row 1: the image has 1 bytes, expected 2 (1 x 1 x 2).",
        with(shape, "prepareImages.source=@/short"));
    refused(
        DataException.class,
        "row 1: there is no image.",
        with(shape, "prepareImages.source=@/null"));
    refused(
        DataException.class,
        "row 1: number 1 of the image is 256; expected 0 to 255.",
        with(shape, "prepareImages.source=@/deep"));
    refused(
        DataException.class,
        "has no column \"image\" of bytes or of arrays of whole numbers; its columns are image (string)",
        with(shape, "prepareImages.source=@/strings"));
    refused(
        DataException.class,
        "has no column \"class\" of whole numbers",
        with(shape, "prepareImages.source=@/short", "prepareImages.labelColumn=class"));
    refused(
        ConfigException.class,
        "prepareImages.channels (not set) is required",
        "prepareImages.source=@/short");
  }

  @Test
  void keysThatDoNotGoTogetherAreRefused() {
    refused(
        ConfigException.class,
        "prepareImages.split (--set) must be two shares (train, test) that sum to 1",
        "prepareImages.split=[0.5,0.4]");
    refused(
        ConfigException.class,
        "prepareImages.height (--set) is for Parquet; idx files say the shape",
        "prepareImages.height=28");
    refused(
        ConfigException.class,
        "prepareImages.labels (--set) is set, but the sample brings its labels",
        "prepareImages.labels=@/x");
    refused(
        ConfigException.class,
        "prepareImages.testLabels (not set) is required",
        "prepareImages.source=@/x",
        "prepareImages.labels=@/y",
        "prepareImages.testSource=@/z");
  }
}
