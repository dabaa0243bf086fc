package io.accelerant.core.lm.task;

/**
 * What a {@link Checker} says about one answer.
 *
 * @param answerRight whether the final result is right
 * @param traceRight whether every step that was written down on the way is right as well
 */
public record Verdict(boolean answerRight, boolean traceRight) {
  /** The verdict of a checker that knows no steps beside the answer. */
  public static Verdict of(boolean right) {
    return new Verdict(right, right);
  }

  /** Whether answer and trace are right: what counts as solved. */
  public boolean correct() {
    return answerRight && traceRight;
  }

  /** Whether the answer is right although a step on the way is wrong (luck, or two errors). */
  public boolean falsePositive() {
    return answerRight && !traceRight;
  }
}
