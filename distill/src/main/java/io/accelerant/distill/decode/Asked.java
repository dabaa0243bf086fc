package io.accelerant.distill.decode;

import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.task.Verdict;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Prompts that a masked model is to answer.
 *
 * @param end the token that ends an answer; none where answers fill gaps
 * @param answerLength positions behind a prompt without gaps, the end with them
 * @param longest tokens of the longest row, its answer with them
 */
public record Asked(
    List<Prompt> prompts,
    Tokenizer tokenizer,
    Checker checker,
    OptionalInt end,
    int answerLength,
    int longest) {
  /**
   * The first prompts of a split by id.
   *
   * @param most at most so many
   * @param answerLength as {@link #answerLength}; default: what the longest answer of the split has
   * @throws io.accelerant.core.error.DataException if there is none
   */
  public static Asked of(Prompts prompts, String split, int most, Optional<Integer> answerLength) {
    List<Prompt> first = prompts.first(split, most);
    Prompts.Longest longest = prompts.longest(split);
    int answer = answerLength.orElse(longest.answer());
    return new Asked(
        first,
        prompts.tokenizer(),
        prompts.checker(),
        prompts.isCloze() ? OptionalInt.empty() : OptionalInt.of(prompts.tokenizer().end()),
        answer,
        prompts.isCloze() ? prompts.longest() : longest.prompt() + answer);
  }

  public long[] ids() {
    return prompts.stream().mapToLong(Prompt::id).toArray();
  }

  /** What is given, and MASK elsewhere. */
  public int[][] rows(int mask) {
    return prompts.stream()
        .map(prompt -> MaskedDecoding.Request.of(prompt, 0, answerLength, mask).row())
        .toArray(int[][]::new);
  }

  /**
   * What is to be said of an answer.
   *
   * @param number of the prompt, from 0
   * @param tokens of the answer alone
   */
  public Verdict verdict(int number, int[] tokens) {
    Prompt prompt = prompts.get(number);
    return checker.check(prompt.prompt(), prompt.answer(), tokenizer.decode(tokens));
  }
}
