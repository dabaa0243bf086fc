package io.accelerant.core.lm.prompt;

import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A prompt and one right answer, as a row of tokens some of which are given.
 *
 * @param id of the table
 * @param prompt text; in a cloze with {@link PromptTask#GAP} for each missing symbol
 * @param answer text
 * @param ids tokens of the whole row: the prompt, then the answer and an end; or, for a cloze, the
 *     prompt with its gaps filled
 * @param given positions of the prompt in {@code ids}, rising; all others are to be answered
 * @param task the part of the task that it belongs to, see {@link PromptTask.Example#group}
 */
public record Prompt(long id, String prompt, String answer, int[] ids, int[] given, String task)
    implements Serializable {

  /**
   * A prompt with its answer behind it, and an end.
   *
   * @throws IllegalArgumentException if the tokenizer cannot write one of them
   */
  public static Prompt following(
      long id, String prompt, String answer, String task, Tokenizer tokenizer) {
    int[] before = tokenizer.encodePrompt(prompt);
    int[] after = tokenizer.encodeAnswer(prompt, answer);
    int[] ids = Arrays.copyOf(before, before.length + after.length + 1);
    System.arraycopy(after, 0, ids, before.length, after.length);
    ids[ids.length - 1] = tokenizer.end();
    return new Prompt(id, prompt, answer, ids, IntStream.range(0, before.length).toArray(), task);
  }

  /**
   * A prompt whose gaps the answer fills, one symbol each.
   *
   * @throws IllegalArgumentException if there are more or fewer gaps than symbols, or the tokenizer
   *     cannot write one
   */
  public static Prompt cloze(
      long id, String prompt, String answer, String task, Tokenizer tokenizer) {
    StringBuilder row = new StringBuilder(prompt);
    int next = 0;
    for (int i = 0; i < row.length(); i++) {
      if (row.charAt(i) == PromptTask.GAP && next < answer.length()) {
        row.setCharAt(i, answer.charAt(next++));
      }
    }
    int[] given =
        IntStream.range(0, prompt.length())
            .filter(i -> prompt.charAt(i) != PromptTask.GAP)
            .toArray();
    if (next < answer.length() || prompt.length() - given.length != answer.length()) {
      throw new IllegalArgumentException("a cloze needs an answer of one symbol for each gap");
    }
    return new Prompt(id, prompt, answer, tokenizer.encode(row.toString()), given, task);
  }

  /** The prompt of an example of a task. */
  public static Prompt of(long id, PromptTask task, PromptTask.Example example, Tokenizer tokens) {
    return task.isCloze()
        ? cloze(id, example.prompt(), example.answer(), example.group(), tokens)
        : following(id, example.prompt(), example.answer(), example.group(), tokens);
  }

  /** Tokens of the whole row. */
  public int length() {
    return ids.length;
  }

  /** Whether all that is given stands before all that is not. */
  public boolean isCausal() {
    return given.length == 0 || given[given.length - 1] == given.length - 1;
  }

  /** Positions that are to be answered, rising. */
  public int[] open() {
    return IntStream.range(0, ids.length).filter(i -> Arrays.binarySearch(given, i) < 0).toArray();
  }

  /** The tokens that are given. */
  public int[] promptIds() {
    return Arrays.stream(given).map(i -> ids[i]).toArray();
  }

  /**
   * With ends behind the answer, as a masked model learns it that has so many positions for it.
   *
   * @param answerLength positions behind the prompt; 0 to add none
   */
  public Prompt filled(int answerLength, int end) {
    int length = Math.max(ids.length, answerLength == 0 ? 0 : given.length + answerLength);
    int[] all = Arrays.copyOf(ids, length);
    Arrays.fill(all, ids.length, length, end);
    return new Prompt(id, prompt, answer, all, given, task);
  }

  /** With other tokens at the same positions. */
  public Prompt withIds(int[] other) {
    return new Prompt(id, prompt, answer, other, given, task);
  }
}
