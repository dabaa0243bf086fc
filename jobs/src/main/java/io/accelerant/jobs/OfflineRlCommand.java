package io.accelerant.jobs;

import io.accelerant.rl.offline.OfflineRlJob;

/** {@code offline-rl}. */
final class OfflineRlCommand extends JobCommand {
  OfflineRlCommand() {
    super(new OfflineRlJob());
  }
}
