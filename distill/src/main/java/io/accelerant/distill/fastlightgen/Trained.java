package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.train.RoundLog;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * What a training ended with: its last average, chosen by nothing.
 *
 * @param average all parameters of the trained network, in the order of its layout
 * @param raw the same as training left them
 * @param updated rounds, counted from 1, in which the network was updated
 * @param loss of each of them
 * @param fakeLoss of each round; empty in stage II
 * @param looked rounds after which the drift was looked at, 0 first; empty in stage III
 * @param drift of the whole network there
 * @param stopped whether the guard stopped it, or would have after its last round, or its numbers
 *     ceased to be numbers
 */
record Trained(
    float[] average,
    float[] raw,
    int[] updated,
    double[] loss,
    double[] fakeLoss,
    int[] looked,
    double[] drift,
    boolean stopped)
    implements Serializable {

  /** Of the log of a training. */
  static Trained of(
      Flat average, Flat raw, RoundLog log, int[] looked, double[] drift, boolean stopped) {
    double[] loss = log.has(ErrorStep.LOSS) ? log.column(ErrorStep.LOSS) : new double[0];
    int[] updated = IntStream.range(0, loss.length).filter(r -> !Double.isNaN(loss[r])).toArray();
    return new Trained(
        average.floats(),
        raw.floats(),
        IntStream.of(updated).map(r -> r + 1).toArray(),
        IntStream.of(updated).mapToDouble(r -> loss[r]).toArray(),
        log.has(FakeStep.LOSS) ? log.column(FakeStep.LOSS) : new double[0],
        looked,
        drift,
        stopped);
  }

  /** Of the last update; NaN without any. */
  static double last(double[] loss) {
    return loss.length == 0 ? Double.NaN : loss[loss.length - 1];
  }

  /** All rounds. */
  int rounds() {
    return Math.max(fakeLoss.length, updated.length == 0 ? 0 : updated[updated.length - 1]);
  }
}
