package io.accelerant.rl.policy;

import java.io.Serializable;
import java.util.List;

/**
 * How a policy is trained.
 *
 * @param hidden widths of the hidden layers of actor and critics
 * @param seed of initial parameters, batches and target noise
 */
public record TrainingSettings(
    List<Integer> hidden, int steps, int batch, double learningRate, long seed)
    implements Serializable {
  public TrainingSettings {
    hidden = List.copyOf(hidden);
  }
}
