package io.accelerant.jobs;

import io.accelerant.rl.trajectory.TrajectoryWeightsJob;

/** {@code trajectory-weights}. */
final class TrajectoryWeightsCommand extends JobCommand {
  TrajectoryWeightsCommand() {
    super(new TrajectoryWeightsJob());
  }
}
