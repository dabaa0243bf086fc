package io.accelerant.core.random;

/**
 * The key of one pass: {@code key = mix(seed xor mix(pass))}, and from it the words {@code mix(key
 * + i)}. All in 64-bit wrapping arithmetic.
 */
public record PassKey(long key) {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  /** The key of a pass under a seed. */
  public static PassKey of(long seed, long pass) {
    return new PassKey(mix(seed ^ mix(pass)));
  }

  /** Word i of this key. */
  public long word(long i) {
    return mix(key + i);
  }

  /**
   * Output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
   * generators"): the golden gamma is added before the finaliser.
   */
  public static long mix(long z) {
    return RandomStream.mix(z + GOLDEN_GAMMA);
  }
}
