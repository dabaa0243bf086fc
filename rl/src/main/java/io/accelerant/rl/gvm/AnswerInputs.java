package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Program;
import io.accelerant.core.lm.Targets;
import io.accelerant.core.nn.BatchShape;

/**
 * Prompts with answers as inputs of a causal network: {@code tokens [batch, length]}, {@code
 * targets} and {@code answered [batch, places]}, which is 1 where the next token belongs to the
 * answer. What is behind an answer is not seen by it and needs no mask.
 */
final class AnswerInputs {
  private final int length;
  private final int[] tokens;
  private final int[] targets;
  private final double[] answered;
  private final Targets.Places places;

  /**
   * With a place for each position.
   *
   * @param length of what is read: one less than of rows
   */
  AnswerInputs(int batch, int length) {
    this(BatchShape.of(batch, length), new Targets(1, length));
  }

  AnswerInputs(BatchShape shape, Targets targets) {
    this.length = shape.length();
    this.places = targets.in(shape);
    this.tokens = new int[shape.batch() * length];
    this.targets = new int[places.count()];
    this.answered = new double[places.count()];
  }

  /** Length of inputs {@code [batch, places]}. */
  int places() {
    return places.count();
  }

  /**
   * Fills a row.
   *
   * @return the place of the first token of the answer; the others follow
   */
  int put(int row, int[] prompt, int[] answer) {
    int from = row * length;
    int first = from + prompt.length - 1;
    System.arraycopy(prompt, 0, tokens, from, prompt.length);
    System.arraycopy(answer, 0, tokens, first + 1, answer.length - 1);
    int place = places.take(row, prompt.length - 1);
    for (int t = 0; t < answer.length; t++) {
      int at = t == 0 ? place : places.take(row, prompt.length - 1 + t);
      targets[at] = answer[t];
      answered[at] = 1;
    }
    return place;
  }

  void set(Program program) {
    places.set(program);
    program.set("tokens", tokens).set("targets", targets).set("answered", answered);
  }
}
