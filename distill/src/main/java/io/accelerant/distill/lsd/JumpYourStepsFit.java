package io.accelerant.distill.lsd;

import java.util.Arrays;

/** {@link JumpYourSteps} as Spark stages: KLUB on the teacher's own samples. */
final class JumpYourStepsFit {
  private final FitRun run;

  JumpYourStepsFit(FitRun run) {
    this.run = run;
  }

  /** The times for M steps. */
  double[] times(int m) {
    return JumpYourSteps.times(m, run.settings().tEnd(), this::klub);
  }

  private double[] klub(double[] t1, double[] t2, double[] tn) {
    run.checkStop();
    LsdSettings settings = run.settings();
    int count = Math.min(settings.config().get(LsdKeys.JYS_SAMPLES), settings.trajectories());
    long seed = settings.fitSeed("jys", 0);
    return TeacherTasks.sum(
        run.states()
            .map(
                "LSD baseline Jump Your Steps",
                (teacher, ids, all) -> {
                  double[] values = new double[t1.length];
                  int used = (int) Math.min(ids.length, count - ids[0]);
                  if (used > 0) {
                    long[] some = Arrays.copyOf(ids, used);
                    int[] samples = Arrays.copyOf(all[all.length - 1], used * teacher.length());
                    Arrays.setAll(
                        values,
                        c -> JumpYourSteps.klub(teacher, samples, t1[c], t2[c], tn[c], seed, some));
                  }
                  return values;
                }));
  }
}
