package io.accelerant.core.artifact;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import java.util.Map;

/**
 * What a run that can be killed at any point goes on with.
 *
 * @param resumeKey of what it computes, see {@link StageStore#resumeKey}
 * @param checkpoints URI of the stages: {@code run.checkpoint}, or beside the output
 * @param stages finished ones are there already
 */
public record ResumableRun(String resumeKey, String checkpoints, StageStore stages) {
  /**
   * Opens the stages of a run whose output is still free.
   *
   * @param identity as for {@link StageStore#resumeKey}
   * @throws io.accelerant.core.error.ArtifactException if the output is an artifact already
   * @throws io.accelerant.core.error.ConfigException as {@link StageStore#open}
   */
  public static ResumableRun open(JobContext context, JobConfig config, Map<String, ?> identity) {
    String resumeKey = StageStore.resumeKey(identity);
    String output = Versions.requireFree(config.get(RunKeys.OUTPUT), context.hadoop(), resumeKey);
    String checkpoints = config.find(RunKeys.CHECKPOINT).orElse(output + "/" + Claims.CHECKPOINTS);
    StageStore stages =
        StageStore.open(
            checkpoints,
            context.hadoop(),
            identity,
            config.get(RunKeys.RESUME),
            context.progress());
    return new ResumableRun(resumeKey, checkpoints, stages);
  }
}
