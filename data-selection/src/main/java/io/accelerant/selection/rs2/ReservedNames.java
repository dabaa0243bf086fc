package io.accelerant.selection.rs2;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Names of columns that RS2 adds to those of the user, whom they must not take a column. */
final class ReservedNames {
  private ReservedNames() {}

  /**
   * Names are compared without their case, since Spark, and file systems with partitions in them,
   * may take names that differ in case for one.
   *
   * @throws DataException naming a column that has one of the names, or no name
   */
  static void refuse(Dataset<Row> table, String whatItIs, List<String> reserved) {
    for (String column : table.columns()) {
      if (reserved.stream().anyMatch(column::equalsIgnoreCase)) {
        throw new DataException(
            Text.of(
                "%s has a column \"%s\", a name that RS2 uses for a column of its own; rename it.",
                whatItIs, column));
      }
      if (column.isEmpty()) {
        throw new DataException(
            Text.of(
                "%s has a column without a name; its columns are %s. Name it, or leave it out.",
                whatItIs, TableSource.columns(table)));
      }
    }
  }

  /**
   * The first of some names that no column has.
   *
   * @throws DataException if all are taken
   */
  static String free(Dataset<Row> table, String whatItIs, List<String> wanted) {
    return wanted.stream()
        .filter(name -> Arrays.stream(table.columns()).noneMatch(name::equalsIgnoreCase))
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    Text.of(
                        "%s has columns called %s, so that there is no name for the ids; rename"
                            + " one, or name dense ids by rs2.id.",
                        whatItIs, wanted)));
  }
}
