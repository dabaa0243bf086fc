package io.accelerant.jobs;

import io.accelerant.distill.dcsolver.DcSolverJob;

/** {@code dc-solver}. */
final class DcSolverCommand extends JobCommand {
  DcSolverCommand() {
    super(new DcSolverJob());
  }
}
