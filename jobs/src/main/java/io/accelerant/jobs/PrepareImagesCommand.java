package io.accelerant.jobs;

import io.accelerant.core.data.PrepareImagesJob;

/** {@code prepare-images}. */
final class PrepareImagesCommand extends JobCommand {
  PrepareImagesCommand() {
    super(new PrepareImagesJob());
  }
}
