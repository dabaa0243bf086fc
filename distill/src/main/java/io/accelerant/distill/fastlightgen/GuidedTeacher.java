package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Programs;
import java.io.Serializable;

/**
 * The teacher of stage III: {@link GuidedVelocity} of two frozen networks, the one that everything
 * began with, and the pruned one that stage II made. That both are the network of stage II at two
 * depths, as the paper has it, does not hold up: training the pruned paths spoils the whole one.
 *
 * @param whole v_u, of the role {@link SkippingStep#TEACHER}
 * @param pruned v_p, of the role {@link #WEAK}; not read where there is no contrast
 * @param strengths their means
 * @param spread of the strengths of a sample about them
 */
record GuidedTeacher(
    PatchTransformer whole,
    PatchTransformer pruned,
    GuidedVelocity strengths,
    double spread,
    int microBatch)
    implements Serializable {
  /** The role of the pruned network. */
  static final String WEAK = "weak";

  /** The guided velocity of each row, by the strengths of its example. */
  double[] at(Programs programs, Batch batch, Rows rows) {
    RoleVelocity teacher = new RoleVelocity(programs, SkippingStep.TEACHER, whole, microBatch);
    double[] conditional = teacher.at(rows);
    boolean guided = whole.classes() > 0 && (strengths.guidance() != 1 || spread > 0);
    double[] none = guided ? teacher.at(rows.withoutClass(whole.classes())) : conditional;
    double[] weak =
        strengths.readsPruned()
            ? new RoleVelocity(programs, WEAK, pruned, microBatch).at(rows)
            : conditional;
    double[] velocity = new double[conditional.length];
    int size = whole.numbers();
    for (int row = 0; row < rows.count(); row++) {
      GuidedVelocity own = strengths.drawn(spread, batch.seed(), batch.number(row), batch.round());
      for (int i = row * size; i < (row + 1) * size; i++) {
        velocity[i] = own.at(none[i], conditional[i], weak[i]);
      }
    }
    return velocity;
  }
}
