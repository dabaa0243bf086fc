package io.accelerant.rl.gvm;

import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Prompts as tasks read them, each by its number.
 *
 * @param groups the part of the task that each belongs to, by number
 * @param tokens of each prompt
 * @param answerLength most tokens of an answer, its end with them
 */
record Questions(
    long[] ids,
    int[] groups,
    int[][] tokens,
    String[] prompts,
    String[] answers,
    Tokenizer tokenizer,
    Checker checker,
    int answerLength)
    implements Serializable {

  /**
   * The first prompts of a split by id.
   *
   * @throws io.accelerant.core.error.DataException if it has none
   */
  static Questions of(Prompts source, String split, int most, int answerLength) {
    List<Prompt> first = source.first(split, most);
    List<String> names = first.stream().map(Prompt::task).distinct().sorted().toList();
    return new Questions(
        first.stream().mapToLong(Prompt::id).toArray(),
        first.stream().mapToInt(prompt -> names.indexOf(prompt.task())).toArray(),
        first.stream().map(Prompt::promptIds).toArray(int[][]::new),
        first.stream().map(Prompt::prompt).toArray(String[]::new),
        first.stream().map(Prompt::answer).toArray(String[]::new),
        source.tokenizer(),
        source.checker(),
        answerLength);
  }

  /** The first so many. */
  Questions first(int most) {
    int n = Math.min(most, count());
    return new Questions(
        Arrays.copyOf(ids, n),
        Arrays.copyOf(groups, n),
        Arrays.copyOf(tokens, n),
        Arrays.copyOf(prompts, n),
        Arrays.copyOf(answers, n),
        tokenizer,
        checker,
        answerLength);
  }

  int count() {
    return ids.length;
  }

  /** Tokens of the longest row that an answer can make. */
  int longest() {
    return Arrays.stream(tokens).mapToInt(t -> t.length).max().orElseThrow() + answerLength;
  }

  Generation.Request request(int prompt, int sample) {
    return new Generation.Request(ids[prompt], sample, tokens[prompt]);
  }

  /** An answer behind its prompt. */
  GradientNorms.Row row(int prompt, int[] answer) {
    return new GradientNorms.Row(tokens[prompt], answer);
  }

  /** Whether an answer, its end perhaps with it, is right. */
  boolean isSolvedBy(int prompt, int[] answer) {
    return checker.check(prompts[prompt], answers[prompt], tokenizer.decode(answer)).correct();
  }
}
