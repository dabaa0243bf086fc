package io.accelerant.rl.offline;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.rl.environment.Controller;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.environment.Rollout;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The fixed starts {@code 0 .. episodes-1} on which every policy is measured. */
record Evaluation(Environment environment, int episodes, long seed) implements Serializable {
  /** Starts of one task. */
  private static final int STARTS = 10;

  static Evaluation of(JobConfig config, Environment environment) {
    return new Evaluation(
        environment, config.get(OfflineRlKeys.EPISODES), config.get(OfflineRlKeys.EVALUATION_SEED));
  }

  /** Returns of a controller by start, played here. */
  double[] returns(Controller controller) {
    return returns(controller, 0, episodes);
  }

  private double[] returns(Controller controller, int from, int to) {
    return IntStream.range(from, to)
        .mapToDouble(start -> Rollout.of(environment, controller, seed, start).value())
        .toArray();
  }

  /** Returns of a controller by start, played on the cluster. */
  double[] returns(JobContext context, Controller controller) {
    Batches starts = new Batches(episodes, STARTS);
    return new Units<>(context, GpuStage.NONE, 0, () -> this)
            .map(
                "Offline RL: rollouts",
                starts.units(),
                (own, unit) -> own.returns(controller, starts.from(unit), starts.to(unit)))
            .stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }
}
