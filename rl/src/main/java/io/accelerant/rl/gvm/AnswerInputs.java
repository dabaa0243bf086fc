package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Program;

/**
 * Prompts with answers as inputs of a causal network: {@code tokens}, {@code targets} and {@code
 * answered [batch, length]}, which is 1 where the next token belongs to the answer. What is behind
 * an answer is not seen by it and needs no mask.
 */
final class AnswerInputs {
  private final int length;
  private final int[] tokens;
  private final int[] targets;
  private final double[] answered;

  /**
   * @param length of what is read: one less than of rows
   */
  AnswerInputs(int batch, int length) {
    this.length = length;
    this.tokens = new int[batch * length];
    this.targets = new int[batch * length];
    this.answered = new double[batch * length];
  }

  /**
   * Fills a row.
   *
   * @return where it is said what the first token of the answer will be; the others follow
   */
  int put(int row, int[] prompt, int[] answer) {
    int from = row * length;
    int first = from + prompt.length - 1;
    System.arraycopy(prompt, 0, tokens, from, prompt.length);
    System.arraycopy(answer, 0, tokens, first + 1, answer.length - 1);
    for (int t = 0; t < answer.length; t++) {
      targets[first + t] = answer[t];
      answered[first + t] = 1;
    }
    return first;
  }

  void set(Program program) {
    program.set("tokens", tokens).set("targets", targets).set("answered", answered);
  }
}
