package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unbase64;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * A published set of labelled images of one size. Made by {@link PrepareImagesJob}.
 *
 * @param table {@code id} (0, 1, ..), {@code image} ([channels][height][width], one unsigned byte a
 *     number), {@code label} (0 .. classes-1), {@code split}
 */
public record Images(
    String uri,
    String contentHash,
    int channels,
    int height,
    int width,
    int classes,
    Dataset<Row> table) {
  /** Kind of the artifact, and name of its table. */
  public static final String KIND = "images";

  /** Column of the table. */
  public static final String COLUMN = "image";

  static final String CONFIG = "config.json";

  /** The splits in the order of {@code prepareImages.split}. */
  static final List<String> SPLITS = List.of("train", "test");

  /**
   * Opens a set and verifies its files.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is no artifact, it holds no images, or it has changed
   */
  public static Images open(SparkSession spark, Configuration hadoop, String uri, String what) {
    Artifact artifact = Artifact.open(uri, hadoop).requireKind(KIND, what);
    Map<String, Object> config = artifact.readJson(CONFIG);
    try {
      return new Images(
          artifact.uri(),
          artifact.contentHash(),
          number(config, "channels"),
          number(config, "height"),
          number(config, "width"),
          number(config, "classes"),
          typed(ArtifactTables.read(spark, artifact, KIND), COLUMN));
    } catch (ClassCastException | NullPointerException e) {
      throw new ArtifactException(
          artifact.uri() + "/" + CONFIG + " lacks channels, height, width or classes.", e);
    }
  }

  static int number(Map<String, Object> config, String key) {
    return ((Number) config.get(key)).intValue();
  }

  /** In the types of the table: JSON lines keep bytes as base 64 and no size of integers. */
  static Dataset<Row> typed(Dataset<Row> table, String column) {
    boolean text = table.schema().apply(column).dataType().equals(DataTypes.StringType);
    Column pixels = text ? unbase64(col(column)) : col(column);
    return table.select(
        col("id").cast("bigint"), pixels.as(column), col("label").cast("int"), col("split"));
  }

  /** Numbers of an image. */
  public int size() {
    return channels * height * width;
  }

  /**
   * The images of a split.
   *
   * @param split {@code train} or {@code test}
   */
  public Dataset<Row> split(String split) {
    return table.filter(col("split").equalTo(requireSplit(split)));
  }

  static String requireSplit(String split) {
    if (!SPLITS.contains(split)) {
      throw new IllegalArgumentException("no split is called " + split);
    }
    return split;
  }
}
