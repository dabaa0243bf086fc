package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * A table of rows to choose from, by cluster, in which every row knows its rank in its group of
 * cluster and task: the utility of rows that no training has seen does not change, so their order
 * is found once, and a round reads the files of one cluster, and of those the beginnings alone.
 */
final class RankedPool {
  private static final String CLUSTER = "cluster";
  private static final String TASK = "task";
  private static final String RANK = "rank";
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "row INT, id BIGINT, task INT, utility DOUBLE, idu DOUBLE, rank INT, cluster INT");

  private final Dataset<Row> table;

  private RankedPool(Dataset<Row> table) {
    this.table = table;
  }

  /**
   * Ranks rows and writes them.
   *
   * @param rows that may be chosen: columns {@code row} and {@code id}, each unique and both rising
   *     together, {@code cluster} and {@code task} from 0, {@code utility}, {@code idu}
   * @param uri of a folder; what a run left there that was stopped is overwritten
   */
  static RankedPool write(Dataset<Row> rows, String uri) {
    Column rank =
        row_number()
            .over(
                Window.partitionBy(col(CLUSTER), col(TASK))
                    .orderBy(col("utility").desc(), col("id")));
    rows.withColumn(RANK, rank)
        .select(Arrays.stream(SCHEMA.fields()).map(f -> col(f.name())).toArray(Column[]::new))
        // files whose pages tell where a rank can be
        .sortWithinPartitions(CLUSTER, RANK, TASK)
        .write()
        .mode(SaveMode.Overwrite)
        .partitionBy(CLUSTER)
        .parquet(uri);
    return open(rows.sparkSession(), uri);
  }

  /** One that was written. */
  static RankedPool open(SparkSession spark, String uri) {
    return new RankedPool(spark.read().schema(SCHEMA).parquet(uri));
  }

  /** Number of rows by cluster and task. */
  long[][] sizes(int clusters, int tasks) {
    long[][] sizes = new long[clusters][tasks];
    table
        .groupBy(CLUSTER, TASK)
        .count()
        .collectAsList()
        .forEach(row -> sizes[row.getInt(0)][row.getInt(1)] = row.getLong(2));
    return sizes;
  }

  /**
   * The rows of a cluster that come first.
   *
   * @param counts at most so many by task
   * @return columns {@code row}, {@code id}, {@code task}, {@code utility}, {@code idu}
   */
  Dataset<Row> first(int cluster, long[] counts) {
    Column ofTask =
        array(Arrays.stream(counts).mapToObj(count -> lit(count)).toArray(Column[]::new));
    return table
        .where(col(CLUSTER).equalTo(cluster))
        // one bound that files understand, then that of each task
        .where(col(RANK).leq((int) Arrays.stream(counts).max().orElse(0)))
        .where(col(RANK).leq(element_at(ofTask, col(TASK).plus(1))))
        .select("row", "id", TASK, "utility", "idu");
  }
}
