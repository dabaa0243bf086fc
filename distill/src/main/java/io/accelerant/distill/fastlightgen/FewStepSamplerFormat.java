package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.distill.sample.ContinuousSamplerFormat;

/** Lets {@code sample} draw from students, at the levels they are good for. */
public final class FewStepSamplerFormat implements ContinuousSamplerFormat {
  @Override
  public String kind() {
    return Model.KIND;
  }

  @Override
  public boolean opens(Artifact artifact) {
    return ContinuousSamplerFormat.super.opens(artifact)
        && artifact.holds(FewStepSampler.FILE)
        && FewStepSampler.METHOD.equals(artifact.readJson(FewStepSampler.FILE).get("method"));
  }

  @Override
  public Learned open(String uri, JobContext context) {
    return FewStepSampler.Published.read(Artifact.open(uri, context.hadoop()));
  }

  @Override
  public Ratios predicted(String uri, JobContext context) {
    throw new ArtifactException(uri + " is a model, which predicts no ratios.");
  }
}
