package io.accelerant.distill.certainty;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.decode.Blocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which positions of an answer are masked in training (dparallel.md 4). One block of the row is
 * active: what is before it is read as it is, what is behind it as MASK. Of the active positions
 * each is masked with probability {@value #RATIO}, and these are the targets; a second view has the
 * others masked, so that every active position is a target once. What is given is never masked.
 *
 * <p>The released code also draws an empty rest behind the last whole block as if it were one; here
 * the last block may be shorter, and a block without open positions is none.
 *
 * @param whole whether the whole answer is active, as in the code for Dream
 * @param blockLength positions of a block as decoders count them; 0 for one block
 * @param complement whether there is a second view
 */
record Masking(boolean whole, int blockLength, boolean complement) implements Serializable {
  /** {@code (1 - 1e-3) / 2 + 1e-3}, as released. */
  static final double RATIO = 0.5005;

  private static final long PURPOSE = RandomStream.purpose("certainty.masks");

  /**
   * A row as it is read once.
   *
   * @param targets masked positions that the loss is taken of, rising; may be none
   * @param behind masked positions behind the active block, rising
   */
  record View(int[] targets, int[] behind) {}

  /** Number of views of a row. */
  int count() {
    return complement ? 2 : 1;
  }

  /**
   * The views of a row: a pure function of (seed, epoch, id).
   *
   * @param open positions to be answered, rising, at least one
   * @param tokens of the row
   */
  List<View> views(int[] open, int tokens, long seed, int epoch, long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, epoch);
    int[] active = whole ? open : block(open, tokens, stream);
    int last = active[active.length - 1];
    int[] behind = Arrays.stream(open).filter(i -> i > last).toArray();
    boolean[] masked = new boolean[tokens];
    for (int i : active) {
      masked[i] = stream.nextDouble() < RATIO;
    }
    View first = view(active, i -> masked[i], behind);
    return complement ? List.of(first, view(active, i -> !masked[i], behind)) : List.of(first);
  }

  private static View view(int[] active, IntPredicate isTarget, int[] behind) {
    return new View(Arrays.stream(active).filter(isTarget).toArray(), behind);
  }

  /** The open positions of one block, all blocks that have any alike. */
  private int[] block(int[] open, int tokens, RandomStream stream) {
    Blocks blocks = Blocks.of(open, tokens, blockLength);
    int[] begins = Arrays.stream(open).map(blocks::begin).distinct().toArray();
    int begin = begins[stream.nextInt(begins.length)];
    return Arrays.stream(open).filter(i -> blocks.begin(i) == begin).toArray();
  }
}
