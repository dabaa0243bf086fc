package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;

/**
 * Chains of digits modulo M, worked from left to right: {@code 3+4*2=} is answered by the results
 * on the way, {@code 74}, the last of which is the result. A guess has the right result in one of M
 * cases, so that the whole trace counts (training-methods.md 5).
 *
 * @param modulus M, 2 to 10
 * @param minimum fewest operators, at least 1; their number is uniform
 * @param maximum most operators, at most 100
 * @param operators which are drawn, out of {@code +-*}, each once
 */
public record ModularChain(int modulus, int minimum, int maximum, String operators)
    implements PromptTask {
  /** What it is called. */
  public static final String NAME = "modular-chain";

  private static final long PURPOSE = RandomStream.purpose("task.modular-chain");

  /**
   * @throws ConfigException if a value is out of its range
   */
  public ModularChain {
    if (modulus < 2 || modulus > 10 || minimum < 1 || maximum < minimum || maximum > 100) {
      throw new ConfigException(
          Text.of(
              "task:modular-chain wants modulus 2..10 and lengths within 1..100; they are %d and"
                  + " %d..%d",
              modulus, minimum, maximum));
    }
    if (!operators.matches("[-+*]{1,3}")
        || operators.chars().distinct().count() < operators.length()) {
      throw new ConfigException(
          Text.of("task:modular-chain wants operators out of +-*, each once, not %s", operators));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Example example(long seed, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    int length = minimum + stream.nextInt(maximum - minimum + 1);
    String prompt = Expression.draw(modulus, length, operators, stream);
    return new Example(prompt, Expression.results(prompt, modulus), "l" + length);
  }

  @Override
  public Checker checker() {
    return Expression.checker(modulus);
  }

  @Override
  public double chanceRate() {
    return 1.0 / modulus;
  }

  @Override
  public String symbols() {
    return Expression.symbols(modulus);
  }
}
