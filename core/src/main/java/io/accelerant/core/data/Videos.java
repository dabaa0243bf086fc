package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A published set of labelled videos of one size. Made by {@link PrepareVideosJob}.
 *
 * @param table {@code id} (0, 1, ..), {@code video} ([channels][frames][height][width], one
 *     unsigned byte a number), {@code label} (0 .. classes-1), {@code split}
 */
public record Videos(
    String uri, String contentHash, PixelShape shape, int classes, Dataset<Row> table) {
  /** Kind of the artifact, and name of its table. */
  public static final String KIND = "videos";

  /** Column of the table. */
  public static final String COLUMN = "video";

  /**
   * Opens a set and verifies its files.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is no artifact, it holds no videos, or it has changed
   */
  public static Videos open(SparkSession spark, Configuration hadoop, String uri, String what) {
    Artifact artifact = Artifact.open(uri, hadoop).requireKind(KIND, what);
    Map<String, Object> config = artifact.readJson(Images.CONFIG);
    try {
      return new Videos(
          artifact.uri(),
          artifact.contentHash(),
          new PixelShape(
              Images.number(config, "channels"),
              Images.number(config, "frames"),
              Images.number(config, "height"),
              Images.number(config, "width")),
          Images.number(config, "classes"),
          Images.typed(ArtifactTables.read(spark, artifact, KIND), COLUMN));
    } catch (ClassCastException | NullPointerException e) {
      throw new ArtifactException(
          artifact.uri() + "/" + Images.CONFIG + " lacks frames, height, width or classes.", e);
    }
  }

  /**
   * The videos of a split.
   *
   * @param split {@code train} or {@code test}
   */
  public Dataset<Row> split(String split) {
    return table.filter(col("split").equalTo(Images.requireSplit(split)));
  }
}
