package io.accelerant.rl.trajectory;

import io.accelerant.core.random.RandomStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * One data set to collect.
 *
 * @param dataset its name: {@code sigma-5.s1} is 5% good, of seed 1; {@code good.s1} and {@code
 *     random.s1} are homogeneous
 * @param good episodes by the good controller
 * @param seed of this collection
 */
record Collection(String dataset, int episodes, long good, long seed)
    implements java.io.Serializable {

  static List<Collection> all(List<Double> shares, List<Long> seeds, int episodes) {
    List<Collection> all = new ArrayList<>();
    for (long seed : seeds) {
      for (double share : shares) {
        all.add(
            new Collection(
                name(share) + ".s" + seed, episodes, Math.round(share * episodes), seed));
      }
    }
    return all;
  }

  private static String name(double share) {
    if (share == 0) {
      return "random";
    }
    BigDecimal percent = BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros();
    return share == 1 ? "good" : "sigma-" + percent.toPlainString();
  }

  /** Whether an episode is a good one; they are spread evenly. */
  boolean isGood(long episode) {
    return (episode + 1) * good / episodes > episode * good / episodes;
  }

  /** The seed of its episodes: no two data sets share starts. */
  long streamSeed(long runSeed) {
    return RandomStream.mix(runSeed) ^ RandomStream.purpose(dataset);
  }
}
