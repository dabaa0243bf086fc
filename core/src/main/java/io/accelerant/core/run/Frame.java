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

/**
 * The order of every run: identity, is the output free, claim, work, files, commit, read back. The
 * claim comes before the work, so that of two runs into one output the second stops before it
 * computes. A run that fails or is stopped gives its claim back and keeps its checkpoints. One that
 * is killed leaves a claim: the same work takes it over, from any host, since nobody can tell
 * whether a process elsewhere lives; other work needs {@code --force}. Who was taken over while
 * alive stops at the next stage that it saves.
 */
record Frame(String job, JobContext context, JobConfig config) {
  static List<String> plan(Work work, JobContext context, JobConfig config) {
    String output = config.get(RunKeys.OUTPUT);
    // without {version} there is no unfinished one to find, and a hash may cost a pass
    String resumeKey =
        Versions.holdsVersion(output)
            ? StageStore.resumeKey(identity(config, work.inputs().get()))
            : "";
    return work.plan().apply(Versions.requireFree(output, context.hadoop(), resumeKey));
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
    String output = config.get(RunKeys.OUTPUT);
    requireSameStages(Versions.requireFree(output, context.hadoop(), resumeKey), identity);
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
  private void requireSameStages(String output, Map<String, Object> identity) {
    String mode = config.get(RunKeys.RESUME).equals("never") ? "never" : "auto";
    StageStore.open(
        config.find(RunKeys.CHECKPOINT).orElse(output + "/" + StageStore.FOLDER),
        context.hadoop(),
        identity,
        mode,
        Progress.SILENT);
  }

  private JobResult publish(Product product, ArtifactWriter artifact) {
    Map<String, Number> metrics = product.draft().metrics();
    artifact.writeJson("metrics.json", metrics);
    product.files().forEach(artifact::write);
    artifact.write("README.md", product.card().markdown());
    Manifest manifest = artifact.commit(product.draft());
    product.check().require(Artifact.open(artifact.uri(), context.hadoop()));
    return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
  }
}
