package io.accelerant.rl.weight;

import io.accelerant.core.random.RandomStream;

/**
 * Draws an index with given probabilities in constant time (Walker's alias method, in Vose's
 * numerically stable form). The same masses in the same order give the same table, so the same
 * draws.
 */
public final class AliasTable {
  private final double[] keep;
  private final int[] alias;

  /**
   * @param mass not negative, with a positive finite sum; an index of mass 0 is never drawn
   */
  public AliasTable(double[] mass) {
    int n = mass.length;
    double sum = 0;
    int heaviest = 0;
    for (int i = 0; i < n; i++) {
      if (!(mass[i] >= 0)) {
        throw new IllegalArgumentException("mass " + i + " is " + mass[i]);
      }
      sum += mass[i];
      heaviest = mass[i] > mass[heaviest] ? i : heaviest;
    }
    if (!(sum > 0) || sum == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("masses must have a positive, finite sum; it is " + sum);
    }
    keep = new double[n];
    alias = new int[n];
    int[] queue = new int[n]; // small ones from the left, large ones from the right
    int small = 0;
    int large = n;
    for (int i = 0; i < n; i++) {
      keep[i] = mass[i] / sum * n;
      if (keep[i] < 1) {
        queue[small++] = i;
      } else {
        queue[--large] = i;
      }
    }
    while (small > 0 && large < n) {
      int less = queue[--small];
      int more = queue[large];
      alias[less] = more;
      keep[more] -= 1 - keep[less];
      if (keep[more] < 1) {
        large++;
        queue[small++] = more;
      }
    }
    while (large < n) {
      keep[queue[large++]] = 1;
    }
    while (small > 0) { // rounding left it without a partner
      int i = queue[--small];
      keep[i] = mass[i] > 0 ? 1 : 0;
      alias[i] = heaviest;
    }
  }

  /** One index; uses two numbers of the stream. */
  public int draw(RandomStream stream) {
    int column = stream.nextInt(keep.length);
    return stream.nextDouble() < keep[column] ? column : alias[column];
  }
}
