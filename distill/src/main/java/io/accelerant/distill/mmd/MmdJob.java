package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Work;
import java.util.List;

/** Finetunes a trained image model to a sampler of few steps by MMD. */
public final class MmdJob implements PublishingJob {
  @Override
  public String name() {
    return "mmd";
  }

  @Override
  public String summary() {
    return "Finetune an image model for few steps by the moments of features (MMD)";
  }

  @Override
  public List<Key<?>> keys() {
    return MmdKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    return Replay.work(context, config);
  }
}
