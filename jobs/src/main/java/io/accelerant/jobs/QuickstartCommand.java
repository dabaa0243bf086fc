package io.accelerant.jobs;

/** {@code quickstart}. */
final class QuickstartCommand extends JobCommand {
  QuickstartCommand() {
    super(new QuickstartJob());
  }
}
