package io.accelerant.selection.subset;

import io.accelerant.core.random.PassKey;
import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/**
 * One class of records, which has dense ids and a permutation of its own.
 *
 * @param label value of the class, as text
 * @param seed its own, so that records of equal number in two classes do not go together
 * @param plan blocks of its positions
 */
public record Stratum(String label, long seed, SubsetPlan plan) implements Serializable {
  static Stratum of(String label, long seed, SubsetPlan plan) {
    return new Stratum(label, PassKey.mix(seed ^ RandomStream.purpose("stratum " + label)), plan);
  }
}
