package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.sample.DiscreteSamplerFormat;
import java.util.Optional;

/** Lets {@code sample} draw with the samplers that {@code lsd} publishes. */
public final class LsdSamplerFormat implements DiscreteSamplerFormat {
  @Override
  public String kind() {
    return LsdJob.KIND;
  }

  @Override
  public Learned open(String uri, Optional<Integer> steps, JobContext context) {
    LsdSchedules schedules = LsdSchedules.open(uri, context.hadoop());
    return new LearnedSchedule(schedules.schedule(steps), schedules.source());
  }

  private record LearnedSchedule(LsdSchedule schedule, Manifest.Parent source) implements Learned {
    @Override
    public DiffusionProcess process() {
      return schedule.process();
    }

    @Override
    public int length() {
      return schedule.length();
    }

    @Override
    public DiscreteSampler of(DiscreteSource model) {
      return schedule.requireModel(model).sampler("learned");
    }
  }
}
