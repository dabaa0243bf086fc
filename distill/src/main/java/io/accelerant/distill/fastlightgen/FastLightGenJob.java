package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Work;
import java.util.List;

/**
 * FastLightGen's arithmetic on given numbers: which blocks of a network go, the velocity of a
 * guided teacher, the gradient of distribution matching.
 */
public final class FastLightGenJob implements PublishingJob {
  @Override
  public String name() {
    return "fastlightgen";
  }

  @Override
  public String summary() {
    return "Plan of pruned blocks, guided velocity and matching gradient of given numbers";
  }

  @Override
  public List<Key<?>> keys() {
    return FastLightGenKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    return Replay.work(context, config);
  }
}
