package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.List;

/**
 * The rows that models are judged by: those of the test split that are what they seem.
 *
 * @param tasks number of each row's task
 * @param taskNames by number, in order of name
 * @param records whole rows, as losses read them
 * @param tokens of each prompt
 * @param answered the first so many are answered
 * @param answerLength most tokens of an answer, its end with them
 */
record TestRows(
    long[] ids,
    int[] tasks,
    List<String> taskNames,
    byte[][] records,
    int[][] tokens,
    String[] prompts,
    String[] answers,
    int answered,
    int answerLength,
    Tokenizer tokenizer,
    Checker checker)
    implements Serializable {
  /** The split that models are judged by. */
  static final String SPLIT = "test";

  /**
   * The first rows by id.
   *
   * @param wrong what is planted in rows that are left out
   * @param most rows
   * @param answerLength 0 for that of the longest answer
   * @throws DataException if there is none
   */
  static TestRows of(Prompts source, List<String> wrong, int most, int answered, int answerLength) {
    List<Prompt> rows =
        source
            .split(SPLIT)
            .filter(not(col("planted").isin(wrong.toArray())))
            .orderBy("id")
            .limit(most)
            .collectAsList()
            .stream()
            .map(Prompts::of)
            .toList();
    if (rows.isEmpty()) {
      throw new DataException(
          Text.of(
              "The %s split of %s has no row without %s = %s; prepare more prompts, or another"
                  + " preparePrompts.split.",
              SPLIT, source.uri(), LeadKeys.WRONG.path(), wrong));
    }
    List<String> names = rows.stream().map(Prompt::task).distinct().sorted().toList();
    return new TestRows(
        rows.stream().mapToLong(Prompt::id).toArray(),
        rows.stream().mapToInt(row -> names.indexOf(row.task())).toArray(),
        names,
        rows.stream().map(row -> PromptRecord.pack(row, source.longest())).toArray(byte[][]::new),
        rows.stream().map(Prompt::promptIds).toArray(int[][]::new),
        rows.stream().map(Prompt::prompt).toArray(String[]::new),
        rows.stream().map(Prompt::answer).toArray(String[]::new),
        Math.min(answered, rows.size()),
        answerLength > 0
            ? answerLength
            : rows.stream().mapToInt(row -> row.length() - row.given().length).max().orElseThrow(),
        source.tokenizer(),
        source.checker());
  }

  int count() {
    return ids.length;
  }

  Generation.Request request(int row) {
    return new Generation.Request(ids[row], 0, tokens[row]);
  }

  /** Whether an answer, its end perhaps with it, is right. */
  boolean isSolvedBy(int row, int[] answer) {
    return checker.check(prompts[row], answers[row], tokenizer.decode(answer)).correct();
  }
}
