package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.distill.sample.ContinuousSamplerFormat;

/** Lets {@code sample} draw from finetuned models, by the sampler they are good for. */
public final class MmdSamplerFormat implements ContinuousSamplerFormat {
  @Override
  public String kind() {
    return Model.KIND;
  }

  @Override
  public Learned open(String uri, JobContext context) {
    return MmdSampler.Published.read(Artifact.open(uri, context.hadoop()));
  }

  @Override
  public Ratios predicted(String uri, JobContext context) {
    throw new ArtifactException(uri + " is a model, which predicts no ratios.");
  }
}
