package io.accelerant.jobs;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.TaskGpu;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.Regression;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.SyncRound;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.util.CollectionAccumulator;

/** Rounds of training whose stages ask for a GPU, and others; says who was given which. */
public final class GpuProbeMain {
  private static final int WORKERS = 6;

  /** Steps of this process. */
  private static final AtomicInteger RUNNING = new AtomicInteger();

  private GpuProbeMain() {}

  public static void main(String[] arguments) {
    JobCommand command = new JobCommand(new Probe());
    System.exit(Main.run(arguments, new Console(System.out, System.err), List.of(command)));
  }

  /** A step on the processor that says which GPU the task was given. */
  private record Recorded(GradientStep step, GpuStage stage, CollectionAccumulator<String> given)
      implements RoundStep {
    @Override
    public GpuStage stage(EngineSettings engine) {
      return stage;
    }

    @Override
    public Sums on(Programs programs, Batch batch) {
      String alone = RUNNING.incrementAndGet() == 1 ? "" : " beside another";
      try {
        given.add(SparkEnv.get().executorId() + ":" + gpu() + alone);
        return step.on(programs, batch);
      } finally {
        RUNNING.decrementAndGet();
      }
    }
  }

  private static String gpu() {
    return TaskGpu.index().isPresent() ? "GPU " + TaskGpu.index().getAsInt() : "none";
  }

  /** Counts stages by resource profile. */
  private static final class Profiles extends SparkListener {
    final Map<Integer, Integer> stages = new TreeMap<>();

    @Override
    public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
      stages.merge(event.stageInfo().resourceProfileId(), 1, Integer::sum);
    }
  }

  private static final class Probe implements Job {
    @Override
    public String name() {
      return "gpu-probe";
    }

    @Override
    public String summary() {
      return "Trains a round with GPUs and one without.";
    }

    @Override
    public List<Key<?>> keys() {
      return RunKeys.and(List.of());
    }

    @Override
    public List<String> plan(JobContext context, JobConfig config) {
      return List.of();
    }

    @Override
    public JobResult run(JobContext context, JobConfig config) {
      JavaSparkContext spark = new JavaSparkContext(context.spark().sparkContext());
      PackedShards shards = shards(context, config.get(RunKeys.OUTPUT));
      Profiles profiles = new Profiles();
      spark.sc().addSparkListener(profiles);
      Sums with = round(context, spark, shards, new GpuStage(config.get(RunKeys.GPUS)));
      List<Integer> units = IntStream.range(0, 8).boxed().toList();
      List<String> others = spark.parallelize(units, 8).map(unit -> gpu()).distinct(2).collect();
      context.progress().say("other tasks: %s", new TreeSet<>(others));
      Sums without = round(context, spark, shards, GpuStage.NONE);
      try {
        spark.sc().listenerBus().waitUntilEmpty();
      } catch (TimeoutException e) {
        throw new IllegalStateException(e);
      }
      context.progress().say("stages by profile: %s", profiles.stages);
      boolean same = Arrays.equals(gradient(with), gradient(without));
      return new JobResult("none", "none", Map.of("sameBits", same ? 1 : 0));
    }

    private static float[] gradient(Sums sums) {
      return sums.gradients().get(Loss.NETWORK).floats();
    }

    private static PackedShards shards(JobContext context, String folder) {
      StageStore stages =
          StageStore.open(folder, context.hadoop(), Map.of(), "never", Progress.SILENT);
      Snapshots snapshots = Snapshots.at(folder, context.hadoop(), "key", Progress.SILENT);
      return PackedShards.open(
          stages,
          snapshots,
          "shards",
          Regression.rows(context.spark(), 120, 2),
          WORKERS,
          42,
          "probe");
    }

    private static Sums round(
        JobContext context, JavaSparkContext spark, PackedShards shards, GpuStage stage) {
      GradientStep gradient = new GradientStep(Regression.small());
      CollectionAccumulator<String> given = spark.sc().collectionAccumulator("given");
      try (SyncRound round =
              new SyncRound(spark, context.hadoop(), shards, EngineSettings.cpu(1), 4, 42);
          Roles roles = Regression.small().frozen(Precision.FLOAT32)) {
        Sums sums =
            round.sums(new Recorded(gradient, stage, given), Draw.shuffled(8, 42), roles, 0);
        context.progress().say("training tasks: %s", new TreeSet<>(given.value()));
        return sums;
      }
    }
  }
}
