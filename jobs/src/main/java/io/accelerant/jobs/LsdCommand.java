package io.accelerant.jobs;

import io.accelerant.distill.lsd.LsdJob;

/** {@code lsd}. */
final class LsdCommand extends JobCommand {
  LsdCommand() {
    super(new LsdJob());
  }
}
