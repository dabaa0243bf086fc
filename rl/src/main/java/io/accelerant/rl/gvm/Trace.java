package io.accelerant.rl.gvm;

import java.io.Serializable;
import java.util.List;

/**
 * What a training leaves.
 *
 * @param policy what was trained, in the order of its layout; nothing if it is not published
 * @param gain mean over iterations of {@link Allocation#boundRatio}; 1 where nothing is allocated
 * @param emitted of the first seed
 * @param dropped mean share of the prompts of an iteration that got no sample
 */
record Trace(float[] policy, double gain, double dropped, List<Point> curve, List<Emitted> emitted)
    implements Serializable {

  /**
   * A measurement on the test prompts.
   *
   * @param step steps before it
   * @param accuracy share of right answers
   * @param samples drawn so far to be trained on
   * @param probes drawn so far besides
   * @param updates of the optimizer so far
   * @param seconds of the training so far, measurements left out
   */
  record Point(int step, double accuracy, long samples, long probes, int updates, double seconds)
      implements Serializable {}

  /**
   * Rows of one iteration.
   *
   * @param probes none where there are none
   * @param allocation of its prompts
   * @param rollouts of its first step
   */
  record Emitted(
      int iteration,
      List<ProbeRow> probes,
      List<AllocationRow> allocation,
      List<RolloutRow> rollouts)
      implements Serializable {}

  record ProbeRow(long promptId, int sample, boolean correct, int[] tokens, double gradientNorm)
      implements Serializable {
    static ProbeRow of(Questions questions, Answer probe) {
      return new ProbeRow(
          questions.ids()[probe.prompt()],
          probe.sample() - Answer.FIRST_PROBE,
          probe.correct(),
          probe.tokens(),
          probe.norm());
    }
  }

  record AllocationRow(long promptId, double p, double g, double score, double real, long n)
      implements Serializable {}

  record RolloutRow(
      int step,
      long promptId,
      int sample,
      boolean correct,
      int[] tokens,
      double[] oldLogProbability,
      double logProbability,
      double advantage,
      double weight)
      implements Serializable {
    static RolloutRow of(Questions questions, int step, Weighed weighed) {
      Answer answer = weighed.answer();
      return new RolloutRow(
          step,
          questions.ids()[answer.prompt()],
          answer.sample(),
          answer.correct(),
          answer.tokens(),
          answer.old(),
          answer.logProbability(),
          weighed.advantage(),
          weighed.weight());
    }
  }

  Point last() {
    return curve.get(curve.size() - 1);
  }
}
