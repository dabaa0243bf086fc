package io.accelerant.rl.trajectory;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.Weighting;
import java.util.List;

/** The keys of {@code trajectory-weights}. */
public final class TrajectoryWeightsKeys {
  public static final Key<String> INPUT =
      Key.string(
          "trajectoryWeights.input",
          "Transitions: an artifact of collect-trajectories, or Parquet or JSON lines with episode ids, or in D4RL's raw order");
  public static final Key<String> DATASET =
      Key.string(
              "trajectoryWeights.dataset",
              "Value of the column dataset to take, where the input holds several")
          .optional();
  public static final Key<String> WEIGHTING =
      Key.string(
              "trajectoryWeights.weighting",
              "uniform; rw: by return; aw: by return over what the start promises, or rw with a warning where episodes are too few or observations too wide (256 numbers) to tell; top: the best share")
          .oneOf(Weighting.LABELS)
          .withDefault("aw");
  public static final Key<Double> ALPHA =
      Key.number(
              "trajectoryWeights.alpha",
              "Temperature of rw and aw; two transitions differ by at most e^(1/alpha)")
          .between(1e-3, 1e9)
          .withDefault(0.1);
  public static final Key<Double> TOP =
      Key.number("trajectoryWeights.top", "Share of trajectories that top keeps")
          .between(1e-9, 1)
          .withDefault(0.1);
  public static final Key<Double> CLIP =
      Key.number(
              "trajectoryWeights.clip",
              "Quantile at both ends to which scores are clipped, against outliers; 0: not at all")
          .between(0, 0.49)
          .withDefault(0.0);
  public static final Key<Boolean> EXCLUDE_INCOMPLETE =
      Key.bool(
              "trajectoryWeights.excludeIncomplete",
              "Leave out episodes that end in neither a terminal nor a timeout")
          .withDefault(false);
  public static final Key<Long> DRAWS =
      Key.longInteger(
              "trajectoryWeights.draws",
              "Transitions to draw by the weights into the table batch, in training order, see emit; 0: none")
          .between(0, 1e12)
          .withDefault(0L);
  public static final Key<String> DRAW =
      Key.string(
              "trajectoryWeights.draw",
              "multinomial: exactly so many independent draws; poisson: each transition by itself, about so many")
          .oneOf("multinomial", "poisson")
          .withDefault("multinomial");
  public static final Key<String> EMIT =
      Key.string(
              "trajectoryWeights.emit",
              "What the table batch holds. draws: episode and step; transitions: the columns of the drawn transitions too, joined from the input")
          .oneOf("draws", "transitions")
          .withDefault("draws");
  public static final Key<Integer> BUCKETS =
      Key.integer(
              "trajectoryWeights.buckets",
              "Logical buckets of episodes for multinomial draws; the draws depend on it, not on partitions")
          .between(1, 1_000_000)
          .withDefault(64);

  static final List<Key<?>> ALL =
      RunKeys.and(
          List.of(
              INPUT,
              DATASET,
              WEIGHTING,
              ALPHA,
              TOP,
              CLIP,
              EXCLUDE_INCOMPLETE,
              DRAWS,
              DRAW,
              EMIT,
              BUCKETS));

  private TrajectoryWeightsKeys() {}

  static boolean emitsTransitions(JobConfig config) {
    boolean transitions = config.get(EMIT).equals("transitions");
    if (transitions && config.get(DRAWS) == 0) {
      throw config.invalid(EMIT, "is transitions, but trajectoryWeights.draws is 0.");
    }
    return transitions;
  }

  static WeightSettings settings(JobConfig config) {
    return new WeightSettings(
        Weighting.ofLabel(config.get(WEIGHTING)),
        config.get(ALPHA),
        config.get(TOP),
        config.get(CLIP));
  }
}
