package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_position;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Dense ids within each class, as the columns {@value #STRATUM} (number of the class, in order of
 * labels) and {@value #MEMBER} (rank of the id in its class).
 */
final class Strata {
  static final String STRATUM = "rs2_stratum";
  static final String MEMBER = "rs2_member";

  /** More classes than this are a mistaken column. */
  private static final int MOST = 10_000;

  private Strata() {}

  /**
   * Records of each class, by the class's value as text.
   *
   * @throws DataException if the column is missing, holds nulls or too many values
   */
  static SortedMap<String, Long> count(Dataset<Row> table, String column, String whatItIs) {
    if (!List.of(table.columns()).contains(column)) {
      throw new DataException(
          Text.of(
              "%s has no column \"%s\" to stratify by; its columns are %s.",
              whatItIs, column, TableSource.columns(table)));
    }
    List<Row> found =
        table
            .groupBy(label(column).as("label"))
            .agg(org.apache.spark.sql.functions.count(lit(1)))
            .limit(MOST + 1)
            .collectAsList();
    if (found.size() > MOST) {
      throw new DataException(
          Text.of(
              "%s: column \"%s\" has more than %d values; that is no class to stratify by.",
              whatItIs, column, MOST));
    }
    SortedMap<String, Long> classes = new TreeMap<>();
    for (Row row : found) {
      if (row.isNullAt(0)) {
        throw new DataException(
            Text.of(
                "%s: column \"%s\" is null in %d rows; give them a class to stratify by.",
                whatItIs, column, row.getLong(1)));
      }
      classes.put(row.getString(0), row.getLong(1));
    }
    return classes;
  }

  private static Column[] literals(String[] labels) {
    return Arrays.stream(labels).map(org.apache.spark.sql.functions::lit).toArray(Column[]::new);
  }

  private static Column label(String column) {
    return DenseIds.named(column).cast(DataTypes.StringType);
  }

  /**
   * Adds the two columns. Sorts the table by (class, id) once; the order is total, so a partition
   * that is lost comes back the same.
   */
  static Dataset<Row> number(
      Dataset<Row> table, String id, String column, SortedMap<String, Long> classes) {
    String[] labels = classes.keySet().toArray(String[]::new);
    long[] starts = new long[labels.length];
    for (int c = 1; c < labels.length; c++) {
      starts[c] = starts[c - 1] + classes.get(labels[c - 1]);
    }
    Column stratum =
        array_position(array(literals(labels)), label(column)).minus(1).cast(DataTypes.IntegerType);
    Dataset<Row> sorted =
        table.withColumn(STRATUM, stratum).orderBy(col(STRATUM), DenseIds.named(id));
    int place = table.columns().length;
    StructType schema = sorted.schema().add(MEMBER, DataTypes.LongType, false);
    JavaRDD<Row> rows =
        sorted
            .javaRDD()
            .zipWithIndex()
            .map(
                pair -> {
                  Object[] values = new Object[place + 2];
                  for (int i = 0; i <= place; i++) {
                    values[i] = pair._1().get(i);
                  }
                  values[place + 1] = pair._2() - starts[pair._1().getInt(place)];
                  return RowFactory.create(values);
                });
    return table.sparkSession().createDataFrame(rows, schema);
  }
}
