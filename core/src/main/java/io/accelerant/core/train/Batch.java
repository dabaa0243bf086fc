package io.accelerant.core.train;

import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/**
 * A worker's examples of the union batch of one round.
 *
 * @param records packed records, one per example
 * @param numbers in the union batch, one per example, rising
 * @param union size of the union batch, the global normaliser
 * @param seed of the run
 * @param round counted from 0
 */
public record Batch(List<byte[]> records, long[] numbers, long union, long seed, int round) {
  public Batch {
    records = List.copyOf(records);
  }

  /**
   * Consecutive examples.
   *
   * @param first number of the first in the union batch
   */
  public Batch(List<byte[]> records, long first, long union, long seed, int round) {
    this(records, LongStream.range(first, first + records.size()).toArray(), union, seed, round);
  }

  public int size() {
    return records.size();
  }

  /** Number of an example in the union batch. */
  public long number(int example) {
    return numbers[example];
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

  /**
   * Cuts into micro-batches: examples of one shape together, the shortest shape first, in order of
   * number.
   */
  public void pieces(Objective objective, BiConsumer<Batch, BatchShape> each) {
    Map<BatchShape, List<Integer>> examples =
        new TreeMap<>(
            Comparator.comparingInt(BatchShape::length)
                .thenComparingInt(BatchShape::batch)
                .thenComparing((BatchShape shape) -> shape.padded()));
    for (int i = 0; i < size(); i++) {
      examples.computeIfAbsent(objective.shape(records.get(i)), s -> new ArrayList<>()).add(i);
    }
    examples.forEach(
        (shape, own) -> {
          for (int from = 0; from < own.size(); from += shape.batch()) {
            each.accept(of(own.subList(from, Math.min(own.size(), from + shape.batch()))), shape);
          }
        });
  }

  private Batch of(List<Integer> examples) {
    return new Batch(
        examples.stream().map(records::get).toList(),
        examples.stream().mapToLong(i -> numbers[i]).toArray(),
        union,
        seed,
        round);
  }
}
