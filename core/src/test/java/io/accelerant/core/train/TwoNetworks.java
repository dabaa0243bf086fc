package io.accelerant.core.train;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A generator against a critic that sees both through frozen features (least squares, Mao et al.
 * 2017). The generator is updated every fifth round; each has an optimizer of its own.
 */
final class TwoNetworks {
  static final int ROUNDS = 13;
  static final String GENERATOR = "generator";
  static final String CRITIC = "critic";
  static final String FEATURES = "features";
  private static final int WORKERS = 3;
  private static final Mlp NET = new Mlp(2, List.of(8), 2, Activation.TANH);
  private static final Mlp ONE = new Mlp(2, List.of(8), 1, Activation.TANH);
  private static final long NOISE = RandomStream.purpose("test.noise");

  private TwoNetworks() {}

  /** The loss of the generator, or of the critic. */
  record Adversary(boolean ofGenerator) implements Objective {
    @Override
    public Map<String, NetworkSpec> networks() {
      return Map.of(GENERATOR, NET, CRITIC, ONE, FEATURES, NET);
    }

    @Override
    public List<String> differentiated() {
      return List.of(ofGenerator ? GENERATOR : CRITIC);
    }

    @Override
    public Map<String, Object> config() {
      return Map.of("ofGenerator", ofGenerator);
    }

    @Override
    public BatchShape shape() {
      return BatchShape.of(4);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      Value z = scopes.graph().input("z", shape.batch(), 2);
      Value made = NET.apply(scopes.of(GENERATOR), z);
      Value seen =
          ofGenerator
              ? made
              : scopes.graph().concat(0, made, scopes.graph().input("x", shape.batch(), 2));
      Value features = NET.apply(scopes.of(FEATURES), seen);
      scopes.squaredError(ONE.apply(scopes.of(CRITIC), features));
    }

    /** Real ones are called 1, those made 0, which the generator calls 1. */
    @Override
    public void set(Program program, Batch batch) {
      int size = shape().batch();
      int rows = ofGenerator ? size : 2 * size;
      double[] z = new double[2 * size];
      double[] x = new double[2 * size];
      double[] target = new double[rows];
      double[] weights = new double[rows];
      for (int i = 0; i < batch.size(); i++) {
        RandomStream noise = batch.stream(i, NOISE);
        ByteBuffer record = ByteBuffer.wrap(batch.records().get(i));
        for (int k = 0; k < 2; k++) {
          z[2 * i + k] = noise.nextGaussian();
          x[2 * i + k] = record.getDouble(8 * k);
        }
        for (int row = i; row < rows; row += size) {
          target[row] = ofGenerator || row >= size ? 1 : 0;
          weights[row] = 1.0 / batch.union();
        }
      }
      program.set("z", z).set("target", target).set("weights", weights);
      if (!ofGenerator) {
        program.set("x", x);
      }
    }
  }

  static RoundStep step() {
    return new GradientStep(new Adversary(false))
        .and(new GradientStep(new Adversary(true)).every(5));
  }

  static Roles roles() {
    Training adam =
        Training.of(OptimizerSpec.adam(0.5, 0.9, 1e-8), LearningRate.constant(0.01))
            .averaged(new ExponentialAverage(0.9, false), 5);
    Training nesterovs =
        Training.of(OptimizerSpec.nesterovs(0.9), LearningRate.linear(0.05, 0.01, ROUNDS))
            .clipped(0.5);
    return new Roles(Precision.FLOAT32)
        .trained(GENERATOR, NET, adam, Flat.of(Precision.FLOAT32, NET.initial(1)))
        .trained(CRITIC, ONE, nesterovs, Flat.of(Precision.FLOAT32, ONE.initial(2)))
        .frozen(FEATURES, NET, Flat.of(Precision.FLOAT32, NET.initial(3)));
  }

  /** Trains with a checkpoint every four rounds; all numbers of all roles. */
  static float[] train(SparkSession spark, Path folder, Trainer.Watcher watcher) {
    Configuration hadoop = new Configuration();
    Map<String, Object> identity = Map.of("networks", 2);
    String key = StageStore.resumeKey(identity);
    Snapshots snapshots = Snapshots.at(folder.toString(), hadoop, key, Progress.SILENT);
    StageStore stages =
        StageStore.open(folder.toString(), hadoop, identity, "auto", Progress.SILENT);
    PackedShards shards =
        PackedShards.open(
            stages, snapshots, "shards", Regression.rows(spark, 60, 2), WORKERS, 42, "test");
    try (Roles roles = roles();
        SyncRound workers =
            new SyncRound(
                new JavaSparkContext(spark.sparkContext()),
                hadoop,
                shards,
                EngineSettings.cpu(1),
                4,
                42)) {
      new Trainer(workers, roles, ROUNDS)
          .checkpoints(snapshots, 4)
          .watch(watcher)
          .train(step(), Draw.shuffled(6, 42));
      return numbers(roles);
    }
  }

  static float[] numbers(Roles roles) {
    return Flat.join(
            Precision.FLOAT32,
            List.of(
                roles.parameters(GENERATOR),
                roles.averages(GENERATOR),
                roles.parameters(CRITIC),
                roles.parameters(FEATURES)))
        .floats();
  }

  /** In a process of its own: {@code master folder round}; dies after the round. */
  public static void main(String[] arguments) throws IOException {
    int last = Integer.parseInt(arguments[2]);
    try (SparkSession spark =
        SparkSession.builder()
            .master(arguments[0])
            .config("spark.ui.enabled", false)
            .getOrCreate()) {
      train(
          spark,
          Path.of(arguments[1]),
          done -> {
            if (done == last) {
              Runtime.getRuntime().halt(9);
            }
          });
    }
  }
}
