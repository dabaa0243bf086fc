package io.accelerant.core.lm.task;

import io.accelerant.core.random.RandomStream;

/** Chains {@code 3+4*2=} of digits modulo M, worked from left to right without precedence. */
final class Expression {
  static final String OPERATORS = "+-*";

  private Expression() {}

  /**
   * Draws a chain.
   *
   * @param operators of which each of the {@code length} is drawn uniformly
   */
  static String draw(int modulus, int length, String operators, RandomStream stream) {
    StringBuilder prompt = new StringBuilder(2 * length + 2);
    prompt.append(stream.nextInt(modulus));
    for (int i = 0; i < length; i++) {
      prompt.append(operators.charAt(stream.nextInt(operators.length())));
      prompt.append(stream.nextInt(modulus));
    }
    return prompt.append('=').toString();
  }

  /** The result after each operator, one digit each. */
  static String results(String prompt, int modulus) {
    StringBuilder results = new StringBuilder();
    int value = prompt.charAt(0) - '0';
    for (int i = 1; i + 1 < prompt.length(); i += 2) {
      int operand = prompt.charAt(i + 1) - '0';
      value =
          Math.floorMod(
              switch (prompt.charAt(i)) {
                case '+' -> value + operand;
                case '-' -> value - operand;
                default -> value * operand;
              },
              modulus);
      results.append(value);
    }
    return results.toString();
  }

  /** The last result is the answer, those before it are the trace. */
  static Checker checker(int modulus) {
    return (prompt, expected, answer) -> {
      String right = results(prompt, modulus);
      int last = right.length() - 1;
      return new Verdict(
          answer.endsWith(right.substring(last)),
          answer.length() == right.length() && answer.startsWith(right.substring(0, last)));
    };
  }

  static String symbols(int modulus) {
    return "0123456789".substring(0, modulus) + OPERATORS + "=";
  }
}
