package io.accelerant.jobs;

/** {@code pipeline}. */
final class PipelineCommand extends JobCommand {
  PipelineCommand() {
    super(new PipelineJob());
  }
}
