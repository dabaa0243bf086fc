package io.accelerant.jobs;

import io.accelerant.rl.trajectory.CollectTrajectoriesJob;

/** {@code collect-trajectories}. */
final class CollectTrajectoriesCommand extends JobCommand {
  CollectTrajectoriesCommand() {
    super(new CollectTrajectoriesJob());
  }
}
