package io.accelerant.distill.fastlightgen;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.List;

/**
 * Which blocks are skipped in an update of stage II: the same for all workers, a function of (seed,
 * update). In some updates exactly those that are pruned in the end, in the others each candidate
 * by itself; never none.
 *
 * @param removed P, some blocks
 * @param candidates U, some blocks
 * @param exact probability of exactly P
 * @param skip probability of each block of U otherwise
 * @param sets how many sets are drawn in a training, those drawn twice counted twice
 */
record BlockDraw(
    List<Integer> removed, List<Integer> candidates, double exact, double skip, int sets)
    implements Serializable {
  private static final long UPDATE = RandomStream.purpose("fastlightgen.update");
  private static final long BLOCKS = RandomStream.purpose("fastlightgen.blocks");

  BlockDraw {
    removed = List.copyOf(removed);
    candidates = List.copyOf(candidates);
    if (removed.isEmpty() || candidates.isEmpty() || !(skip > 0) || sets < 1) {
      throw new IllegalArgumentException("there is no block to skip");
    }
  }

  /** The blocks that are skipped, rising. */
  List<Integer> skipped(long seed, int update) {
    RandomStream stream = new RandomStream(seed, UPDATE, 0, update);
    return stream.nextDouble() < exact ? removed : set(seed, stream.nextInt(sets));
  }

  private List<Integer> set(long seed, int number) {
    RandomStream stream = new RandomStream(seed, BLOCKS, number, 0);
    List<Integer> drawn;
    do {
      drawn = candidates.stream().filter(block -> stream.nextDouble() < skip).toList();
    } while (drawn.isEmpty());
    return drawn;
  }
}
