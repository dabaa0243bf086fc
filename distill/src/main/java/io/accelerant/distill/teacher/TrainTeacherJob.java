package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.ResumableRun;
import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Model;
import io.accelerant.core.train.TrainSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trains a teacher by synchronous rounds on Spark and publishes its averaged weights. Killed at any
 * point, the same command goes on from the last checkpoint, to the same bits.
 */
public final class TrainTeacherJob implements Job {
  @Override
  public String name() {
    return "train-teacher";
  }

  @Override
  public String summary() {
    return "Train a diffusion model to start from: masked text or images, on any number of executors";
  }

  @Override
  public List<Key<?>> keys() {
    return TrainTeacherKeys.ALL;
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    TrainSettings settings = TrainSettings.of(config);
    Map<String, Object> identity = identity(context, config);
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT), context.hadoop(), StageStore.resumeKey(identity));
    return List.of(
        "train a %s teacher on %s"
            .formatted(config.get(TrainTeacherKeys.KIND), config.get(TrainTeacherKeys.DATA)),
        "%d rounds of %d workers x %d examples, a checkpoint every %d rounds"
            .formatted(
                settings.rounds(),
                settings.workers(),
                settings.batch(),
                settings.checkpointEvery()),
        "measure the held-out loss, publish the model to " + output);
  }

  private static Map<String, Object> identity(JobContext context, JobConfig config) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.data", TeacherKinds.data(context, config).contentHash());
    return identity;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    Map<String, Object> identity = identity(context, config);
    ResumableRun resumable = ResumableRun.open(context, config, identity);
    StageStore stages = resumable.stages();
    Snapshots snapshots =
        Snapshots.at(
            resumable.checkpoints(), context.hadoop(), resumable.resumeKey(), context.progress());
    EngineSettings.of(config).start();
    TeacherKind kind = TeacherKinds.open(context, config);
    context.progress().say("%s: %s", name(), kind.description());
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT),
            context.hadoop(),
            Claim.of(resumable.resumeKey()),
            context.force())) {
      if (config.get(RunKeys.RESUME).equals("never")) {
        snapshots.deleteAll(TeacherRun.FOLDERS);
      }
      try (TeacherRun run = new TeacherRun(context, config, kind, stages, snapshots)) {
        run.train();
        JobResult result = publish(context, config, artifact, kind, run);
        snapshots.deleteAll(TeacherRun.FOLDERS);
        stages.delete();
        return result;
      }
    }
  }

  private JobResult publish(
      JobContext context,
      JobConfig config,
      ArtifactWriter artifact,
      TeacherKind kind,
      TeacherRun run) {
    double[] heldOut = run.heldOut(run.average());
    Map<String, Number> metrics = new LinkedHashMap<>(run.metrics());
    metrics.putAll(kind.metrics(heldOut, run.average()));
    kind.write(artifact, run.average(), run.raw());
    artifact.writeJson("metrics.json", metrics);
    artifact.write("log.jsonl", run.log().jsonLines());
    new TeacherReport(name(), context, config, kind, run, metrics).files().forEach(artifact::write);
    Artifact data = TeacherKinds.data(context, config);
    Manifest manifest =
        artifact.commit(
            ManifestDraft.of(Model.KIND, name(), config)
                .withParent(data.manifest().kind(), data.uri(), data.contentHash())
                .withMetrics(metrics));
    reproduce(context, artifact.uri(), kind, run, heldOut[0]);
    return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
  }

  /** Reads the published weights back and measures the first draw again: the same bits. */
  private static void reproduce(
      JobContext context, String uri, TeacherKind kind, TeacherRun run, double recorded) {
    float[] read = kind.read(Artifact.open(uri, context.hadoop()));
    double again = run.heldOut(read, 0);
    if (again != recorded) {
      throw new ArtifactException(
          "%s was published, but what is read from it has held-out loss %s instead of %s."
              .formatted(uri, again, recorded));
    }
  }
}
