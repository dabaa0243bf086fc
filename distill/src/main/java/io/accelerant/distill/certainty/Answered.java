package io.accelerant.distill.certainty;

import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.compare.Calibration;
import io.accelerant.distill.decode.compare.Compared;
import java.io.Serializable;
import java.util.List;

/**
 * What a model did under all decoders, as a stage keeps it.
 *
 * @param fit on the prompts that choose
 * @param test on those that are reported
 * @param calibration of the latter, their texts half masked
 */
record Answered(Counts fit, Counts test, Calibration calibration) implements Serializable {
  /** The arrays of {@link Compared}; decoders and prompts are those of the run. */
  record Counts(
      int[][] evaluations,
      int[][] rowsRead,
      int[][] untilEnd,
      boolean[][] correct,
      int[][][] tokens,
      double[] seconds)
      implements Serializable {
    static Counts of(Compared c) {
      return new Counts(
          c.evaluations(), c.rowsRead(), c.untilEnd(), c.correct(), c.tokens(), c.seconds());
    }

    Compared on(List<Decoder> decoders, long[] prompts) {
      return new Compared(
          decoders, prompts, evaluations, rowsRead, untilEnd, correct, tokens, seconds);
    }
  }
}
