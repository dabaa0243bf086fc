package io.accelerant.distill.decode;

import io.accelerant.core.lm.Choices;
import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/**
 * Where decoders of masked models draw from.
 *
 * @param tokens by prompt, sample and position of the token
 * @param positions by prompt, sample and number of the forward
 */
public record Draws(Choices tokens, Choices positions) implements Serializable {
  private static final long TOKENS = RandomStream.purpose("decode.token");
  private static final long POSITIONS = RandomStream.purpose("decode.position");

  /** Draws that no row changes for another, see {@link Choices#keyed}. */
  public static Draws keyed(long seed) {
    return new Draws(Choices.keyed(seed, TOKENS), Choices.keyed(seed, POSITIONS));
  }
}
