package io.accelerant.rl.offline;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.weight.Weighting;
import java.util.List;

/** The keys of {@code offline-rl}. */
public final class OfflineRlKeys {
  public static final Key<String> INPUT =
      Key.string(
          "offlineRl.input",
          "Transitions: an artifact of collect-trajectories, Parquet or JSON lines with episode ids, or in D4RL's raw order");
  public static final Key<String> ENVIRONMENT =
      Key.string(
              "offlineRl.environment", "Where policies are measured; the data must be from there")
          .oneOf(Environment.labels())
          .withDefault("pendulum");
  public static final Key<List<String>> DATASETS =
      Key.strings(
              "offlineRl.datasets",
              "Data sets to learn from, such as sigma-5; seed s learns from sigma-5.s<s> where that exists. Default: all of the input")
          .optional();
  public static final Key<List<String>> WEIGHTINGS =
      Key.strings(
              "offlineRl.weightings",
              "Weightings to learn from; aw is rw, with a warning, where episodes are too few or observations too wide")
          .oneOf(Weighting.LABELS)
          .withDefault(List.of(Weighting.LABELS));
  public static final Key<List<String>> ALGORITHMS =
      Key.strings("offlineRl.algorithms", "bc: behaviour cloning; td3bc: TD3+BC")
          .oneOf(Algorithm.LABELS)
          .withDefault(List.of("bc"));
  public static final Key<List<Long>> SEEDS =
      Key.longs("offlineRl.seeds", "Training seeds; the spread in the report is over them")
          .withDefault(List.of(1L, 2L, 3L));
  public static final Key<Integer> BC_STEPS =
      Key.integer("offlineRl.bcSteps", "Gradient steps of behaviour cloning")
          .between(1, 100_000_000)
          .withDefault(3000);
  public static final Key<Integer> TD3BC_STEPS =
      Key.integer("offlineRl.td3bcSteps", "Gradient steps of TD3+BC's critics")
          .between(1, 100_000_000)
          .withDefault(8000);
  public static final Key<Double> BC_RATE =
      Key.number("offlineRl.bcLearningRate", "Adam's rate in behaviour cloning")
          .between(1e-7, 1)
          .withDefault(1e-3);
  public static final Key<Double> TD3BC_RATE =
      Key.number("offlineRl.td3bcLearningRate", "Adam's rate in TD3+BC, actor and critics")
          .between(1e-7, 1)
          .withDefault(3e-4);
  public static final Key<Integer> BATCH =
      Key.integer("offlineRl.batch", "Transitions of a mini-batch")
          .between(1, 1_000_000)
          .withDefault(256);
  public static final Key<List<Integer>> HIDDEN =
      Key.integers("offlineRl.hidden", "Widths of the hidden layers")
          .between(1, 65_536)
          .withDefault(List.of(64, 64));
  public static final Key<Double> ALPHA =
      Key.number("offlineRl.alpha", "Temperature of rw and aw").between(1e-3, 1e9).withDefault(0.1);
  public static final Key<Double> TOP =
      Key.number("offlineRl.top", "Share of trajectories that top keeps")
          .between(1e-9, 1)
          .withDefault(0.1);
  public static final Key<Integer> EPISODES =
      Key.integer("offlineRl.evaluationEpisodes", "Fixed starts on which every policy is measured")
          .between(1, 1_000_000)
          .withDefault(50);
  public static final Key<Long> EVALUATION_SEED =
      Key.longInteger("offlineRl.evaluationSeed", "Seed of those starts").withDefault(1000L);
  public static final Key<String> PUBLISH =
      Key.string(
              "offlineRl.publish",
              "Which policy becomes the model, as dataset/weighting/algorithm/seed; default: the first of each list, aw if it is there")
          .optional();

  static final List<Key<?>> ALL =
      RunKeys.and(
          List.of(
              INPUT,
              ENVIRONMENT,
              DATASETS,
              WEIGHTINGS,
              ALGORITHMS,
              SEEDS,
              BC_STEPS,
              TD3BC_STEPS,
              BC_RATE,
              TD3BC_RATE,
              BATCH,
              HIDDEN,
              ALPHA,
              TOP,
              EPISODES,
              EVALUATION_SEED,
              PUBLISH));

  private OfflineRlKeys() {}
}
