package io.accelerant.jobs;

import io.accelerant.selection.rs2.Rs2Job;

/** {@code rs2}. */
final class Rs2Command extends JobCommand {
  Rs2Command() {
    super(new Rs2Job());
  }
}
