package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Cuts documents into the windows of a corpus. Normalised documents that are equal count once; a
 * document's 64-bit hash decides its split, so that all its windows are in one; ids are the rank by
 * (hash, place in the document). So a table depends on the set of documents alone, not on their
 * order, files or partitions.
 */
final class CorpusTable implements AutoCloseable {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, text STRING NOT NULL, split STRING NOT NULL,"
              + " document BIGINT NOT NULL");
  private static final StructType WINDOW =
      StructType.fromDDL(
          "document BIGINT NOT NULL, place INT NOT NULL, text STRING NOT NULL, split STRING NOT"
              + " NULL");

  private final Dataset<Row> documents;
  private final Dataset<Row> table;
  private final Alphabet alphabet;
  private final Counts counts;

  /**
   * Where the documents went: read = missing + duplicates + tooShort + used.
   *
   * @param read rows of the source
   * @param missing rows without text
   * @param duplicates rows whose normalised text was there before
   * @param tooShort distinct documents of fewer than {@code length} symbols
   * @param longest symbols of the longest document
   * @param symbols symbols of all distinct documents
   * @param windows rows of the table
   */
  record Counts(
      long read,
      long missing,
      long duplicates,
      long tooShort,
      long used,
      long longest,
      long symbols,
      long windows) {}

  private CorpusTable(
      Dataset<Row> documents, Dataset<Row> table, Alphabet alphabet, Counts counts) {
    this.documents = documents;
    this.table = table;
    this.alphabet = alphabet;
    this.counts = counts;
  }

  /**
   * @param texts documents in a column {@code text}, which may hold nulls
   * @param length symbols of a window
   * @param split by the hash of a document
   * @param source named in errors
   * @throws DataException if no document is as long as a window
   */
  static CorpusTable of(
      Dataset<Row> texts, Alphabet alphabet, int length, HashSplit split, String source) {
    return of(texts, alphabet, train -> alphabet, length, split, source);
  }

  /**
   * As above, the alphabet found in the documents themselves.
   *
   * @param letters which normalise the documents
   * @param learn from the distinct documents of the train split, normalised, in a column {@code
   *     text}, to an alphabet of the same normalisation
   */
  static CorpusTable of(
      Dataset<Row> texts,
      Alphabet letters,
      Function<Dataset<Row>, Alphabet> learn,
      int length,
      HashSplit split,
      String source) {
    MapFunction<String, String> normalise = text -> text == null ? null : letters.normalise(text);
    Dataset<Row> documents =
        texts
            .select("text")
            .as(Encoders.STRING())
            .map(normalise, Encoders.STRING())
            .toDF("text")
            .groupBy("text")
            .agg(functions.count(lit(1)).as("copies"))
            .withColumn("document", xxhash64(col("text")))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Alphabet alphabet =
          learn.apply(
              documents.filter(
                  col("text").isNotNull().and(split.of(col("document")).equalTo("train"))));
      Counts counts = count(documents, alphabet, length);
      if (counts.used == 0) {
        throw new DataException(
            Text.of(
                "No document of %s is as long as one window of %d symbols: of %d documents the"
                    + " longest has %d. Lower prepareText.length.",
                source, length, counts.read, counts.longest));
      }
      Dataset<Row> table = number(windows(documents, alphabet, length, split));
      return new CorpusTable(documents, table, alphabet, counts);
    } catch (RuntimeException e) {
      documents.unpersist();
      throw e;
    }
  }

  private static Counts count(Dataset<Row> documents, Alphabet alphabet, int length) {
    UDF1<String, Integer> count = text -> text == null ? null : alphabet.count(text);
    // Not deterministic, as far as Spark is told, so that no text is read for every aggregate.
    UserDefinedFunction counted = functions.udf(count, DataTypes.IntegerType).asNondeterministic();
    Column symbols = col("symbols");
    Row row =
        documents
            .withColumn("symbols", counted.apply(col("text")))
            .agg(
                functions.sum("copies"),
                functions.sum(when(col("text").isNull(), col("copies"))),
                functions.sum(when(col("text").isNotNull(), col("copies").minus(1))),
                functions.sum(when(symbols.lt(length), 1L)),
                functions.sum(when(symbols.geq(length), 1L)),
                functions.max(symbols.cast("bigint")),
                functions.sum(symbols.cast("bigint")),
                functions.sum(functions.floor(symbols.divide(length)).cast("bigint")))
            .head();
    long[] n = new long[8];
    for (int i = 0; i < n.length; i++) {
      n[i] = row.isNullAt(i) ? 0 : row.getLong(i);
    }
    return new Counts(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
  }

  private static Dataset<Row> windows(
      Dataset<Row> documents, Alphabet alphabet, int length, HashSplit split) {
    FlatMapFunction<Row, Row> cut =
        row -> {
          int[] tokens = alphabet.encode(row.getString(0));
          List<Row> windows = new ArrayList<>(tokens.length / length);
          for (int place = 0; (place + 1) * (long) length <= tokens.length; place++) {
            String window = alphabet.decode(tokens, place * length, (place + 1) * length);
            windows.add(RowFactory.create(row.getLong(1), place, window, row.getString(2)));
          }
          return windows.iterator();
        };
    return documents
        .filter(col("text").isNotNull())
        .select(col("text"), col("document"), split.of(col("document")).as("split"))
        .flatMap(cut, Encoders.row(WINDOW));
  }

  private static Dataset<Row> number(Dataset<Row> windows) {
    // The text decides between two documents of one hash.
    JavaRDD<Row> rows =
        windows
            .orderBy("document", "place", "text")
            .javaRDD()
            .zipWithIndex()
            .map(
                pair ->
                    RowFactory.create(
                        pair._2(),
                        pair._1().getString(2),
                        pair._1().getString(3),
                        pair._1().get(0)));
    return windows.sparkSession().createDataFrame(rows, SCHEMA);
  }

  /**
   * {@code id} (0, 1, ..), {@code text}, {@code split}, {@code document} (hash), in order of id.
   */
  Dataset<Row> table() {
    return table;
  }

  Alphabet alphabet() {
    return alphabet;
  }

  Counts counts() {
    return counts;
  }

  @Override
  public void close() {
    documents.unpersist();
  }
}
