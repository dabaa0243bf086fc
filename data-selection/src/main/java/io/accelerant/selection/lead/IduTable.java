package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.struct;

import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What training changed of rows, a folder for each round. So that a reader opens few of them, every
 * few folders of a size become one, as digits carry: after t rounds there are as many to read as
 * the digits of t sum up to. No folder is ever deleted or written to again by a later round:
 * whatever round a run goes back to, the folders of the rounds before it are whole, and those after
 * it are overwritten when their rounds come again.
 */
final class IduTable {
  private static final int BASE = 8;

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "round INT, row INT, id BIGINT, task INT, cluster INT, utility DOUBLE, idu DOUBLE, uses INT");

  private final SparkSession spark;
  private final String uri;
  private final int base;
  private int rounds;

  /** Consecutive rounds, the last one not included. */
  private record Span(int from, int to) {
    String folder() {
      return Text.of("rounds-%08d-%08d", from, to);
    }
  }

  /**
   * Before the first round.
   *
   * @param uri of a folder
   */
  IduTable(SparkSession spark, String uri) {
    this(spark, uri, BASE);
  }

  /**
   * @param base folders that become one
   */
  IduTable(SparkSession spark, String uri, int base) {
    this.spark = spark;
    this.uri = uri;
    this.base = base;
  }

  /**
   * Adds what a round changed.
   *
   * @param round the one after the last
   * @param rows as they are from now on, all of one cluster
   */
  void add(int round, int cluster, List<Candidates.Candidate> rows) {
    if (round != rounds) {
      throw new IllegalArgumentException(Text.of("round %d after %d", round, rounds));
    }
    List<Row> changed =
        rows.stream()
            .map(
                row ->
                    RowFactory.create(
                        round,
                        row.row(),
                        row.id(),
                        row.task(),
                        cluster,
                        row.utility(),
                        row.idu(),
                        row.uses()))
            .toList();
    write(new Span(round, round + 1), spark.createDataFrame(changed, SCHEMA));
    rounds++;
    for (int size = base; rounds % size == 0; size *= base) {
      Span whole = new Span(rounds - size, rounds);
      write(whole, latest(read(parts(whole, size / base))));
    }
  }

  /** Goes back to the first rounds; what later ones left does not count. */
  void standAfter(int done) {
    rounds = done;
  }

  private void write(Span span, Dataset<Row> rows) {
    rows.coalesce(1)
        .sortWithinPartitions("cluster", "row")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(uri + "/" + span.folder());
  }

  private static List<Span> parts(Span whole, int size) {
    List<Span> parts = new ArrayList<>();
    for (int from = whole.from(); from < whole.to(); from += size) {
      parts.add(new Span(from, from + size));
    }
    return parts;
  }

  /** The fewest that cover all rounds: as many of each size as the digit says. */
  private List<Span> spans() {
    int size = 1;
    while (rounds / size >= base) {
      size *= base;
    }
    List<Span> spans = new ArrayList<>();
    for (int from = 0; from < rounds; size /= base) {
      int to = rounds / size * size;
      spans.addAll(parts(new Span(from, to), size));
      from = to;
    }
    return spans;
  }

  private Dataset<Row> read(List<Span> spans) {
    if (spans.isEmpty()) {
      return spark.createDataFrame(List.of(), SCHEMA);
    }
    return spark
        .read()
        .schema(SCHEMA)
        .parquet(spans.stream().map(span -> uri + "/" + span.folder()).toArray(String[]::new));
  }

  /**
   * The rows that training changed, as they stand.
   *
   * @return columns {@code round} that changed them last, {@code row}, {@code id}, {@code task},
   *     {@code cluster}, {@code utility}, {@code idu}, {@code uses}
   */
  Dataset<Row> all() {
    return latest(read(spans()));
  }

  /**
   * Rows of a cluster as they stand: those given, and those that training changed.
   *
   * @param unseen some rows as they were before the first round, with the columns {@code row},
   *     {@code id}, {@code task}, {@code utility}, {@code idu}
   * @return columns as of {@link #all}
   */
  Dataset<Row> with(Dataset<Row> unseen, int cluster) {
    Dataset<Row> before =
        unseen
            .withColumn("round", lit(-1))
            .withColumn("cluster", lit(cluster))
            .withColumn("uses", lit(0));
    return latest(read(spans()).where(col("cluster").equalTo(cluster)).unionByName(before));
  }

  /** The last that was said of each row. */
  private static Dataset<Row> latest(Dataset<Row> changes) {
    return changes
        .groupBy("row")
        .agg(max_by(struct(col("*")), col("round")).as("last"))
        .select("last.*");
  }
}
