package io.accelerant.selection.lead;

import io.accelerant.core.lm.prompt.Prompt;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Tables of prompts for tests. */
final class PromptRows {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, prompt STRING NOT NULL, answer STRING NOT NULL,"
              + " ids ARRAY<INT> NOT NULL, given ARRAY<INT> NOT NULL, task STRING NOT NULL");

  private PromptRows() {}

  /** A row whose first so many tokens are its prompt. */
  static Prompt row(long id, String task, int given, int... ids) {
    return new Prompt(id, "p", "a", ids, IntStream.range(0, given).toArray(), task);
  }

  static Dataset<Row> table(SparkSession spark, List<Prompt> rows) {
    return spark.createDataFrame(
        rows.stream()
            .map(
                p ->
                    RowFactory.create(p.id(), p.prompt(), p.answer(), p.ids(), p.given(), p.task()))
            .toList(),
        SCHEMA);
  }
}
