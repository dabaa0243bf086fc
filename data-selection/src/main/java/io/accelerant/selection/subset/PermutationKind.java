package io.accelerant.selection.subset;

/** How a permutation is computed. */
public enum PermutationKind {
  /** {@link FeistelPermutation}, at any N. */
  FEISTEL,
  /** {@link TablePermutation}. */
  TABLE,
  /** A table below {@value #TABLE_BELOW} ids, else a Feistel network. */
  AUTO;

  /** From here on a Feistel network has bits enough. */
  public static final long TABLE_BELOW = 65_536;

  /** What {@link #AUTO} means for a number of ids; the others are what they are. */
  public PermutationKind resolve(long size) {
    return this != AUTO ? this : size < TABLE_BELOW ? TABLE : FEISTEL;
  }

  /** The permutation of a pass over ids 0 .. size-1. */
  public Permutation of(long size, long seed, long pass) {
    return resolve(size) == TABLE
        ? new TablePermutation(size, seed, pass)
        : new FeistelPermutation(size, seed, pass);
  }
}
