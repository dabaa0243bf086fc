package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;

/**
 * Rows {@code x1 a1 b1 x2 a2 b2 ..} of digits modulo M without spaces: the x are given, b_j = a_j +
 * x_j; a_1 is free, a_{j+1} is b_j or b_j + 1 with probabilities 1-q and q (training-methods.md 3).
 * Several answers are right, and each choice is certain only after those before it.
 *
 * @param modulus M, 2 to 10
 * @param links number of triples, at least 1
 * @param q probability of the second choice, 0 to 1; a choice of probability 0 is wrong
 */
public record ClozeChain(int modulus, int links, double q) implements PromptTask {
  /** What it is called. */
  public static final String NAME = "cloze-chain";

  private static final long PURPOSE = RandomStream.purpose("task.cloze-chain");

  /**
   * @throws ConfigException if a value is out of its range
   */
  public ClozeChain {
    if (modulus < 2 || modulus > 10 || links < 1 || !(q >= 0 && q <= 1)) {
      throw new ConfigException(
          Text.of(
              "task:cloze-chain wants modulus 2..10, links >= 1 and q 0..1; they are %d, %d and %s",
              modulus, links, q));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Example example(long seed, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    StringBuilder prompt = new StringBuilder(3 * links);
    StringBuilder answer = new StringBuilder(2 * links);
    int a = stream.nextInt(modulus);
    for (int link = 0; link < links; link++) {
      int x = stream.nextInt(modulus);
      int b = (a + x) % modulus;
      prompt.append(x).append(GAP).append(GAP);
      answer.append(a).append(b);
      a = (b + (stream.nextDouble() < q ? 1 : 0)) % modulus;
    }
    return new Example(prompt.toString(), answer.toString(), "chain");
  }

  @Override
  public boolean isCloze() {
    return true;
  }

  @Override
  public String symbols() {
    return "0123456789".substring(0, modulus);
  }

  @Override
  public Checker checker() {
    return (prompt, expected, answer) -> Verdict.of(holds(prompt, answer));
  }

  /** M first values, then one or two a link, of M^2 pairs a link. */
  @Override
  public double chanceRate() {
    int choices = q > 0 && q < 1 ? 2 : 1;
    return StrictMath.pow(choices, links - 1) * modulus / StrictMath.pow(modulus, 2 * links);
  }

  private boolean holds(String prompt, String answer) {
    if (prompt.length() != 3 * links || answer.length() != 2 * links) {
      return false;
    }
    int before = -1;
    for (int link = 0; link < links; link++) {
      int x = prompt.charAt(3 * link) - '0';
      int a = answer.charAt(2 * link) - '0';
      int b = answer.charAt(2 * link + 1) - '0';
      boolean digits = a >= 0 && a < modulus && x >= 0 && x < modulus;
      if (!digits || b != (a + x) % modulus || (link > 0 && !follows(before, a))) {
        return false;
      }
      before = b;
    }
    return true;
  }

  private boolean follows(int b, int next) {
    return (q < 1 && next == b) || (q > 0 && next == (b + 1) % modulus);
  }
}
