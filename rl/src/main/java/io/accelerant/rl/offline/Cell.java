package io.accelerant.rl.offline;

import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.weight.Weighting;
import java.io.Serializable;

/**
 * One policy to train.
 *
 * @param dataset its group of collections, such as {@code sigma-5}
 * @param source the collection that this seed learns from, such as {@code sigma-5.s1}
 */
record Cell(String dataset, String source, Weighting weighting, Algorithm algorithm, long seed)
    implements Serializable {

  /** {@code dataset/weighting/algorithm/seed}. */
  String label() {
    return String.join("/", dataset, weighting.label(), algorithm.label(), Long.toString(seed));
  }

  /** Name of its checkpoint. */
  String stage() {
    return "cell." + label().replace('/', '.').replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
