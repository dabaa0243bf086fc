package io.accelerant.jobs;

import io.accelerant.distill.sample.SampleJob;

/** {@code sample}. */
final class SampleCommand extends JobCommand {
  SampleCommand() {
    super(new SampleJob());
  }
}
