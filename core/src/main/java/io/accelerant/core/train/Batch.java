package io.accelerant.core.train;

import io.accelerant.core.random.RandomStream;
import java.util.List;

/**
 * Consecutive examples of the union batch of one round. The union batch holds {@code W b} examples;
 * worker w has those numbered {@code w b .. w b + b - 1}.
 *
 * @param records packed records, one per example
 * @param first number of the first example in the union batch
 * @param union size of the union batch, the global normaliser
 * @param seed of the run
 * @param round counted from 0
 */
public record Batch(List<byte[]> records, long first, long union, long seed, int round) {
  public Batch {
    records = List.copyOf(records);
  }

  public int size() {
    return records.size();
  }

  /** Number of an example in the union batch. */
  public long number(int example) {
    return first + example;
  }

  /** The random numbers of one example: a function of (seed, purpose, number, round). */
  public RandomStream stream(int example, long purpose) {
    return new RandomStream(seed, purpose, number(example), round);
  }

  /**
   * Low-discrepancy uniform of an example: {@code (u + number / union) mod 1} with one u per round.
   * Over the union batch these cover [0, 1) evenly, which lowers the variance of a loss over random
   * times ("antithetic sampling" in MDLM's code).
   */
  public double stratified(int example, long purpose) {
    double shift = new RandomStream(seed, purpose, -1, round).nextDouble();
    double uniform = shift + (double) number(example) / union;
    return uniform - Math.floor(uniform);
  }

  /** Cuts into pieces of at most {@code size} examples, in order. */
  List<Batch> cut(int size) {
    List<Batch> pieces = new java.util.ArrayList<>();
    for (int from = 0; from < size(); from += size) {
      int to = Math.min(size(), from + size);
      pieces.add(new Batch(records.subList(from, to), first + from, union, seed, round));
    }
    return pieces;
  }
}
