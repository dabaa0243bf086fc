package io.accelerant.distill.teacher;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Prompts as rows of one kind of model. A masked model that writes behind a prompt is given so many
 * positions; their rest are ends, which it learns with the answer.
 *
 * @param answerLength tokens of the longest answer, its end with them, or of every answer of a
 *     masked model
 * @param longest tokens of the longest row
 * @param filled whether answers are filled with ends
 */
record PromptRows(Prompts prompts, int answerLength, int longest, boolean filled) {
  private static final StructType RECORD = StructType.fromDDL("id BIGINT, record BINARY");

  /**
   * @throws io.accelerant.core.error.ConfigException if a causal model is to fill gaps, or answers
   *     are longer than the configuration says
   */
  static PromptRows of(Prompts prompts, Kind kind, JobConfig config) {
    if (kind == Kind.CAUSAL && prompts.isCloze()) {
      throw config.invalid(
          TrainTeacherKeys.DATA,
          Text.of(
              "is %s, whose answers fill gaps: a %s model cannot write them; train one of kind %s.",
              prompts.uri(), kind.label(), Kind.MASKED.label()));
    }
    boolean filled = kind == Kind.MASKED && !prompts.isCloze();
    if (!filled && config.isGiven(TrainTeacherKeys.ANSWER_LENGTH)) {
      throw config.invalid(
          TrainTeacherKeys.ANSWER_LENGTH,
          "is for masked-text models that write behind a prompt, not in gaps; leave it out.");
    }
    Row most =
        prompts
            .table()
            .select(size(col("given")).as("given"), size(col("ids")).as("ids"))
            .agg(max(col("given")), max(col("ids").minus(col("given"))))
            .head();
    int answer = most.getInt(1);
    int length = config.find(TrainTeacherKeys.ANSWER_LENGTH).orElse(answer);
    if (length < answer) {
      throw config.invalid(
          TrainTeacherKeys.ANSWER_LENGTH,
          Text.of(
              "= %d is less than the %d tokens of the longest answer, its end with them.",
              length, answer));
    }
    int longest = filled ? most.getInt(0) + length : prompts.longest();
    return new PromptRows(prompts, length, longest, filled);
  }

  /** Columns {@code id} and {@code record}, a {@link PromptRecord}. */
  Dataset<Row> records(String split) {
    int most = longest;
    int end = prompts.tokenizer().end();
    int fill = filled ? answerLength : 0;
    MapFunction<Row, Row> pack =
        row -> {
          Prompt prompt = Prompts.of(row).filled(fill, end);
          return RowFactory.create(prompt.id(), PromptRecord.pack(prompt, most));
        };
    return prompts.split(split).map(pack, Encoders.row(RECORD));
  }
}
