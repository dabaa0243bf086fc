package io.accelerant.distill.fastlightgen;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Which blocks go. They are ranked by what their removal does, least first; the smallest beginning
 * of that order that holds the wanted fraction of all blocks' parameters is pruned for good (P),
 * and half of the blocks are those that may be skipped while the network learns to do without (U,
 * which holds P). The first and the last block stay whatever the order says: held-out loss does not
 * see what the last block does to samples.
 *
 * @param blocks of the whole network
 * @param order blocks that may go, in the order in which they would, as far as it was measured
 * @param pruned how many of them go: P
 * @param candidates how many of them may be skipped in training: U
 * @param share of all blocks' parameters that P holds
 * @param guard whether the first and the last block stay
 */
record PrunePlan(
    int blocks, List<Integer> order, int pruned, int candidates, double share, boolean guard)
    implements Serializable {
  /** Sums of equal shares may miss the fraction that they are meant to be. */
  private static final double ROUNDING = 1e-9;

  PrunePlan {
    order = List.copyOf(order);
  }

  /**
   * Ranks all blocks by one measurement.
   *
   * @param delta {@code Delta_l} of each block; of equal ones the first goes first
   * @param sizes parameters of each block
   * @param fraction of all blocks' parameters that is to go
   * @param guard whether the first and the last block stay
   * @throws IllegalArgumentException if the blocks that may go do not hold so much, or none would
   *     be left
   */
  static PrunePlan oneShot(double[] delta, long[] sizes, double fraction, boolean guard) {
    List<Integer> order =
        removable(delta.length, guard).stream()
            .sorted(Comparator.comparingDouble(block -> delta[block]))
            .toList();
    return of(order, sizes, fraction, guard);
  }

  /**
   * Ranks one block after the other: each is the one that is missed least once those before it are
   * gone, as far as blocks may be skipped at all.
   *
   * @param without what a measurement says of each block, given those that are gone; the numbers of
   *     these are not read
   */
  static PrunePlan greedy(
      Function<List<Integer>, double[]> without, long[] sizes, double fraction, boolean guard) {
    List<Integer> left = new ArrayList<>(removable(sizes.length, guard));
    List<Integer> gone = new ArrayList<>();
    while (!left.isEmpty() && !reaches(gone, sizes, fraction)) {
      double[] delta = without.apply(List.copyOf(gone));
      Integer next =
          left.stream().min(Comparator.comparingDouble(block -> delta[block])).orElseThrow();
      gone.add(next);
      left.remove(next);
    }
    return of(gone, sizes, fraction, guard);
  }

  private static boolean reaches(List<Integer> gone, long[] sizes, double fraction) {
    return gone.size() >= sizes.length / 2 && share(gone, sizes) >= fraction - ROUNDING;
  }

  private static List<Integer> removable(int blocks, boolean guard) {
    int edge = guard ? 1 : 0;
    return IntStream.range(edge, blocks - edge).boxed().toList();
  }

  private static PrunePlan of(List<Integer> order, long[] sizes, double fraction, boolean guard) {
    int pruned = 0;
    while (pruned < order.size() && share(order.subList(0, pruned), sizes) < fraction - ROUNDING) {
      pruned++;
    }
    double share = share(order.subList(0, pruned), sizes);
    if (share < fraction - ROUNDING || pruned == sizes.length) {
      throw new IllegalArgumentException(
          Text.of(
              "%d of %d blocks may go, which hold %.3g of the parameters of all; a fraction of %s"
                  + " is more, or leaves no block",
              order.size(), sizes.length, share(order, sizes), fraction));
    }
    int candidates = Math.min(order.size(), Math.max(pruned, sizes.length / 2));
    return new PrunePlan(sizes.length, order, pruned, candidates, share, guard);
  }

  private static double share(List<Integer> blocks, long[] sizes) {
    double all = Arrays.stream(sizes).sum();
    return blocks.stream().mapToLong(block -> sizes[block]).sum() / all;
  }

  /** P, rising. */
  List<Integer> removed() {
    return order.subList(0, pruned).stream().sorted().toList();
  }

  /** U, rising. */
  List<Integer> skippable() {
    return order.subList(0, candidates).stream().sorted().toList();
  }

  /** The blocks of the pruned network, rising. */
  List<Integer> kept() {
    return without(removed());
  }

  /** All blocks but some, rising. */
  List<Integer> without(List<Integer> some) {
    return IntStream.range(0, blocks).boxed().filter(block -> !some.contains(block)).toList();
  }

  /**
   * Why a block is where it is: {@code pruned}, {@code skipped} in training, {@code kept}, {@code
   * guarded}.
   */
  String reason(int block) {
    if (guard && (block == 0 || block == blocks - 1)) {
      return "guarded";
    }
    int rank = order.indexOf(block);
    return rank < 0 || rank >= candidates ? "kept" : rank < pruned ? "pruned" : "skipped";
  }
}
