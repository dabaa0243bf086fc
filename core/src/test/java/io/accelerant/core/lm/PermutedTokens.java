package io.accelerant.core.lm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.nn.TokenNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network whose last token is MASK, and the same one with MASK as token 2 and two logits more
 * that stand for no token.
 *
 * @param last of so many tokens that MASK is the last
 * @param middle the same with two tokens more
 */
public record PermutedTokens(TokenNetwork last, TokenNetwork middle) {
  /** MASK of the second. */
  public static final int MASK = 2;

  /** Logits of the second that stand for no token. */
  public static final int PADDING = 2;

  /** Larger than any other number: what it is the logit of would come, if it could. */
  private static final double LARGE = 20;

  private static final List<String> TABLES = List.of("transformer.wte.weight", "lm_head.weight");

  public PermutedTokens {
    if (middle.vocabulary() != last.vocabulary() + PADDING) {
      throw new IllegalArgumentException("the second network has two tokens more");
    }
  }

  /** Which tokens of the second may come. */
  public MaskedVocabulary vocabulary() {
    return new MaskedVocabulary(middle.vocabulary(), last.vocabulary(), MASK);
  }

  /** What a token of the first is in the second. */
  public int place(int token) {
    if (token == last.vocabulary() - 1) {
      return MASK;
    }
    return token < MASK ? token : token + 1;
  }

  /** Tokens of the first in the second. */
  public int[] row(int[] tokens) {
    return Arrays.stream(tokens).map(this::place).toArray();
  }

  /** Parameters of the first in the second; those of padding are large. */
  public Flat parameters(Flat numbers) {
    double[] to = new double[middle.layout().size()];
    Arrays.fill(to, LARGE);
    double[] from = numbers.toDoubles();
    eachPair((a, b) -> to[b] = from[a]);
    return Flat.of(numbers.precision(), to);
  }

  /** A gradient of the second in the first, without that of padding. */
  public double[] back(Flat gradient) {
    double[] to = new double[last.layout().size()];
    eachPair((a, b) -> to[a] = gradient.get(b));
    return to;
  }

  /** What a gradient of the second says of the rows of the head that do not count. */
  public double[] idle(Flat gradient) {
    Layout.Tensor head = middle.layout().find(TABLES.get(1));
    int width = head.size() / middle.vocabulary();
    return IntStream.range(0, middle.vocabulary())
        .filter(row -> row == MASK || row >= last.vocabulary())
        .flatMap(row -> IntStream.range(row * width, (row + 1) * width))
        .mapToDouble(i -> gradient.get(head.offset() + i))
        .toArray();
  }

  private interface Pair {
    void at(int first, int second);
  }

  private void eachPair(Pair pair) {
    for (Layout.Tensor from : last.layout().tensors()) {
      Layout.Tensor to = middle.layout().find(from.name());
      int width = from.size() / last.vocabulary();
      for (int i = 0; i < from.size(); i++) {
        int at = TABLES.contains(from.name()) ? place(i / width) * width + i % width : i;
        pair.at(from.offset() + i, to.offset() + at);
      }
    }
  }
}
