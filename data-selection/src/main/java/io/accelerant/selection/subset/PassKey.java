package io.accelerant.selection.subset;

import io.accelerant.core.random.RandomStream;

/**
 * The key of one pass: {@code key = mix(seed xor mix(pass))}, and from it the words {@code mix(key
 * + i)}. All in 64-bit wrapping arithmetic.
 */
record PassKey(long key) {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  static PassKey of(long seed, long pass) {
    return new PassKey(mix(seed ^ mix(pass)));
  }

  /** Word i of this key. */
  long word(long i) {
    return mix(key + i);
  }

  /**
   * Output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
   * generators"): the golden gamma is added before the finaliser.
   */
  static long mix(long z) {
    return RandomStream.mix(z + GOLDEN_GAMMA);
  }
}
