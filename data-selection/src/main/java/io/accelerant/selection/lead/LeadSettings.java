package io.accelerant.selection.lead;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Training;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checked configuration of a run.
 *
 * @param arms all, in the order of {@link Arm}
 * @param published whose model under the first seed is published
 * @param seeds of training
 * @param rule how rows are selected
 * @param clusters of difficulty
 * @param warmUp of the model that sorts the pool
 * @param gradientOf see {@link GradientPart#of}
 * @param learningRate its peak
 * @param workers of an update where rows are spread
 * @param newTasks that the model is to learn
 * @param scoreBatch rows that are scored or answered together
 * @param seed of the run: what is drawn outside of training
 */
record LeadSettings(
    List<Arm> arms,
    Arm published,
    List<Long> seeds,
    Rule rule,
    int clusters,
    WarmUp warmUp,
    String gradientOf,
    OptimizerSpec optimizer,
    double learningRate,
    double clip,
    int microBatch,
    int workers,
    boolean spread,
    List<String> newTasks,
    int scoreBatch,
    int partitions,
    EngineSettings engine,
    long seed)
    implements Serializable {

  /** A training on random rows. */
  record WarmUp(int rows, double learningRate) implements Serializable {}

  /**
   * @throws io.accelerant.core.error.ConfigException if keys are missing or do not go together
   */
  static LeadSettings of(JobConfig config) {
    for (Key<?> key : List.of(LeadKeys.MODEL, LeadKeys.POOL)) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(key, "is required, unless lead.of is set.");
      }
    }
    boolean spread = config.get(LeadKeys.SPREAD).equals("rows");
    if (!spread && config.get(TrainSettings.WORKERS) > 1) {
      throw config.invalid(
          TrainSettings.WORKERS,
          Text.of(
              "is %,d; a training that is a task has one. Set lead.spread = rows, or leave it out.",
              config.get(TrainSettings.WORKERS)));
    }
    double learningRate = config.get(TrainSettings.LEARNING_RATE);
    return new LeadSettings(
        arms(config),
        SelectionKeys.published(config),
        config.distinct(LeadKeys.SEEDS),
        SelectionKeys.rule(config),
        config.get(SelectionKeys.CLUSTERS),
        new WarmUp(
            config.get(OfflineKeys.WARM_UP_ROWS),
            config.find(OfflineKeys.WARM_UP_RATE).orElse(learningRate)),
        config.get(LeadKeys.GRADIENT_OF),
        TrainSettings.optimizer(config),
        learningRate,
        config.get(TrainSettings.CLIP),
        config.get(TrainSettings.MICRO_BATCH),
        config.get(TrainSettings.WORKERS),
        spread,
        config.get(LeadKeys.NEW_TASKS),
        config.get(OfflineKeys.SCORE_BATCH),
        config.get(OfflineKeys.PARTITIONS),
        EngineSettings.of(config),
        config.get(RunKeys.SEED));
  }

  /** The controls and those asked for, once each. */
  private static List<Arm> arms(JobConfig config) {
    return Stream.concat(
            Arm.CONTROLS.stream(), config.get(LeadKeys.ARMS).stream().map(Arm::ofLabel))
        .distinct()
        .sorted()
        .toList();
  }

  /** The unit whose model is published. */
  LeadUnit publishedUnit() {
    return new LeadUnit(published, seeds.get(0));
  }

  /** Those of the training that sorts the pool. */
  LeadSettings ofWarmUp() {
    return new LeadSettings(
        arms,
        published,
        seeds,
        new Rule(
            warmUp.rows(),
            1,
            0,
            Rule.Count.USES,
            rule.smoothing(),
            rule.gamma(),
            rule.lossChange(),
            rule.guard(),
            rule.batch()),
        clusters,
        warmUp,
        gradientOf,
        optimizer,
        warmUp.learningRate(),
        clip,
        microBatch,
        workers,
        spread,
        newTasks,
        scoreBatch,
        partitions,
        engine,
        seed);
  }

  /** What an optimizer is told: a rate of its own, no decay of the average. */
  Training training(UsedRate rate) {
    return Training.of(optimizer, rate).clipped(clip);
  }
}
