package io.accelerant.core.run;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The order of every run: identity, is the output free, claim, work, files, commit, read back. The
 * claim comes before the work, so that of two runs into one output the second stops before it
 * computes. A run that fails or is stopped gives its claim back and keeps its checkpoints. One that
 * is killed leaves a claim: the same work takes it over, from any host, since nobody can tell
 * whether a process elsewhere lives; other work needs {@code --force}. Who was taken over while
 * alive stops at the next stage that it saves.
 */
record Frame(String job, JobContext context, JobConfig config) {
  List<String> plan(Work work) {
    // the hash of a table costs a pass, so it is asked for where something there must equal it
    AtomicReference<Map<String, Object>> known = new AtomicReference<>();
    String output =
        requireUsable(
            () ->
                known.updateAndGet(
                    before -> before == null ? identity(config, work.inputs().get()) : before));
    Versions.requireWritable(output, context.hadoop());
    return work.plan().apply(output);
  }

  /** All that can be known before the claim, for a run and a dry run; returns the output. */
  private String requireUsable(Supplier<Map<String, Object>> identity) {
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT),
            context.hadoop(),
            () -> StageStore.resumeKey(identity.get()),
            context.force());
    OutputPlace.requireOutsideInputs(output, config);
    config
        .find(RunKeys.CHECKPOINT)
        .ifPresent(checkpoint -> Versions.requireWritable(checkpoint, context.hadoop()));
    requireSameStages(output, identity);
    return output;
  }

  private static Map<String, Object> identity(JobConfig config, List<Manifest.Parent> inputs) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    inputs.forEach(input -> identity.put("input." + input.role(), input.contentHash()));
    return identity;
  }

  JobResult run(Work work) {
    List<Manifest.Parent> inputs = work.inputs().get();
    Map<String, Object> identity = identity(config, inputs);
    String resumeKey = StageStore.resumeKey(identity);
    requireUsable(() -> identity);
    String output = config.get(RunKeys.OUTPUT);
    try (ArtifactWriter artifact =
            ArtifactWriter.claim(output, context.hadoop(), Claim.of(resumeKey), context.force());
        Run run = new Run(job, context, config, inputs, identity, artifact)) {
      Product product = work.make().apply(run);
      run.sayLoaded();
      JobResult result = publish(product, artifact);
      run.deleteCheckpoints();
      return result;
    }
  }

  /** Stages of another configuration are reported by the key that differs, before the claim. */
  private void requireSameStages(String output, Supplier<Map<String, Object>> identity) {
    String mode = config.get(RunKeys.RESUME);
    String uri =
        config
            .find(RunKeys.CHECKPOINT)
            .orElse(output.replaceAll("/+$", "") + "/" + StageStore.FOLDER);
    if (mode.equals("require") || StageStore.holdsAny(uri, context.hadoop())) {
      StageStore.open(uri, context.hadoop(), identity.get(), mode, Progress.SILENT);
    }
  }

  private JobResult publish(Product product, ArtifactWriter artifact) {
    Map<String, Number> metrics = product.draft().metrics();
    artifact.writeJson("metrics.json", metrics);
    product.files().forEach(artifact::write);
    artifact.write(
        "README.md",
        CardMetadata.of(product.draft(), product.card().licence()) + product.card().markdown());
    artifact.write("report.html", product.page());
    Manifest manifest = artifact.commit(product.draft());
    product.check().require(Artifact.open(artifact.uri(), context.hadoop()));
    return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
  }
}
