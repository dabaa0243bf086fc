package io.accelerant.distill.lsd;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.Walk;
import io.accelerant.distill.measure.Measurement;
import io.accelerant.distill.measure.SampleMeter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the fits of one run share: the settings, the way into Spark, and the teacher's walks, which
 * are made when first asked for.
 */
final class FitRun implements AutoCloseable {
  private static final long TEACHER = RandomStream.purpose("lsd.teacher.step");

  private final JobContext context;
  private final LsdSettings settings;
  private final DiscreteSource source;
  private final Units<DiscreteModel> units;
  private final List<Shared<?>> shared = new ArrayList<>();
  private Units<DiscreteModel>.Kept<int[][]> walks;

  FitRun(JobContext context, LsdSettings settings, DiscreteSource source) {
    this.context = context;
    this.settings = settings;
    this.source = source;
    Shared<DiscreteSource> own = share(source);
    this.units =
        new Units<>(
            context,
            source.stage(),
            settings.config().get(LsdKeys.PARTITIONS),
            () -> own.copy().open());
  }

  LsdSettings settings() {
    return settings;
  }

  DiscreteSource source() {
    return source;
  }

  void say(String format, Object... arguments) {
    context.progress().say(format, arguments);
  }

  /** Broadcasts a value until this run is closed. */
  private <T extends Serializable> Shared<T> share(T value) {
    Shared<T> broadcast = Shared.of(context, value);
    shared.add(broadcast);
    return broadcast;
  }

  /** To be called between the passes of a fit, see {@link JobContext#checkStop}. */
  void checkStop() {
    context.checkStop();
  }

  Measurement measurement(SampleMeter meter) {
    return new Measurement(units, settings.batch(), share(meter));
  }

  /** What is done to a micro-batch of ids, for one of several candidates. */
  @FunctionalInterface
  interface IdsTask extends Serializable {
    double[] run(DiscreteModel teacher, int candidate, long[] ids);
  }

  /**
   * The sums over all ids, one for each candidate. Micro-batches are added in their order: one
   * order of float64 addition, whatever the partitioning.
   */
  List<double[]> sums(String description, int candidates, Batches batches, IdsTask task) {
    int each = batches.units();
    List<double[]> parts =
        units.map(
            description,
            candidates * each,
            (teacher, unit) -> task.run(teacher, unit / each, batches.ids(unit % each)));
    return IntStream.range(0, candidates)
        .mapToObj(c -> sum(parts.subList(c * each, (c + 1) * each)))
        .toList();
  }

  /** What is done to a micro-batch of the teacher's walks. */
  @FunctionalInterface
  interface WalkTask extends Serializable {
    /**
     * @param walk [grid points + 1][batch * length]; the last are the teacher's samples
     */
    double[] run(DiscreteModel teacher, long[] ids, int[][] walk);
  }

  /** The sum over the teacher's walks, in the order of {@link #sums}. */
  double[] sumOverWalks(String description, WalkTask task) {
    Batches batches = settings.trajectoryBatches();
    return sum(
        walks()
            .map(description, (teacher, unit, walk) -> task.run(teacher, batches.ids(unit), walk)));
  }

  static double[] sum(List<double[]> parts) {
    double[] sum = new double[parts.get(0).length];
    for (double[] part : parts) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    return sum;
  }

  private Units<DiscreteModel>.Kept<int[][]> walks() {
    if (walks == null) {
      say("teacher: %d trajectories of %d steps", settings.trajectories(), settings.teacherSteps());
      Batches batches = settings.trajectoryBatches();
      ReverseKernel kernel = settings.kernel();
      int grid = settings.gridPoints();
      int n = settings.teacherSteps();
      double end = settings.tEnd();
      long seed = settings.seed();
      walks =
          units.keep(
              batches.units(),
              (teacher, unit) -> walk(teacher, kernel, n, grid, end, seed, batches.ids(unit)));
    }
    return walks;
  }

  /**
   * N steps of the teacher; the states at G equal distances from t = 1 on, then its samples: [G +
   * 1][batch * length].
   *
   * @param n number N of steps
   * @param grid number G, which divides N
   */
  static int[][] walk(
      DiscreteModel teacher,
      ReverseKernel kernel,
      int n,
      int grid,
      double end,
      long seed,
      long[] ids) {
    double[] times = GridSampler.uniformTimes(n, end);
    Walk walk = Walk.fromPrior(teacher, TEACHER, seed, ids);
    int[][] kept = new int[grid + 1][];
    for (int j = 0; j < n; j++) {
      if (j % (n / grid) == 0) {
        kept[j / (n / grid)] = walk.states().clone();
      }
      walk.evaluate(times[j]);
      walk.step(kernel, ScoreTransform.IDENTITY, times[j + 1]);
    }
    walk.evaluate(end);
    walk.denoise();
    kept[grid] = walk.states();
    return kept;
  }

  @Override
  public void close() {
    if (walks != null) {
      walks.close();
    }
    shared.forEach(Shared::close);
  }
}
