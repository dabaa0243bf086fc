package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.util.List;

/**
 * Sums of two numbers of k digits (leading zeros kept), k uniform: {@code 27+35=} is answered by
 * the rationale {@code 1206}, carry and digit of each place from the lowest, a semicolon and the
 * k+1 digits {@code 062}. Slips plant errors that a model can learn: each digit of the rationale is
 * replaced by another at the rate of its k, and the result copies what is written
 * (training-methods.md 5).
 *
 * @param minimum smallest k, at least 1
 * @param maximum largest k, at most 18
 * @param slips rates for k = minimum .. maximum, each 0 to 1; empty for none
 */
public record Addition(int minimum, int maximum, List<Double> slips) implements PromptTask {
  /** What it is called. */
  public static final String NAME = "addition";

  private static final long PURPOSE = RandomStream.purpose("task.addition");

  /**
   * @throws ConfigException if a value is out of its range, or the rates are not one for each k
   */
  public Addition {
    slips = List.copyOf(slips);
    if (minimum < 1 || maximum < minimum || maximum > 18) {
      throw new ConfigException(
          Text.of("task:addition wants digits within 1..18, are %d..%d", minimum, maximum));
    }
    boolean rates = slips.stream().allMatch(rate -> rate >= 0 && rate <= 1);
    if (!rates || (!slips.isEmpty() && slips.size() != maximum - minimum + 1)) {
      throw new ConfigException(
          Text.of(
              "task:addition wants no slips, or a rate 0..1 for each of %d lengths; they are %s",
              maximum - minimum + 1, slips));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Example example(long seed, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    int k = minimum + stream.nextInt(maximum - minimum + 1);
    StringBuilder prompt = new StringBuilder();
    for (int i = 0; i < 2 * k; i++) {
      prompt.append(i == k ? "+" : "").append(stream.nextInt(10));
    }
    prompt.append('=');
    double rate = slips.isEmpty() ? 0 : slips.get(k - minimum);
    return new Example(prompt.toString(), worked(prompt.toString(), k, rate, stream), "k" + k);
  }

  @Override
  public String symbols() {
    return "0123456789+=;";
  }

  /** The rightly worked answer is the only right one; its digits after the semicolon are read. */
  @Override
  public Checker checker() {
    return (prompt, expected, answer) -> {
      int k = prompt.indexOf('+');
      String right = worked(prompt, k, 0, null);
      String result = answer.substring(answer.lastIndexOf(';') + 1);
      return new Verdict(
          result.equals(right.substring(2 * k + 1)),
          answer.startsWith(right.substring(0, 2 * k + 1)));
    };
  }

  /** The mean of 10^-(k+1) over k. */
  @Override
  public double chanceRate() {
    double sum = 0;
    for (int k = minimum; k <= maximum; k++) {
      sum += StrictMath.pow(10, -(k + 1));
    }
    return sum / (maximum - minimum + 1);
  }

  private static String worked(String prompt, int k, double rate, RandomStream stream) {
    StringBuilder rationale = new StringBuilder();
    StringBuilder result = new StringBuilder();
    int carry = 0;
    for (int place = k - 1; place >= 0; place--) {
      int sum = prompt.charAt(place) + prompt.charAt(k + 1 + place) - 2 * '0' + carry;
      carry = sum / 10;
      int digit = sum % 10;
      if (rate > 0 && stream.nextDouble() < rate) {
        digit = (digit + 1 + stream.nextInt(9)) % 10;
      }
      rationale.append(carry).append(digit);
      result.append(digit);
    }
    return rationale + ";" + result.append(carry).reverse();
  }
}
