package io.accelerant.selection.lead;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A pool as a table has it. */
final class GivenPool {
  private static final String ID = "id";
  private static final String TASK = "task";
  private static final String LOSS = "iu0";
  private static final String IFD = "ifd";
  private static final String CLUSTER = "cluster";
  private static final String COPY = "duplicateOf";

  private static final int MOST_CLUSTERS = 10_000;

  /** Numbers in their order, before texts in theirs. */
  private static final Comparator<Object> ORDER =
      Comparator.comparing((Object task) -> task instanceof String)
          .thenComparingLong(task -> task instanceof Long number ? number : 0)
          .thenComparing(Object::toString);

  private GivenPool() {}

  /**
   * Rows in order of id; clusters as they are given, else by difficulty.
   *
   * @throws DataException if a row is not valid, names it
   */
  static PoolRows of(RowsFile file, JobConfig config) {
    List<JsonReader> rows =
        file.rows().get().stream().sorted(Comparator.comparingLong(GivenPool::id)).toList();
    if (rows.isEmpty()) {
      throw new DataException(file.uri() + " holds no rows.");
    }
    long[] ids = rows.stream().mapToLong(GivenPool::id).toArray();
    for (int i = 1; i < ids.length; i++) {
      if (ids[i] == ids[i - 1]) {
        throw new DataException(Text.of("%s: id %d occurs twice.", file.uri(), ids[i]));
      }
    }
    List<Object> tasks = rows.stream().map(GivenPool::task).distinct().sorted(ORDER).toList();
    double[] loss = numbers(rows, row -> row.number(LOSS));
    double[] ifd = numbers(rows, row -> row.has(IFD) ? row.number(IFD) : 0);
    double[] difficulty = Ifd.difficulty(ifd);
    return new PoolRows(
        ids,
        rows.stream().mapToInt(row -> tasks.indexOf(task(row))).toArray(),
        tasks.stream().map(Object::toString).toList(),
        loss,
        difficulty,
        new double[ids.length], // no arm of a replay asks for it
        rows.get(0).has(CLUSTER)
            ? rows.stream().mapToInt(GivenPool::cluster).toArray()
            : cut(rows, loss, difficulty, OfflineSettings.of(config)),
        rows.stream().mapToInt(row -> copyOf(row, ids)).toArray());
  }

  private static int[] cut(
      List<JsonReader> rows, double[] loss, double[] difficulty, OfflineSettings settings) {
    if (!settings.byLoss()) {
      rows.forEach(row -> row.number(IFD)); // must be there
    }
    return settings.cut(loss, difficulty);
  }

  /** How many there are, empty ones among them: as many as are asked for, if not fewer. */
  static int clusters(PoolRows pool, JobConfig config) {
    int found = IntStream.of(pool.clusters()).max().orElseThrow() + 1;
    return config.isGiven(SelectionKeys.CLUSTERS)
        ? Math.max(found, config.get(SelectionKeys.CLUSTERS))
        : found;
  }

  private static long id(JsonReader row) {
    return row.wholeLong(ID, "a whole number");
  }

  private static Object task(JsonReader row) {
    Object task = row.fields().get(TASK);
    if (task instanceof Integer || task instanceof Long) {
      return ((Number) task).longValue();
    }
    return row.typed(TASK, String.class, "a text or a whole number");
  }

  private static double[] numbers(List<JsonReader> rows, ToDoubleFunction<JsonReader> column) {
    return rows.stream().mapToDouble(column).toArray();
  }

  private static int cluster(JsonReader row) {
    int cluster = row.whole(CLUSTER);
    if (cluster < 0 || cluster >= MOST_CLUSTERS) {
      throw row.expected(CLUSTER, "0 to " + (MOST_CLUSTERS - 1));
    }
    return cluster;
  }

  private static int copyOf(JsonReader row, long[] ids) {
    if (!row.has(COPY)) {
      return -1;
    }
    int found = Arrays.binarySearch(ids, row.wholeLong(COPY, "a whole number"));
    if (found < 0 || ids[found] == id(row)) {
      throw row.expected(COPY, "the id of another row");
    }
    return found;
  }
}
