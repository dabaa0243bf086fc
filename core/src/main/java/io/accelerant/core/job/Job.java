package io.accelerant.core.job;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import java.util.List;

/**
 * One unit of work that a user can start: reads data or artifacts, publishes one artifact.
 * Stateless.
 */
public interface Job {
  /** Name on the command line, such as {@code prepare-text}. */
  String name();

  /** One line for the help text. */
  String summary();

  /** Every key the job reads, {@link RunKeys} included. */
  List<Key<?>> keys();

  /**
   * Checks configuration, inputs and output without doing the work or writing anything.
   *
   * @return what a run would do, one step a line
   * @throws io.accelerant.core.error.AccelerantException as {@link #run} would
   */
  List<String> plan(JobContext context, JobConfig config);

  /**
   * Does the work and publishes the artifact. Nothing becomes visible when it fails.
   *
   * @throws io.accelerant.core.error.AccelerantException for every failure that a user can act on
   */
  JobResult run(JobContext context, JobConfig config);
}
