package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.data.HashSplit;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.prompt.RowCheck.Reason;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.text.Text;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Checked rows to the table of {@link Prompts}. Of equal prompts one row stays: that of the
 * smallest id of a task, of the smallest answer of a table; planted duplicates stay all. The hash
 * of a prompt decides its split, ids are the rank by it. So the table depends on the set of rows
 * alone, not on their order, files or partitions.
 */
final class PromptTable implements AutoCloseable {
  /** Why a row is not there that could be used. */
  static final String DUPLICATE = "duplicate";

  /** What to do with the one other form that JSON comes in. */
  static final String JSON_ARRAY_HINT =
      " A file that is one JSON array becomes JSON lines by: jq -c '.[]' FILE";

  private final List<Dataset<Row>> kept;
  private final Dataset<Row> table;
  private final Map<String, Long> dropped;

  private PromptTable(List<Dataset<Row>> kept, Dataset<Row> table, Map<String, Long> dropped) {
    this.kept = kept;
    this.table = table;
    this.dropped = dropped;
  }

  /**
   * @param rows of {@link RowCheck#SCHEMA}
   * @param equal whether rows with equal prompts stay
   * @param refuse whether a row that cannot be used is an error
   * @param source named in errors
   * @throws DataException if no row can be used, or one cannot and is not to be counted
   */
  static PromptTable of(
      Dataset<Row> rows,
      RowCheck check,
      HashSplit split,
      Noise noise,
      boolean equal,
      boolean refuse,
      String source) {
    Dataset<Row> checked = rows.persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> merged = merge(checked, split, equal).persist(StorageLevel.MEMORY_AND_DISK());
    List<Dataset<Row>> kept = List.of(merged, checked);
    try {
      Map<String, Long> dropped = count(checked, source);
      long good = dropped.remove(RowCheck.GOOD);
      if (refuse) {
        requireNone(checked, dropped);
      }
      if (good == 0) {
        throw allDropped(dropped, source);
      }
      dropped.put(DUPLICATE, good - merged.count());
      return new PromptTable(kept, number(noise.plant(merged, check), check), dropped);
    } catch (RuntimeException e) {
      kept.forEach(Dataset::unpersist);
      throw e;
    }
  }

  /** Rows by the reason that they were dropped for, all reasons, and the good ones. */
  private static Map<String, Long> count(Dataset<Row> checked, String source) {
    Map<String, Long> found = new HashMap<>();
    try {
      checked
          .groupBy("reason")
          .count()
          .collectAsList()
          .forEach(row -> found.put(row.getString(0), row.getLong(1)));
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(source, e);
    }
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put(RowCheck.GOOD, found.getOrDefault(RowCheck.GOOD, 0L));
    for (Reason reason : Reason.values()) {
      counts.put(reason.label(), found.getOrDefault(reason.label(), 0L));
    }
    return counts;
  }

  /** The first bad row of the first file that has one is named. */
  private static void requireNone(Dataset<Row> checked, Map<String, Long> dropped) {
    long bad = dropped.values().stream().mapToLong(Long::longValue).sum();
    if (bad == 0) {
      return;
    }
    Row file = checked.filter(col("reason").notEqual(RowCheck.GOOD)).agg(min("file")).head();
    Tuple2<Row, Long> first =
        checked
            .filter(col("file").equalTo(file.getString(0)))
            .javaRDD()
            .zipWithIndex()
            .filter(pair -> !pair._1().<String>getAs("reason").equals(RowCheck.GOOD))
            .first();
    throw new DataException(
        Text.of(
            "%s: row %d %s; %d rows in all cannot be used. preparePrompts.onBad = count drops and"
                + " counts them.",
            file.getString(0), first._2() + 1, what(first._1().getAs("reason")), bad));
  }

  private static DataException allDropped(Map<String, Long> dropped, String source) {
    String why =
        dropped.entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(entry -> Text.of("%d because each %s", entry.getValue(), what(entry.getKey())))
            .collect(Collectors.joining(", "));
    boolean lines = dropped.get(Reason.NOT_OBJECT.label()) > 0;
    return new DataException(
        why.isEmpty()
            ? Text.of("There is no row in %s.", source)
            : Text.of(
                "No row of %s can be used: %s.%s", source, why, lines ? JSON_ARRAY_HINT : ""));
  }

  private static String what(String label) {
    for (Reason reason : Reason.values()) {
      if (reason.label().equals(label)) {
        return reason.what();
      }
    }
    throw new IllegalArgumentException(label);
  }

  /** {@code copy} tells equal prompts apart that are to stay, such as planted duplicates. */
  private static Dataset<Row> merge(Dataset<Row> checked, HashSplit split, boolean equal) {
    return checked
        .filter(col("reason").equalTo(RowCheck.GOOD))
        .withColumn(
            "copy",
            when(lit(equal).or(col("planted").equalTo(PromptTask.DUPLICATE)), col("place").plus(1))
                .otherwise(lit(0L)))
        .groupBy("prompt", "copy")
        .agg(min(struct("place", "answer", "task", "planted")).as("kept"))
        .select(
            col("prompt"),
            col("kept.answer").as("answer"),
            col("kept.task").as("task"),
            col("kept.planted").as("planted"),
            col("copy"),
            xxhash64(col("prompt")).as("hash"))
        .withColumn("split", split.of(col("hash")))
        // the first of many are as good as any only if equal ones are not side by side
        .withColumn("hash", equal ? xxhash64(col("prompt"), col("copy")) : col("hash"));
  }

  private static Dataset<Row> number(Dataset<Row> rows, RowCheck check) {
    // the prompt decides between two of one hash
    JavaRDD<Row> numbered =
        rows.orderBy("hash", "prompt", "copy")
            .javaRDD()
            .zipWithIndex()
            .map(pair -> row(check, pair._2(), pair._1()));
    return rows.sparkSession().createDataFrame(numbered, Prompts.SCHEMA);
  }

  private static Row row(RowCheck check, long id, Row row) {
    String task = row.getAs("task");
    Prompt prompt = check.prompt(id, row.getAs("prompt"), row.getAs("answer"), task);
    return RowFactory.create(
        id,
        prompt.prompt(),
        prompt.answer(),
        prompt.ids(),
        prompt.given(),
        task,
        row.getAs("split"),
        row.getAs("planted"));
  }

  /** Rows of {@link Prompts#SCHEMA}, in order of id. */
  Dataset<Row> table() {
    return table;
  }

  /** Rows that were dropped by reason, {@link #DUPLICATE} the last. */
  Map<String, Long> dropped() {
    return dropped;
  }

  @Override
  public void close() {
    kept.forEach(Dataset::unpersist);
  }
}
