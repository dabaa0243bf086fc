package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Looks at every row of a source before anything is written. */
final class PixelCheck {
  /** Classes that are counted one by one. */
  private static final int MOST_LABELS = 100;

  private PixelCheck() {}

  /**
   * The number of rows.
   *
   * @throws DataException if there are none, or naming the first row that has no pixels, not as
   *     many as the others, or a label that is no class
   */
  static long count(PixelRows pixels, int classes, Key<Integer> key) {
    int size = pixels.shape().size();
    try {
      List<Row> wrong =
          pixels
              .rows()
              .filter(row -> !fits(row, size, classes))
              .sortBy(r -> r.getLong(0), true, 1)
              .take(1);
      if (!wrong.isEmpty()) {
        throw new DataException(explain(pixels, wrong.get(0), classes, key));
      }
      long count = pixels.rows().count();
      if (count == 0) {
        throw new DataException(Text.of("%s holds no %ss.", pixels.source(), pixels.noun()));
      }
      return count;
    } catch (DataException e) {
      throw e;
    } catch (Exception e) { // what a task threw comes wrapped
      throw TableSource.cannotRead(pixels.source(), e);
    }
  }

  private static boolean fits(Row row, int size, int classes) {
    return !row.isNullAt(1)
        && row.<byte[]>getAs(1).length == size
        && !row.isNullAt(2)
        && row.getInt(2) >= 0
        && row.getInt(2) < classes;
  }

  private static String explain(PixelRows pixels, Row row, int classes, Key<Integer> key) {
    String place = Text.of("%s, row %d: ", pixels.source(), row.getLong(0));
    if (row.isNullAt(1)) {
      return place + "there is no " + pixels.noun() + ".";
    }
    int bytes = row.<byte[]>getAs(1).length;
    if (bytes != pixels.shape().size()) {
      return place
          + Text.of(
              "the %s has %d bytes, expected %d (%s).",
              pixels.noun(), bytes, pixels.shape().size(), pixels.shape());
    }
    return place
        + Text.of(
            "the label is %s, expected 0 to %d (%s = %d).",
            row.get(2), classes - 1, key.path(), classes);
  }

  /**
   * Shares of train and test; not given, .9 and .1.
   *
   * @throws io.accelerant.core.error.ConfigException if they are not two that sum to 1
   */
  static List<Double> shares(JobConfig config, Key<List<Double>> key) {
    List<Double> shares = config.find(key).orElse(List.of(0.9, 0.1));
    double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
    if (shares.size() != 2 || Math.abs(sum - 1) > 1e-9) {
      throw config.invalid(
          key, Text.of("must be two shares (train, test) that sum to 1, is %s.", shares));
    }
    return shares;
  }

  /**
   * Metrics {@code <name>}, {@code <name>.<split>} and {@code label.<class>} of a checked table.
   */
  static Map<String, Number> counts(Dataset<Row> written, String name, int classes) {
    Map<String, Number> counts = new LinkedHashMap<>();
    counts.put(name, 0L);
    for (String split : Images.SPLITS) {
      counts.put(name + "." + split, 0L);
    }
    for (int label = 0; label < Math.min(classes, MOST_LABELS); label++) {
      counts.put("label." + label, 0L);
    }
    for (Row row : written.groupBy("split", "label").count().collectAsList()) {
      String split = row.getString(0);
      String label = "label." + row.getInt(1);
      for (String part : List.of(name, name + "." + split, label)) {
        counts.computeIfPresent(part, (key, sum) -> sum.longValue() + row.getLong(2));
      }
    }
    return counts;
  }

  /**
   * The first rows of the first classes of a checked table, class by class, in order of their ids.
   *
   * @param column of the pixels
   * @param each rows of a class, at most
   */
  static List<List<byte[]>> first(Dataset<Row> written, String column, int classes, int each) {
    Map<Integer, List<byte[]>> first = new LinkedHashMap<>();
    written
        .filter(col("label").lt(classes))
        .withColumn("place", row_number().over(Window.partitionBy("label").orderBy("id")))
        .filter(col("place").leq(each))
        .orderBy("label", "id")
        .select(col("label"), col(column))
        .collectAsList()
        .forEach(
            row ->
                first.computeIfAbsent(row.getInt(0), none -> new ArrayList<>()).add(row.getAs(1)));
    return List.copyOf(first.values());
  }
}
