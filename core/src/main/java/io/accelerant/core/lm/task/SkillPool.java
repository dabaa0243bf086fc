package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;

/**
 * A pool to select training data from, whose truth is known: chains as of {@link ModularChain},
 * each of one operator, which is its group. Planted is what a row is for a model that knows {@code
 * +} and {@code -}: mastered (those two), learnable ({@code *}), noise (any operator, digits drawn
 * uniformly for an answer) or duplicate (one of few rows of the mastered kind) (training-methods.md
 * 6). The checker knows the right answers of the noise as well.
 *
 * @param modulus M, 2 to 10
 * @param minimum fewest operators of a chain, at least 1; their number is uniform
 * @param maximum most operators, at most 100
 * @param mastered share, 0 to 1
 * @param learnable share
 * @param noise share
 * @param duplicates share; the four sum to one
 * @param repeated number of rows that the duplicates repeat, at least 1
 */
public record SkillPool(
    int modulus,
    int minimum,
    int maximum,
    double mastered,
    double learnable,
    double noise,
    double duplicates,
    int repeated)
    implements PromptTask {
  /** What it is called. */
  public static final String NAME = "skill-pool";

  private static final long PURPOSE = RandomStream.purpose("task.skill-pool");
  private static final long REPEATED = RandomStream.purpose("task.skill-pool.repeated");
  private static final String MASTERED = "+-";
  private static final String LEARNABLE = "*";

  /**
   * @throws ConfigException if a value is out of its range
   */
  public SkillPool {
    if (modulus < 2 || modulus > 10 || minimum < 1 || maximum < minimum || maximum > 100) {
      throw new ConfigException(
          Text.of(
              "task:skill-pool wants modulus 2..10 and lengths within 1..100; they are %d and"
                  + " %d..%d",
              modulus, minimum, maximum));
    }
    double sum = mastered + learnable + noise + duplicates;
    boolean shares = mastered >= 0 && learnable >= 0 && noise >= 0 && duplicates >= 0;
    if (!shares || !(Math.abs(sum - 1) <= 1e-9) || repeated < 1) {
      throw new ConfigException(
          Text.of(
              "task:skill-pool wants shares of mastered, learnable, noise and duplicates that sum"
                  + " to 1, and repeated >= 1; they are %s, %s, %s, %s and %d",
              mastered, learnable, noise, duplicates, repeated));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Example example(long seed, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    double kind = stream.nextDouble();
    if (kind < mastered) {
      return chain(MASTERED, "mastered", stream);
    } else if (kind < mastered + learnable) {
      return chain(LEARNABLE, "learnable", stream);
    } else if (kind < mastered + learnable + noise) {
      Example right = chain(Expression.OPERATORS, "noise", stream);
      StringBuilder answer = new StringBuilder();
      for (int i = 0; i < right.answer().length(); i++) {
        answer.append(stream.nextInt(modulus));
      }
      return new Example(right.prompt(), answer.toString(), right.group(), right.planted());
    }
    return chain(
        MASTERED, DUPLICATE, new RandomStream(seed, REPEATED, stream.nextInt(repeated), 0));
  }

  private Example chain(String operators, String planted, RandomStream stream) {
    int which = stream.nextInt(operators.length());
    int length = minimum + stream.nextInt(maximum - minimum + 1);
    String operator = operators.substring(which, which + 1);
    String prompt = Expression.draw(modulus, length, operator, stream);
    String group =
        switch (operator) {
          case "+" -> "plus";
          case "-" -> "minus";
          default -> "times";
        };
    return new Example(prompt, Expression.results(prompt, modulus), group, planted);
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
