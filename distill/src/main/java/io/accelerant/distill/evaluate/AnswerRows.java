package io.accelerant.distill.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;

/**
 * Answers to prompts that a user names: an artifact of kind {@code samples}, or Parquet or JSON
 * lines, with {@code promptId}, {@code tokens} or else {@code text}, and perhaps {@code sample},
 * {@code logProbability} and {@code evaluations}.
 *
 * @param hash content hash of the artifact, or the table's fingerprint
 * @param artifact if it is one
 */
record AnswerRows(String uri, Dataset<Row> table, String hash, Optional<Artifact> artifact) {
  private static final String PROMPT = "promptId";
  private static final String SAMPLE = "sample";
  private static final String TOKENS = "tokens";
  private static final String TEXT = "text";
  private static final String LOG = "logProbability";
  private static final String EVALUATIONS = "evaluations";

  /**
   * An answer beside its prompt.
   *
   * @param tokens if the table has them
   * @param text up to the end
   * @param logProbability NaN if the table has none
   * @param evaluations NaN if the table has none
   * @param group part of the task
   */
  record Answered(
      long prompt,
      Optional<int[]> tokens,
      String text,
      double logProbability,
      double evaluations,
      String asked,
      String expected,
      String group) {}

  /**
   * @throws DataException if there is no table, or a column is missing or of another type
   */
  static AnswerRows open(JobContext context, String uri) {
    Optional<Artifact> artifact = Artifact.find(uri, context.hadoop());
    Dataset<Row> table =
        artifact
            .map(a -> a.requireKind(SampleTable.KIND, EvaluateJob.SAMPLES.path()))
            .map(a -> ArtifactTables.read(context.spark(), a, SampleTable.KIND))
            .orElseGet(() -> TableSource.find(uri, context.hadoop()).read(context.spark()));
    require(table, uri, PROMPT, "an integer", type -> type instanceof IntegralType);
    List<String> columns = List.of(table.columns());
    if (columns.contains(TOKENS)) {
      require(table, uri, TOKENS, "an array of integers", AnswerRows::isIntegers);
    } else {
      require(table, uri, TEXT, "a string", DataTypes.StringType::sameType);
    }
    if (columns.contains(SAMPLE)) {
      require(table, uri, SAMPLE, "an integer", type -> type instanceof IntegralType);
    }
    for (String number : List.of(LOG, EVALUATIONS)) {
      if (columns.contains(number)) {
        require(table, uri, number, "a number", type -> type instanceof NumericType);
      }
    }
    Dataset<Row> used = select(table, columns);
    String hash = artifact.map(Artifact::contentHash).orElseGet(() -> TableSource.hash(used, uri));
    return new AnswerRows(uri, used, hash, artifact);
  }

  private static boolean isIntegers(DataType type) {
    return type instanceof ArrayType array && array.elementType() instanceof IntegralType
        || type.equals(new ArrayType(DataTypes.StringType, true)); // JSON lines of empty arrays
  }

  private interface Wanted {
    boolean test(DataType type);
  }

  private static void require(
      Dataset<Row> table, String uri, String column, String what, Wanted wanted) {
    if (!List.of(table.columns()).contains(column)) {
      throw new DataException(
          Text.of(
              "%s has no column %s (%s); answers have promptId, and tokens or text. Its columns are"
                  + " %s.",
              uri, column, what, TableSource.columns(table)));
    }
    DataType type = table.schema().apply(column).dataType();
    if (!wanted.test(type)) {
      throw new DataException(
          Text.of("Column %s of %s must be %s, is %s.", column, uri, what, type.simpleString()));
    }
  }

  /** In one form: what is not there is null, and the only sample of a prompt has number 0. */
  private static Dataset<Row> select(Dataset<Row> table, List<String> columns) {
    Column none = lit(null);
    boolean tokens = columns.contains(TOKENS);
    return table.select(
        col(PROMPT).cast("bigint"),
        (columns.contains(SAMPLE) ? col(SAMPLE) : lit(0)).cast("bigint").as(SAMPLE),
        (tokens ? col(TOKENS) : array()).cast("array<bigint>").as(TOKENS),
        (tokens ? none : col(TEXT)).cast("string").as(TEXT),
        (columns.contains(LOG) ? col(LOG) : lit(Double.NaN)).cast("double").as(LOG),
        (columns.contains(EVALUATIONS) ? col(EVALUATIONS) : lit(Double.NaN))
            .cast("double")
            .as(EVALUATIONS),
        lit(tokens).as("hasTokens"));
  }

  /**
   * Each answer with its prompt, in order of prompt and sample.
   *
   * @throws DataException if there is none, one is of no prompt, or cannot be read, or there are
   *     two of one number; names the first
   */
  List<Answered> beside(Prompts prompts) {
    Dataset<Row> asked =
        prompts.table().select(col("id"), col("prompt"), col("answer"), col("task"));
    List<Row> rows;
    try {
      rows =
          table
              .join(asked, table.col(PROMPT).equalTo(asked.col("id")), "left")
              .orderBy(PROMPT, SAMPLE)
              .collectAsList();
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(uri, e);
    }
    if (rows.isEmpty()) {
      throw new DataException(uri + " holds no answers.");
    }
    List<Answered> answers = new ArrayList<>();
    Row before = null;
    for (Row row : rows) {
      check(row, before, prompts);
      answers.add(answered(row, prompts.tokenizer()));
      before = row;
    }
    return answers;
  }

  private void check(Row row, Row before, Prompts prompts) {
    if (row.isNullAt(0)) {
      throw new DataException(uri + ": a row has no promptId.");
    }
    String place = Text.of("%s, promptId %s, sample %s: ", uri, row.get(0), row.get(1));
    if (row.isNullAt(1)) {
      throw new DataException(place + "the sample has no number.");
    }
    if (before != null && row.get(0).equals(before.get(0)) && row.get(1).equals(before.get(1))) {
      throw new DataException(
          place + "occurs twice; several answers to a prompt are told apart by a column sample.");
    }
    if (row.isNullAt(7)) {
      throw new DataException(place + "no prompt of " + prompts.uri() + " has that id.");
    }
    boolean hole = !row.isNullAt(2) && row.getList(2).stream().anyMatch(token -> token == null);
    if (row.isNullAt(2) || hole || (row.isNullAt(3) && !row.getBoolean(6))) {
      throw new DataException(place + (row.getBoolean(6) ? "tokens are null." : "text is null."));
    }
    if (row.isNullAt(4) || row.isNullAt(5)) {
      throw new DataException(place + (row.isNullAt(4) ? LOG : EVALUATIONS) + " is null.");
    }
  }

  private static Answered answered(Row row, Tokenizer tokenizer) {
    Optional<int[]> tokens =
        row.getBoolean(6)
            ? Optional.of(row.<Long>getList(2).stream().mapToInt(AnswerRows::token).toArray())
            : Optional.empty();
    return new Answered(
        row.getLong(0),
        tokens,
        tokens.map(tokenizer::decode).orElseGet(() -> row.getString(3)),
        row.getDouble(4),
        row.getDouble(5),
        row.getString(8),
        row.getString(9),
        row.getString(10));
  }

  /** What is no token in 32 bits is none at all. */
  private static int token(long token) {
    return (int) token == token ? (int) token : -1;
  }
}
