package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;

/**
 * The scores of one position of one state.
 *
 * @param symbol the state's symbol there
 * @param scores the row starts at {@code offset} and has S entries
 */
record ScoreRow(int symbol, double[] scores, int offset) {
  /** The row of a position in the flat scores of a batch of states. */
  static ScoreRow of(DiffusionProcess process, int[] states, int position, double[] scores) {
    return new ScoreRow(states[position], scores, position * process.symbols());
  }

  /** Whether the position can move: on the absorbing graph only a masked one can. */
  boolean moves(DiffusionProcess process) {
    return process.graph() == DiffusionGraph.UNIFORM || symbol == process.mask();
  }

  /** s[y], 0 for the own entry. */
  double score(int y) {
    return y == symbol ? 0 : scores[offset + y];
  }

  /** log of s[y], at least log {@code floor}; 0 for the own entry. */
  double log(int y, double floor) {
    return y == symbol ? 0 : StrictMath.log(Math.max(scores[offset + y], floor));
  }

  /** Sum of the row over the data symbols, c(t) for a masked position. */
  double sum(DiffusionProcess process) {
    double sum = 0;
    for (int y = 0; y < process.vocabulary(); y++) {
      sum += scores[offset + y];
    }
    return sum;
  }
}
