package io.accelerant.jobs;

import io.accelerant.core.data.PrepareTextJob;

/** {@code prepare-text}. */
final class PrepareTextCommand extends JobCommand {
  PrepareTextCommand() {
    super(new PrepareTextJob());
  }
}
