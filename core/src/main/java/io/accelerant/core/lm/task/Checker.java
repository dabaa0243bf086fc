package io.accelerant.core.lm.task;

import java.io.Serializable;

/** Decides whether an answer solves its prompt. A pure function of its three texts. */
@FunctionalInterface
public interface Checker extends Serializable {
  /**
   * Checks one answer; never fails, whatever a model wrote.
   *
   * @param prompt the text that was given
   * @param expected the answer of the table, one of perhaps several right ones
   * @param answer what a model wrote, without end-of-sequence and padding
   */
  Verdict check(String prompt, String expected, String answer);

  /** Names of the checkers that belong to no task. */
  String EXACT = "exact";

  String LAST_NUMBER = "lastNumber";

  /** Right is the expected text and nothing else. */
  static Checker exact() {
    return (prompt, expected, answer) -> Verdict.of(answer.equals(expected));
  }

  /**
   * Right is an answer whose last number has the value of the last number expected; an answer
   * without a number is wrong. What stands before it is not looked at.
   */
  static Checker lastNumber() {
    return (prompt, expected, answer) -> Verdict.of(LastNumber.agrees(expected, answer));
  }
}
