package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Loss;

/** The programs that the tasks of a run hold. */
final class Memory {
  private Memory() {}

  /** Of one task, in the stage that has most. */
  private static int programs(FastLightGenSettings settings) {
    return Math.max(
        SkippingTraining.programs(settings),
        Math.max(MatchingTraining.PROGRAMS, ImportanceMeter.PROGRAMS));
  }

  /** Programs of a process, one more task's with them while another gives its own back. */
  static int pool(FastLightGenSettings settings, int slots) {
    return programs(settings) * (slots + 1);
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  static void require(
      JobContext context, FastLightGenSettings settings, PatchTransformer network, int pool) {
    settings.engine().start();
    VelocityObjective largest =
        new VelocityObjective(
            Loss.NETWORK,
            network,
            network.keep(),
            VelocityObjective.Use.REGRESSION,
            settings.microBatch());
    try (ProgramPool.Lease lease =
        largest.training(ProgramPool.ofJvm(pool), Precision.FLOAT32, largest.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          context.taskSlots(),
          programs(settings) * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }
}
