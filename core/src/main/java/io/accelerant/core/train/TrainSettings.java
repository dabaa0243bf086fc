package io.accelerant.core.train;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Updater;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * The size and pace of a training run.
 *
 * @param workers logical workers W, a part of what is computed: not the number of cores
 * @param batch examples of one worker and round
 */
public record TrainSettings(
    int workers, int rounds, int batch, double learningRate, int checkpointEvery, long seed)
    implements Serializable {
  public static final Key<Integer> WORKERS =
      Key.integer(
              "train.workers",
              "Logical workers: shards of the data; part of what is computed, whatever the cores")
          .between(1, 100_000)
          .withDefault(4);
  public static final Key<Integer> ROUNDS =
      Key.integer("train.rounds", "Synchronous rounds, one optimizer step each")
          .between(1, 100_000_000)
          .withDefault(1000);
  public static final Key<Integer> BATCH =
      Key.integer("train.batch", "Examples of one worker and round")
          .between(1, 1_000_000)
          .withDefault(16);
  public static final Key<Double> LEARNING_RATE =
      Key.number("train.learningRate", "Peak of the learning rate: linear warm-up, then cosine")
          .between(1e-9, 10)
          .withDefault(1e-3);
  public static final Key<Integer> CHECKPOINT_EVERY =
      Key.integer(
              "train.checkpointEvery", "Rounds between checkpoints; there is one at the end too")
          .atLeast(1)
          .withDefault(100)
          .operational();
  public static final Key<Integer> WARM_UP =
      Key.integer("train.warmUp", "Rounds over which the learning rate rises")
          .atLeast(0)
          .withDefault(50);
  public static final Key<Double> WEIGHT_DECAY =
      Key.number("train.weightDecay", "Decoupled weight decay of matrices (AdamW)")
          .between(0, 10)
          .withDefault(0.01);
  public static final Key<Double> CLIP =
      Key.number("train.clip", "Largest norm of the gradient").between(1e-9, 1e12).withDefault(1.0);
  public static final Key<Double> EMA =
      Key.number("train.ema", "Decay of the average of the weights, which is what is published")
          .between(0, 0.999999)
          .withDefault(0.999);
  public static final Key<String> OPTIMIZER =
      Key.string("train.optimizer", "Update rule; weight decay is decoupled from it, as in AdamW")
          .oneOf("adam", "adamax", "nesterovs", "sgd")
          .withDefault("adam");
  public static final Key<Double> BETA1 =
      Key.number("train.beta1", "Decay of the first moment; momentum of nesterovs")
          .between(0, 0.999999)
          .withDefault(0.9);
  public static final Key<Double> BETA2 =
      Key.number("train.beta2", "Decay of the second moment")
          .between(0, 0.999999)
          .withDefault(0.99);
  public static final Key<Integer> MICRO_BATCH =
      Key.integer(
              "train.microBatch",
              "Examples that one program computes at once; a batch is cut into as many as it needs")
          .between(1, 65_536)
          .withDefault(16);

  /** Every key of a training job. */
  public static final List<Key<?>> KEYS =
      List.of(
          WORKERS,
          ROUNDS,
          BATCH,
          LEARNING_RATE,
          CHECKPOINT_EVERY,
          WARM_UP,
          WEIGHT_DECAY,
          CLIP,
          EMA,
          OPTIMIZER,
          BETA1,
          BETA2,
          MICRO_BATCH);

  private static final double EPSILON = 1e-8;
  private static final double FLOOR = 0.05;

  public static TrainSettings of(JobConfig config) {
    return new TrainSettings(
        config.get(WORKERS),
        config.get(ROUNDS),
        config.get(BATCH),
        config.get(LEARNING_RATE),
        config.get(CHECKPOINT_EVERY),
        config.get(RunKeys.SEED));
  }

  /** Examples of one round. */
  public long union() {
    return (long) workers * batch;
  }

  /** How these settings draw records. */
  public Draw draw() {
    return Draw.shuffled(batch, seed);
  }

  /** The update rule of a configuration. */
  public static OptimizerSpec optimizer(JobConfig config) {
    return new OptimizerSpec(
        Updater.Rule.valueOf(config.get(OPTIMIZER).toUpperCase(Locale.ROOT)),
        config.get(BETA1),
        config.get(BETA2),
        EPSILON,
        config.get(WEIGHT_DECAY));
  }

  /** Warm-up and a cosine to 5% of the peak, clipping, and an average. */
  public Training training(JobConfig config) {
    int warmUp = Math.min(config.get(WARM_UP), rounds / 2);
    LearningRate fall = LearningRate.cosine(learningRate, FLOOR * learningRate, rounds - warmUp);
    return Training.of(
            optimizer(config), warmUp == 0 ? fall : LearningRate.warmUp(warmUp, learningRate, fall))
        .clipped(config.get(CLIP))
        .averaged(new ExponentialAverage(config.get(EMA), true), 1);
  }
}
