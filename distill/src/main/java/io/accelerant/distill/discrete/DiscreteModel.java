package io.accelerant.distill.discrete;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;

/**
 * A frozen discrete diffusion model: (state, time) to scores, a batch at a time. Not thread-safe;
 * one per task. Exact posteriors and networks implement it alike.
 */
public interface DiscreteModel extends AutoCloseable {
  /** Begins a message, such as {@code The model /models/a.onnx}. */
  default String name() {
    return "The model";
  }

  DiffusionProcess process();

  /** Number L of positions of a state. */
  int length();

  /**
   * Concrete scores s[i][y] ~ p_t(x with x_i := y) / p_t(x), own entry 1. On the absorbing graph
   * the MASK entry of a masked row is its own entry, 1; the rows of unmasked positions are 0 but
   * for their own entry.
   *
   * @param states [batch][length], flat
   * @param time t in (0, 1]
   * @param scores receives [batch][length][symbols], flat; what is no finite number is found by
   *     {@link #scores(int[], long[], int, double, double[])}
   */
  void scores(int[] states, int batch, double time, double[] scores);

  /**
   * The scores of some samples at a step, all of them finite.
   *
   * @param ids [batch], of the samples
   * @param step that begins there, from 1
   * @throws DataException if a score is no finite number; names model, step, sample and position
   */
  default void scores(int[] states, long[] ids, int step, double time, double[] scores) {
    scores(states, ids.length, time, scores);
    int symbols = process().symbols();
    for (int i = 0; i < states.length * symbols; i++) {
      if (!Double.isFinite(scores[i])) {
        int row = i / symbols / length();
        throw new DataException(
            Text.of(
                "%s gives values that are not finite numbers for sample %d (row %d of a batch),"
                    + " position %d, at step %d, t = %s.",
                name(), ids[row], row, i / symbols % length(), step, time));
      }
    }
  }

  /**
   * Whether, on the absorbing graph, the posterior of a state does not depend on the time, so that
   * scores at two times differ by c(t) only. True of exact posteriors and of networks that are not
   * given the time.
   */
  default boolean timeAgnosticPosterior() {
    return false;
  }

  @Override
  default void close() {}
}
