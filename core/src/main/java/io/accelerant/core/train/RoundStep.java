package io.accelerant.core.train;

import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;
import java.io.Serializable;
import java.util.Set;

/**
 * What one worker computes in one round: a pure function of the numbers of all roles and its batch,
 * so that a task that is run again gives the same bits. It may run several programs: sample, then
 * step; a teacher first; a cotangent that it computed itself. It travels in closures: it holds
 * specifications, never a graph.
 */
@FunctionalInterface
public interface RoundStep extends Serializable {
  /**
   * @param programs lends programs whose parameters are those of the roles
   * @param batch the worker's examples; none if the draw gave it none
   * @return sums; a role without a gradient is not updated in this round
   */
  Sums on(Programs programs, Batch batch);

  /** Roles whose averages it reads as well, as roles called {@link Roles#average}. */
  default Set<String> averages() {
    return Set.of();
  }

  /** What the stage of such steps asks Spark for; a step off the engine needs no GPU. */
  default GpuStage stage(EngineSettings engine) {
    return engine.stage();
  }

  /** This step in every n-th round, the first of them being round n - 1; nothing in the others. */
  default RoundStep every(int n) {
    RoundStep step = this;
    return new Averaging(
        averages(),
        (programs, batch) -> batch.round() % n == n - 1 ? step.on(programs, batch) : new Sums());
  }

  /** Both steps on the same numbers, their sums together. */
  default RoundStep and(RoundStep other) {
    RoundStep step = this;
    Set<String> averages = new java.util.TreeSet<>(averages());
    averages.addAll(other.averages());
    return new Averaging(
        averages, (programs, batch) -> step.on(programs, batch).add(other.on(programs, batch)));
  }

  /** A step with the averages that it reads. */
  record Averaging(Set<String> averages, RoundStep step) implements RoundStep {
    @Override
    public Sums on(Programs programs, Batch batch) {
      return step.on(programs, batch);
    }
  }
}
