package io.accelerant.distill.lsd;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What the fits of one run share: the settings, the way into Spark, and the teacher's walks, which
 * are made when first asked for.
 */
final class FitRun implements AutoCloseable {
  private static final long TEACHER = RandomStream.purpose("lsd.teacher.step");

  private final JobContext context;
  private final LsdSettings settings;
  private final DiscreteSource source;
  private final JavaSparkContext spark;
  private final TeacherTasks tasks;
  private final List<Shared<?>> shared = new ArrayList<>();
  private TeacherTasks.States states;

  FitRun(JobContext context, LsdSettings settings, DiscreteSource source) {
    this.context = context;
    this.settings = settings;
    this.source = source;
    this.spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    this.tasks =
        new TeacherTasks(
            spark, share(source), settings.config().get(LsdKeys.PARTITIONS), source.stage());
  }

  LsdSettings settings() {
    return settings;
  }

  DiscreteSource source() {
    return source;
  }

  TeacherTasks tasks() {
    return tasks;
  }

  void say(String format, Object... arguments) {
    context.progress().say(format, arguments);
  }

  /** Broadcasts a value until this run is closed. */
  <T extends Serializable> Shared<T> share(T value) {
    Shared<T> broadcast = Shared.of(spark, value);
    shared.add(broadcast);
    return broadcast;
  }

  /** To be called between the passes of a fit, see {@link JobContext#checkStop}. */
  void checkStop() {
    context.checkStop();
  }

  /** The teacher's walks as {@link #roll} returns them. */
  TeacherTasks.States states() {
    if (states == null) {
      say("teacher: %d trajectories of %d steps", settings.trajectories(), settings.teacherSteps());
      ReverseKernel kernel = settings.kernel();
      int grid = settings.gridPoints();
      int n = settings.teacherSteps();
      double end = settings.tEnd();
      long seed = settings.seed();
      states =
          tasks
          .new States(
              settings.trajectories(),
              settings.batch(),
              (teacher, ids) -> roll(teacher, kernel, n, grid, end, seed, ids));
    }
    return states;
  }

  /**
   * N steps of the teacher; the states at G equal distances from t = 1 on, then its samples: [G +
   * 1][batch * length].
   *
   * @param n number N of steps
   * @param grid number G, which divides N
   */
  static int[][] roll(
      DiscreteModel teacher,
      ReverseKernel kernel,
      int n,
      int grid,
      double end,
      long seed,
      long[] ids) {
    double[] times = GridSampler.uniformTimes(n, end);
    int[] x = GridSampler.prior(teacher.process(), teacher.length(), seed, ids);
    double[] scores = new double[x.length * teacher.process().symbols()];
    int[][] kept = new int[grid + 1][];
    for (int j = 0; j < n; j++) {
      if (j % (n / grid) == 0) {
        kept[j / (n / grid)] = x.clone();
      }
      teacher.scores(x, ids.length, times[j], scores);
      GridSampler.step(
          teacher.process(),
          kernel,
          ScoreTransform.IDENTITY,
          j,
          times[j],
          times[j + 1],
          x,
          scores,
          TEACHER,
          seed,
          ids);
    }
    teacher.scores(x, ids.length, end, scores);
    GridSampler.denoise(teacher.process(), end, x, scores, TEACHER, n, seed, ids);
    kept[grid] = x;
    return kept;
  }

  @Override
  public void close() {
    if (states != null) {
      states.close();
    }
    shared.forEach(Shared::close);
  }
}
