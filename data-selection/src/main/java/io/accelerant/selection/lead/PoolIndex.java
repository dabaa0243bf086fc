package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * The rows of a pool in order of id, on the driver.
 *
 * @param ids rising
 * @param tasks number of each row's label
 * @param taskNames labels by number, in order
 */
record PoolIndex(long[] ids, int[] tasks, List<String> taskNames) {
  private record Part(long[] ids, int[] tasks) implements Serializable {
    static Part of(Iterator<Row> rows, List<String> names) {
      LongStream.Builder ids = LongStream.builder();
      IntStream.Builder tasks = IntStream.builder();
      rows.forEachRemaining(
          row -> {
            ids.add(row.getLong(0));
            tasks.add(names.indexOf(row.getString(1)));
          });
      return new Part(ids.build().toArray(), tasks.build().toArray());
    }
  }

  /**
   * @param rows of a prompts table
   * @param label column of it, a text
   * @param source named in errors
   * @throws DataException if there is none
   */
  static PoolIndex of(Dataset<Row> rows, String label, String source) {
    List<String> names =
        rows.select(label).distinct().as(Encoders.STRING()).collectAsList().stream()
            .sorted()
            .toList();
    if (names.isEmpty()) {
      throw new DataException(
          Text.of("%s has no rows in its train split; prepare more of them.", source));
    }
    FlatMapFunction<Iterator<Row>, byte[]> pack =
        part -> List.of(JavaBytes.of(Part.of(part, names))).iterator();
    List<Part> parts =
        rows
            .select(col("id").cast("bigint"), col(label))
            .orderBy("id")
            .javaRDD()
            .mapPartitions(pack)
            .collect()
            .stream()
            .map(JavaBytes::<Part>value)
            .toList();
    return new PoolIndex(
        parts.stream().flatMapToLong(part -> Arrays.stream(part.ids())).toArray(),
        parts.stream().flatMapToInt(part -> Arrays.stream(part.tasks())).toArray(),
        names);
  }

  /**
   * The same rows of other tasks, which have numbers for names.
   *
   * @param numbers of tasks, by row
   */
  PoolIndex withTasks(int[] numbers) {
    int count = 1 + Arrays.stream(numbers).max().orElseThrow();
    return new PoolIndex(
        ids, numbers, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  int count() {
    return ids.length;
  }

  /** Number of the row of an id. */
  int row(long id) {
    return Arrays.binarySearch(ids, id);
  }
}
