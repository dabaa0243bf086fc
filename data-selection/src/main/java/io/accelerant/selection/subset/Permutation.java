package io.accelerant.selection.subset;

import java.io.Serializable;

/** A permutation pi of the ids {@code 0 .. size-1}. Thread-safe. */
public interface Permutation extends Serializable {
  /** N, the number of ids. */
  long size();

  /**
   * The position {@code pi(id)} in 0 .. N-1.
   *
   * @throws IllegalArgumentException if the id is not in 0 .. N-1
   */
  long position(long id);

  /**
   * The id at a position: {@code id(position(i)) == i}.
   *
   * @throws IllegalArgumentException if the position is not in 0 .. N-1
   */
  long id(long position);
}
