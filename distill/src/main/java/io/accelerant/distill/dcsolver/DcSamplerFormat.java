package io.accelerant.distill.dcsolver;

import io.accelerant.core.job.JobContext;
import io.accelerant.distill.sample.ContinuousSamplerFormat;

/** Lets {@code sample} draw with the samplers that {@code dc-solver} publishes. */
public final class DcSamplerFormat implements ContinuousSamplerFormat {
  @Override
  public String kind() {
    return DcSolverJob.KIND;
  }

  @Override
  public Learned open(String uri, JobContext context) {
    return DcSamplers.open(uri, context);
  }

  @Override
  public Ratios predicted(String uri, JobContext context) {
    return DcSamplers.polynomial(uri, context);
  }
}
