package io.accelerant.rl.offline;

import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.Shared;
import io.accelerant.rl.environment.Controller;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.environment.Rollout;
import io.accelerant.rl.policy.Normaliser;
import io.accelerant.rl.policy.OfflineData;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.policy.TrainingSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The two Spark stages: train, one cell a task; then roll out, one policy and some starts a task.
 */
final class CellStages {
  /** Starts of one evaluation task. */
  private static final int STARTS = 10;

  private final JavaSparkContext spark;
  private final Environment environment;
  private final EngineSettings engine;
  private final int episodes;
  private final long evaluationSeed;

  CellStages(
      JobContext context, Environment environment, EngineSettings engine, int episodes, long seed) {
    this.spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    this.environment = environment;
    this.engine = engine;
    this.episodes = episodes;
    this.evaluationSeed = seed;
  }

  /** A cell with all that its task needs. */
  record Work(Cell cell, double[] mass, TrainingSettings settings)
      implements java.io.Serializable {}

  /** A policy before it is measured. */
  record Learned(float[] parameters, Normaliser normaliser, double secondsPerStep) {}

  List<Learned> train(OfflineData data, List<Work> cells) {
    String label = environment.label();
    EngineSettings settings = engine;
    try (Shared<OfflineData> shared = Shared.of(spark, data);
        Shared<ArrayList<Work>> work = Shared.of(spark, new ArrayList<>(cells));
        JobDescription description = new JobDescription(spark.sc())) {
      description.set("Offline RL: train " + cells.get(0).cell().label() + " ..");
      List<double[]> results =
          engine
              .stage()
              .on(
                  spark.parallelize(
                      IntStream.range(0, cells.size()).boxed().toList(), cells.size()))
              .map(
                  index -> {
                    settings.start();
                    return train(index, work.copy().get(index), shared.copy(), label);
                  })
              .collect();
      return results.stream()
          .sorted(Comparator.comparingDouble(r -> r[0]))
          .map(r -> unpack(r, data))
          .toList();
    }
  }

  /** {@code index, seconds, mean [d], deviation [d], parameters}: primitive arrays cross stages. */
  private static double[] train(int index, Work work, OfflineData data, String label) {
    double bound = Environment.ofLabel(label).actionBound();
    long start = System.nanoTime();
    Policy policy = work.cell().algorithm().train(data, work.mass(), bound, work.settings());
    double seconds = (System.nanoTime() - start) / 1e9 / work.settings().steps();
    int d = data.observationSize();
    double[] packed = new double[2 + 2 * d + policy.parameters().length];
    packed[0] = index;
    packed[1] = seconds;
    System.arraycopy(policy.normaliser().mean(), 0, packed, 2, d);
    System.arraycopy(policy.normaliser().deviation(), 0, packed, 2 + d, d);
    for (int i = 0; i < policy.parameters().length; i++) {
      packed[2 + 2 * d + i] = policy.parameters()[i];
    }
    return packed;
  }

  private static Learned unpack(double[] packed, OfflineData data) {
    int d = data.observationSize();
    float[] parameters = new float[packed.length - 2 - 2 * d];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) packed[2 + 2 * d + i];
    }
    double[] mean = java.util.Arrays.copyOfRange(packed, 2, 2 + d);
    double[] deviation = java.util.Arrays.copyOfRange(packed, 2 + d, 2 + 2 * d);
    return new Learned(parameters, new Normaliser(mean, deviation), packed[1]);
  }

  /** Returns of each policy from the fixed starts, {@code [policy][start]}. */
  List<double[]> measure(List<Policy> policies) {
    ArrayList<Controller> controllers = new ArrayList<>();
    policies.forEach(policy -> controllers.add(policy.controller(environment)));
    return play(controllers);
  }

  /** Returns of the random and of the good controller from the same starts. */
  List<double[]> references() {
    return play(new ArrayList<>(List.of(environment.random(), environment.good())));
  }

  private List<double[]> play(ArrayList<Controller> controllers) {
    int chunks = (episodes + STARTS - 1) / STARTS;
    int tasks = controllers.size() * chunks;
    String label = environment.label();
    int count = episodes;
    long seed = evaluationSeed;
    List<double[]> returns = new ArrayList<>();
    controllers.forEach(c -> returns.add(new double[episodes]));
    try (Shared<ArrayList<Controller>> shared = Shared.of(spark, controllers);
        JobDescription description = new JobDescription(spark.sc())) {
      description.set("Offline RL: rollouts");
      int slices = Math.min(tasks, 4 * spark.defaultParallelism());
      List<double[]> parts =
          spark
              .parallelize(IntStream.range(0, tasks).boxed().toList(), slices)
              .mapPartitions(
                  indices -> {
                    List<Controller> all = shared.copy();
                    Environment played = Environment.ofLabel(label);
                    List<double[]> out = new ArrayList<>();
                    indices.forEachRemaining(
                        i ->
                            out.add(play(played, all.get(i / chunks), i, i % chunks, count, seed)));
                    return out.iterator();
                  })
              .collect();
      for (double[] part : parts) {
        int index = (int) part[0];
        System.arraycopy(
            part, 1, returns.get(index / chunks), index % chunks * STARTS, part.length - 1);
      }
    }
    return returns;
  }

  private static double[] play(
      Environment environment, Controller controller, int index, int chunk, int count, long seed) {
    int from = chunk * STARTS;
    double[] part = new double[1 + Math.min(STARTS, count - from)];
    part[0] = index;
    for (int e = 1; e < part.length; e++) {
      part[e] = Rollout.of(environment, controller, seed, from + e - 1L).value();
    }
    return part;
  }
}
