package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;

/**
 * The sum of n digits modulo m: {@code 4793=} is answered by {@code 3} for m = 10.
 *
 * @param digits n, 1 to 1000
 * @param modulus m, 2 to 10
 */
public record ModSum(int digits, int modulus) implements PromptTask {
  /** What it is called. */
  public static final String NAME = "mod-sum";

  private static final long PURPOSE = RandomStream.purpose("task.mod-sum");

  /**
   * @throws ConfigException if a value is out of its range
   */
  public ModSum {
    if (digits < 1 || digits > 1000 || modulus < 2 || modulus > 10) {
      throw new ConfigException(
          Text.of(
              "task:mod-sum wants 1..1000 digits and modulus 2..10, they are %d and %d",
              digits, modulus));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Example example(long seed, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    StringBuilder prompt = new StringBuilder(digits + 1);
    for (int i = 0; i < digits; i++) {
      prompt.append(stream.nextInt(10));
    }
    return new Example(prompt.append('=').toString(), sum(prompt.toString()), "sum");
  }

  private String sum(String prompt) {
    int sum = prompt.chars().filter(Character::isDigit).map(c -> c - '0').sum();
    return Integer.toString(sum % modulus);
  }

  @Override
  public Checker checker() {
    return (prompt, expected, answer) -> Verdict.of(answer.equals(sum(prompt)));
  }

  /** A digit below m is the sum in one of m cases. */
  @Override
  public double chanceRate() {
    return 1.0 / modulus;
  }

  @Override
  public String symbols() {
    return "0123456789=";
  }
}
