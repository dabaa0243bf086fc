package io.accelerant.jobs;

import io.accelerant.distill.text.EvaluateJob;

/** {@code evaluate}. */
final class EvaluateCommand extends JobCommand {
  EvaluateCommand() {
    super(new EvaluateJob());
  }
}
