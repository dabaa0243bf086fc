package io.accelerant.distill.decode;

import io.accelerant.core.random.RandomStream;
import java.util.List;

/** {@link Chain} as it travels to tasks. */
public record ChainSource(int length) implements MaskedSource {
  /** Token of a masked position. */
  public static final int MASK = Chain.M;

  @Override
  public MaskedModel open() {
    return Chain.posterior(length);
  }

  /** A row of the chains, by its number. */
  public static int[] draw(long id, int length) {
    List<int[]> texts = TableModel.texts(Chain.TOKENS, length);
    double[] weights = texts.stream().mapToDouble(Chain::of).toArray();
    return texts.get(new RandomStream(9, 1, id, 0).nextCategorical(weights, 0, weights.length));
  }
}
