package io.accelerant.selection.lead;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.model.Student;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.RoundStep;
import java.io.Serializable;

/**
 * The network that is finetuned, and how rows are read.
 *
 * @param longest tokens of the longest row
 * @param answer tokens of the longest answer, its end with them
 * @param microBatch rows of one program
 */
record LeadNetwork(Student student, int longest, int answer, int microBatch)
    implements Serializable {
  /** With adapters, if there are any. */
  NetworkSpec trained() {
    return student.trained();
  }

  /** The loss of rows, with an output for each. */
  Objective loss() {
    return RowLoss.of(student.network(), longest, microBatch)
        .withAnswer(answer)
        .with(Loss.NETWORK, trained());
  }

  /** An update, with the losses of its rows among the items. */
  RoundStep step() {
    return RowLoss.training(loss());
  }

  TokenStep generating() {
    return new TokenStep(trained());
  }

  /** Of all parameters those that are trained. */
  Flat moving(Flat all) {
    return Flat.of(student.moving(all));
  }

  /** Programs that one task may hold at a time: to write, to train and to score. */
  int programsOfATask() {
    return CausalSource.programs() + 2 * Buckets.LIMIT;
  }

  /** Those of all tasks of an executor, or of the driver and its own. */
  int programs(int slots) {
    return programsOfATask() * (slots + 1);
  }
}
