package io.accelerant.selection.lead;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A pool of random numbers, without copies, and what training would say of it. */
final class RandomPool {
  private static final long PURPOSE = RandomStream.purpose("lead.test");

  private RandomPool() {}

  /** Ids 100, 103, ..; tasks and clusters are drawn evenly. */
  static PoolRows of(int rows, int tasks, int clusters) {
    RandomStream random = new RandomStream(7, PURPOSE, rows, 0);
    int[] task = new int[rows];
    int[] cluster = new int[rows];
    double[] loss = new double[rows];
    double[] difficulty = new double[rows];
    double[] learnable = new double[rows];
    int[] none = new int[rows];
    for (int i = 0; i < rows; i++) {
      task[i] = random.nextInt(tasks);
      cluster[i] = random.nextInt(clusters);
      loss[i] = random.nextInt(8) / 2.0; // ties
      difficulty[i] = random.nextDouble();
      learnable[i] = random.nextDouble();
      none[i] = -1;
    }
    List<String> names = IntStream.range(0, tasks).mapToObj(t -> "task" + t).toList();
    long[] ids = IntStream.range(0, rows).mapToLong(i -> 100 + 3L * i).toArray();
    return new PoolRows(ids, task, names, loss, difficulty, learnable, cluster, none);
  }

  /** A rule without a guard, of batches of 8. */
  static Rule rule(long budget, int rounds) {
    return new Rule(
        budget,
        rounds,
        0,
        Rule.Count.USES,
        .1,
        .1,
        LossChange.Kind.MIN_NORM,
        new Guard(1, Guard.Duplicates.KEEP, 1),
        8);
  }

  static Candidates candidates(PoolRows pool, Arm arm, Rule rule, int clusters, long seed) {
    boolean[] clean = new boolean[pool.count()];
    Arrays.fill(clean, true);
    boolean[] eligible = rule.guard().eligible(arm, pool, clean);
    return new MemoryCandidates(pool, arm, clusters, eligible, rule.uses(arm), seed);
  }

  static Selection selection(PoolRows pool, Arm arm, Rule rule, int clusters, long seed) {
    return new Selection(rule, arm, seed, clusters, candidates(pool, arm, rule, clusters, seed));
  }

  /** Losses of a round's rows in training. */
  static double[] losses(Selection.Round round) {
    return round.rows().stream()
        .mapToDouble(row -> new RandomStream(1, PURPOSE, row.id(), round.number()).nextDouble())
        .toArray();
  }

  static Selection.Measured measured(Selection.Round round) {
    RandomStream random = new RandomStream(2, PURPOSE, round.number(), 0);
    double[] gradient = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
    return new Selection.Measured(gradient, .1, -.2 * random.nextDouble());
  }

  /** Trains a round. */
  static Selection.Outcome end(Selection selection, Selection.Round round) {
    return selection.end(round, losses(round), measured(round));
  }
}
