package io.accelerant.selection.lead;

import java.io.Serializable;

/**
 * A round, as tables have it.
 *
 * @param cluster that was drawn
 * @param probabilities of all clusters as it was drawn
 * @param weightsBefore of the bandit, by cluster
 * @param weights after it
 * @param reward mean over rows of what their utility fell by
 * @param usedReward normalised by all rewards so far
 * @param change what the loss was expected to change by, and its terms
 * @param rate learning rate of the last update
 * @param ids of the rows in the order of training
 * @param losses of each, before its update
 * @param before utility of each when it was chosen
 * @param after its utility from then on
 * @param uses of each, this one with them
 */
record RoundTrace(
    int number,
    int cluster,
    double[] probabilities,
    double[] weightsBefore,
    double[] weights,
    double reward,
    double usedReward,
    LossChange change,
    double rate,
    long[] ids,
    double[] losses,
    double[] before,
    double[] after,
    int[] uses)
    implements Serializable {

  /**
   * @param weightsBefore by cluster, before the round ended
   * @param weights after
   * @param losses of the rows, in their order
   * @param rate learning rate of the last update
   */
  static RoundTrace of(
      Selection.Round round,
      double[] weightsBefore,
      double[] weights,
      double[] losses,
      Selection.Outcome outcome,
      double rate) {
    return new RoundTrace(
        round.number(),
        round.cluster(),
        round.probabilities(),
        weightsBefore,
        weights,
        outcome.reward(),
        outcome.usedReward(),
        outcome.lossChange(),
        rate,
        round.rows().stream().mapToLong(Candidates.Candidate::id).toArray(),
        losses.clone(),
        round.rows().stream().mapToDouble(Candidates.Candidate::idu).toArray(),
        outcome.idu(),
        round.rows().stream().mapToInt(row -> row.uses() + 1).toArray());
  }

  /** This round under another number. */
  RoundTrace numbered(int other) {
    return new RoundTrace(
        other,
        cluster,
        probabilities,
        weightsBefore,
        weights,
        reward,
        usedReward,
        change,
        rate,
        ids,
        losses,
        before,
        after,
        uses);
  }
}
