package io.accelerant.jobs;

import io.accelerant.distill.evaluate.EvaluateJob;

/** {@code evaluate}. */
final class EvaluateCommand extends JobCommand {
  EvaluateCommand() {
    super(new EvaluateJob());
  }
}
