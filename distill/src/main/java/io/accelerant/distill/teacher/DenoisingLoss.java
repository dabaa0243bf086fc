package io.accelerant.distill.teacher;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Loss;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;

/** The ordinary loss of a model of images or videos: that of what its schedule has it predict. */
public final class DenoisingLoss {
  private DenoisingLoss() {}

  /**
   * {@link VelocityLoss} on a flow, else {@link NoisePredictionLoss}.
   *
   * @param tMin smallest time, where the noise is predicted
   * @param dropout share of examples without their class
   * @param microBatch examples of one program
   */
  public static Loss of(
      PatchTransformer network, Schedule schedule, double tMin, double dropout, int microBatch) {
    return schedule instanceof FlowPath
        ? new VelocityLoss(network, dropout, microBatch)
        : new NoisePredictionLoss(network, schedule, tMin, dropout, microBatch);
  }
}
