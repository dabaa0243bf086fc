package io.accelerant.core.lm;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;

/**
 * Which logits of a masked network are those of tokens that may come. MASK is not predicted, and a
 * network may have rows that stand for no token: neither takes part, in losses as in decoders.
 *
 * @param logits of the network at a position
 * @param tokens of the tokenizer, the first ones; MASK may be among them
 * @param mask token of a masked position
 */
public record MaskedVocabulary(int logits, int tokens, int mask) implements Serializable {
  /** Added to a logit: its probability is 0 in float32 and in float64, and so is its gradient. */
  private static final double NEVER = -1e9;

  /**
   * @throws IllegalArgumentException if MASK or a token has no logit, or no other token is left
   */
  public MaskedVocabulary {
    if (mask < 0 || mask >= logits || tokens > logits || tokens < 1 || tokens == 1 && mask == 0) {
      throw new IllegalArgumentException(
          Text.of(
              "%d tokens and MASK, which is token %d, do not go into %d logits",
              tokens, mask, logits));
    }
  }

  /** Of a network whose last token is MASK. */
  public static MaskedVocabulary of(TokenNetwork network) {
    return new MaskedVocabulary(
        network.vocabulary(), network.vocabulary(), network.vocabulary() - 1);
  }

  /** Of a network that reads the tokens of a tokenizer. */
  public static MaskedVocabulary of(TokenNetwork network, Tokenizer tokenizer) {
    return new MaskedVocabulary(network.vocabulary(), tokenizer.size(), tokenizer.mask());
  }

  /** What of this decides a graph besides its shape: nothing where MASK is the last token. */
  public Map<String, Object> config() {
    return first() == logits - 1 ? Map.of() : Map.of("tokens", tokens, "mask", mask);
  }

  /** As many of the first logits are those of tokens that may come. */
  private int first() {
    return Math.min(mask, tokens);
  }

  private boolean areInOnePiece() {
    return mask >= tokens - 1;
  }

  /**
   * Logits whose softmax is over the tokens that may come, each in its place.
   *
   * @param all {@code [.., logits]}
   * @return {@code [.., classes]}, where classes are more than any token that may come
   */
  public Value of(Graph graph, Value all) {
    if (areInOnePiece()) {
      return all.slice(-1, 0, first());
    }
    double[] never = new double[logits];
    never[mask] = NEVER;
    Arrays.fill(never, tokens, logits, NEVER);
    return all.add(graph.constant(never, logits));
  }

  /**
   * Makes minus infinity of what may not come.
   *
   * @param all {@code [logits]}, changed
   */
  public void restrict(double[] all) {
    all[mask] = Double.NEGATIVE_INFINITY;
    Arrays.fill(all, tokens, logits, Double.NEGATIVE_INFINITY);
  }
}
