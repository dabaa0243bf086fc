package io.accelerant.core.run;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import java.util.List;

/**
 * A job that publishes one artifact. A dry run and a run open it in the same way, so that they name
 * the same output.
 */
public interface PublishingJob extends Job {
  /**
   * Checks configuration and inputs, writes nothing, and starts Spark only where an input cannot be
   * opened without it.
   *
   * @throws io.accelerant.core.error.AccelerantException for what a user has to set right
   */
  Work open(JobContext context, JobConfig config);

  @Override
  default List<String> plan(JobContext context, JobConfig config) {
    return new Frame(name(), context, config).plan(open(context, config));
  }

  @Override
  default JobResult run(JobContext context, JobConfig config) {
    return new Frame(name(), context, config).run(open(context, config));
  }
}
