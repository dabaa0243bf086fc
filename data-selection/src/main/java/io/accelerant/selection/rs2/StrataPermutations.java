package io.accelerant.selection.rs2;

import io.accelerant.core.random.Permutation;
import java.io.Serializable;

/** One permutation a stratum. Public because the code that Spark generates calls it. */
public final class StrataPermutations implements Serializable {
  private final Permutation[] permutations;

  StrataPermutations(Permutation[] permutations) {
    this.permutations = permutations;
  }

  /** The position of a member in its stratum. */
  public long position(int stratum, long member) {
    return permutations[stratum].position(member);
  }
}
