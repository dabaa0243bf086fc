package io.accelerant.distill.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Generated text that a user names: an artifact of kind {@code samples}, or a folder of Parquet,
 * JSON lines or text. Checked: every row holds symbols of the alphabet, and at least one.
 *
 * @param table {@code id} and {@code tokens} or {@code text}
 * @param hash content hash of the artifact, or the table's fingerprint
 */
record SampleTable(String uri, Dataset<Row> table, String hash) {
  static final String KIND = "samples";

  /**
   * @throws DataException if there is no table, a column is missing or of the wrong type, there is
   *     no row, or a row is not valid (names the row with the smallest id)
   */
  static SampleTable open(JobContext context, String uri, Alphabet alphabet) {
    Optional<Artifact> artifact = Artifact.find(uri, context.hadoop());
    Dataset<Row> table =
        artifact
            .map(a -> a.requireKind(KIND, EvaluateJob.SAMPLES.path()))
            .map(a -> ArtifactTables.read(context.spark(), a, KIND))
            .orElseGet(() -> bare(context, uri));
    Dataset<Row> samples = withId(withSequence(table, uri), uri);
    try {
      check(samples, alphabet, uri);
      String hash =
          artifact.map(Artifact::contentHash).orElseGet(() -> TableFingerprint.of(samples));
      return new SampleTable(uri, samples, hash);
    } catch (DataException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(uri, e);
    }
  }

  private static Dataset<Row> bare(JobContext context, String uri) {
    TableSource source = TableSource.find(uri, context.hadoop());
    Dataset<Row> table = source.read(context.spark());
    return source.format() == TableSource.Format.TEXT
        ? table.withColumnRenamed("value", "text")
        : table;
  }

  /** Keeps the sequence and, where there is one, the id. */
  private static Dataset<Row> withSequence(Dataset<Row> table, String uri) {
    List<String> columns = List.of(table.columns());
    String sequence = columns.contains("tokens") ? "tokens" : "text";
    if (!columns.contains(sequence)) {
      throw new DataException(
          Text.of(
              "%s has neither a column tokens (array of integers) nor text (string); its columns"
                  + " are %s.",
              uri, TableSource.columns(table)));
    }
    DataType type = table.schema().apply(sequence).dataType();
    boolean fits =
        sequence.equals("tokens")
            ? type instanceof ArrayType array && isInteger(array.elementType())
            : type.equals(DataTypes.StringType);
    if (!fits) {
      throw new DataException(
          Text.of(
              "Column %s of %s must be %s, is %s.",
              sequence,
              uri,
              sequence.equals("tokens") ? "an array of integers" : "a string",
              type.simpleString()));
    }
    return columns.contains("id") ? table.select("id", sequence) : table.select(sequence);
  }

  /** A table without ids gets them in the order of its files. */
  private static Dataset<Row> withId(Dataset<Row> table, String uri) {
    if (!List.of(table.columns()).contains("id")) {
      StructType schema =
          new StructType().add("id", DataTypes.LongType).add(table.schema().fields()[0]);
      JavaRDD<Row> rows =
          table
              .javaRDD()
              .zipWithIndex()
              .map(pair -> RowFactory.create(pair._2(), pair._1().get(0)));
      return table.sparkSession().createDataFrame(rows, schema);
    }
    if (!isInteger(table.schema().apply("id").dataType())) {
      throw new DataException(
          Text.of(
              "Column id of %s must be an integer, is %s.",
              uri, table.schema().apply("id").dataType().simpleString()));
    }
    return table.withColumn("id", col("id").cast("bigint"));
  }

  private static boolean isInteger(DataType type) {
    return List.of(
            DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType)
        .contains(type);
  }

  private static void check(Dataset<Row> samples, Alphabet alphabet, String uri) {
    if (samples.isEmpty()) {
      throw new DataException(uri + " holds no samples.");
    }
    Column sequence = col(samples.columns()[1]);
    Column wrong =
        samples.columns()[1].equals("tokens")
            ? size(sequence)
                .equalTo(0)
                .or(exists(sequence, t -> t.isNull().or(t.lt(0)).or(t.geq(alphabet.size()))))
            : length(sequence).equalTo(0).or(sequence.rlike(alphabet.strangers()));
    List<Row> first =
        samples
            .filter(col("id").isNull().or(sequence.isNull()).or(wrong))
            .orderBy("id")
            .takeAsList(1);
    if (!first.isEmpty()) {
      throw new DataException(explain(first.get(0), samples.columns()[1], alphabet, uri));
    }
    List<Row> twice =
        samples.groupBy("id").count().filter(col("count").gt(1)).orderBy("id").takeAsList(1);
    if (!twice.isEmpty()) {
      throw new DataException(
          Text.of("%s: id %s occurs %s times.", uri, twice.get(0).get(0), twice.get(0).get(1)));
    }
  }

  private static String explain(Row row, String column, Alphabet alphabet, String uri) {
    String place = Text.of("%s, row with id %s: %s ", uri, row.get(0), column);
    if (row.isNullAt(0)) {
      return uri + ": a row has no id.";
    }
    if (row.isNullAt(1)) {
      return place + "is null.";
    }
    if (row.get(1) instanceof String text) {
      if (text.isEmpty()) {
        return place + "is empty.";
      }
      try {
        alphabet.encode(text);
      } catch (IllegalArgumentException e) {
        return place + "is not over the alphabet of the reference: " + e.getMessage() + ".";
      }
    }
    List<Number> tokens = row.getList(1);
    for (int i = 0; i < tokens.size(); i++) {
      Number token = tokens.get(i);
      if (token == null || token.longValue() < 0 || token.longValue() >= alphabet.size()) {
        return place
            + Text.of(
                "hold %s at place %d; the vocabulary of the reference is 0..%d.",
                token, i, alphabet.size() - 1);
      }
    }
    return place + "are empty.";
  }
}
