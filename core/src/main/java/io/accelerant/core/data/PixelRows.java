package io.accelerant.core.data;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Labelled images of one source in its own order, not yet checked one by one.
 *
 * @param rows (place, image, label): long, byte[] or null, integer or null
 * @param hash of what was read
 */
record ImageRows(
    String source, JavaRDD<Row> rows, int channels, int height, int width, String hash) {
  private static final String SAMPLE_FOLDER = "fashion-mnist/";
  private static final int SLICES = 8;

  Manifest.Parent parent(String role) {
    return new Manifest.Parent(role, source, hash);
  }

  int size() {
    return channels * height * width;
  }

  /** Two idx files, read and compared on the driver; needs no Spark. */
  record Idx(String source, IdxFile images, IdxFile labels) {
    /**
     * @throws DataException if the images have no two dimensions, the labels more than none, or
     *     there are not as many
     */
    Idx {
      if (images.shape().length != 3) {
        throw new DataException(
            Text.of(
                "%s holds items of shape %s; images have three dimensions: number, height and"
                    + " width.",
                source, Arrays.toString(images.shape())));
      }
      if (labels.shape().length != 1 || labels.count() != images.count()) {
        throw new DataException(
            Text.of(
                "%s holds %d images, but its labels have shape %s; expected one label an image.",
                source, images.count(), Arrays.toString(labels.shape())));
      }
    }

    static Idx read(String images, String labels, Configuration hadoop) {
      return new Idx(images, IdxFile.read(images, hadoop), IdxFile.read(labels, hadoop));
    }

    /** The 10,000 test images of Fashion-MNIST that come with this program. */
    static Idx sample() {
      return new Idx(
          PrepareImagesJob.SAMPLE,
          resource("t10k-images-idx3-ubyte.gz"),
          resource("t10k-labels-idx1-ubyte.gz"));
    }

    private static IdxFile resource(String name) {
      return IdxFile.of(stream(name), name);
    }

    ImageRows rows(JobContext context) {
      int height = images.shape()[1];
      int width = images.shape()[2];
      int size = height * width;
      int[] classes = labels.labels();
      List<Row> rows = new ArrayList<>(images.count());
      for (int i = 0; i < images.count(); i++) {
        byte[] image = Arrays.copyOfRange(images.bytes(), i * size, (i + 1) * size);
        rows.add(RowFactory.create((long) i, image, classes[i]));
      }
      String hash =
          CanonicalJson.sha256Of(
              Map.of(
                  "shape", images.shape(),
                  "images", CanonicalJson.sha256(images.bytes()),
                  "labels", CanonicalJson.sha256(labels.bytes())));
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
      return new ImageRows(source, spark.parallelize(rows, SLICES), 1, height, width, hash);
    }
  }

  /** A file of the bundled sample. */
  static InputStream stream(String name) {
    return ImageRows.class.getResourceAsStream(SAMPLE_FOLDER + name);
  }

  /**
   * A Parquet table in the order of its files and their rows.
   *
   * @throws DataException if there is none, or a column is missing or of the wrong type
   */
  static ImageRows parquet(JobContext context, JobConfig config, String uri) {
    TableSource source = TableSource.find(uri, context.hadoop());
    if (source.format() != TableSource.Format.PARQUET) {
      throw new DataException(
          Text.of(
              "%s is no Parquet; images come as Parquet, or as idx with prepareImages.labels.",
              uri));
    }
    Dataset<Row> table = source.read(context.spark());
    String image = config.get(PrepareImagesJob.IMAGE_COLUMN);
    String label = config.get(PrepareImagesJob.LABEL_COLUMN);
    boolean binary = requireImage(table, image, uri);
    requireLabel(table, label, uri);
    Dataset<Row> wanted =
        table
            .select(
                functions.col("_metadata.file_path").as("file"),
                functions.col("_metadata.row_index").as("row"),
                table.col(quoted(image)).as("image"),
                table.col(quoted(label)).cast("bigint").as("label"))
            .orderBy("file", "row")
            .select("image", "label");
    JavaRDD<Row> rows =
        wanted
            .javaRDD()
            .zipWithIndex()
            .map(
                pair -> {
                  Row row = pair._1();
                  byte[] bytes =
                      row.isNullAt(0)
                          ? null
                          : binary ? row.getAs(0) : bytes(row.getList(0), pair._2(), uri);
                  Integer number = row.isNullAt(1) ? null : label(row.getLong(1));
                  return RowFactory.create(pair._2(), bytes, number);
                });
    return new ImageRows(
        uri,
        rows,
        required(config, PrepareImagesJob.CHANNELS, uri),
        required(config, PrepareImagesJob.HEIGHT, uri),
        required(config, PrepareImagesJob.WIDTH, uri),
        TableFingerprint.of(wanted));
  }

  private static int required(
      JobConfig config, io.accelerant.core.config.Key<Integer> key, String uri) {
    return config
        .find(key)
        .orElseThrow(
            () -> config.invalid(key, Text.of("is required: %s does not tell the shape.", uri)));
  }

  private static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  private static boolean requireImage(Dataset<Row> table, String column, String uri) {
    if (List.of(table.columns()).contains(column)) {
      DataType type = table.schema().apply(column).dataType();
      if (type.equals(DataTypes.BinaryType)) {
        return true;
      }
      if (type instanceof ArrayType array && isWhole(array.elementType())) {
        return false;
      }
    }
    throw new DataException(
        Text.of(
            "%s has no column \"%s\" of bytes or of arrays of whole numbers; its columns are %s."
                + " Set prepareImages.imageColumn.",
            uri, column, TableSource.columns(table)));
  }

  private static void requireLabel(Dataset<Row> table, String column, String uri) {
    if (!List.of(table.columns()).contains(column)
        || !isWhole(table.schema().apply(column).dataType())) {
      throw new DataException(
          Text.of(
              "%s has no column \"%s\" of whole numbers; its columns are %s. Set"
                  + " prepareImages.labelColumn.",
              uri, column, TableSource.columns(table)));
    }
  }

  private static boolean isWhole(DataType type) {
    return List.of(
            DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType)
        .contains(type);
  }

  /** A label that does not fit becomes one that is out of any range. */
  private static int label(long label) {
    return label == (int) label ? (int) label : -1;
  }

  private static byte[] bytes(List<Number> numbers, long row, String uri) {
    byte[] bytes = new byte[numbers.size()];
    for (int i = 0; i < bytes.length; i++) {
      Number number = numbers.get(i);
      if (number == null || number.longValue() < 0 || number.longValue() > 255) {
        throw new DataException(
            Text.of(
                "%s, row %d: number %d of the image is %s; expected 0 to 255.",
                uri, row, i, number));
      }
      bytes[i] = (byte) number.intValue();
    }
    return bytes;
  }
}
