package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import io.accelerant.distill.fastlightgen.GuidedVelocity.Mode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checked configuration of a run.
 *
 * @param prune fraction of the blocks' parameters
 * @param levels at which held-out loss is measured
 * @param arms of stage III, {@link Arm#FLG} among them
 * @param steps of students; the first is published
 * @param baselineSteps of all other networks, those of the students with them, rising
 * @param candidates teachers to choose from; those without contrast first
 * @param strong contrast of the arm that is to be too strong
 * @param seed of the run: what is drawn outside of training
 */
record FastLightGenSettings(
    double prune,
    boolean guard,
    boolean greedy,
    int probes,
    double[] levels,
    int shards,
    StageTwoSettings two,
    StageThreeSettings three,
    List<GuidedVelocity> candidates,
    int searchUpdates,
    List<Arm> arms,
    List<Integer> steps,
    List<Integer> baselineSteps,
    List<Double> baselineGuidance,
    List<Long> seeds,
    int samples,
    int reference,
    int batch,
    int microBatch,
    double strong,
    double veto,
    int timed,
    int partitions,
    EngineSettings engine,
    long seed)
    implements Serializable {

  /**
   * @throws io.accelerant.core.error.ConfigException if keys are missing or do not go together
   */
  static FastLightGenSettings of(JobConfig config) {
    for (Key<?> key : List.of(FastLightGenKeys.MODEL, FastLightGenKeys.DATA)) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(key, "is required, unless fastlightgen.of is set.");
      }
    }
    List<Integer> steps = config.distinct(FastLightGenKeys.STEPS);
    int batch = config.get(FastLightGenKeys.BATCH);
    return new FastLightGenSettings(
        config.get(FastLightGenKeys.PRUNE),
        config.get(FastLightGenKeys.GUARD),
        config.get(FastLightGenKeys.ORDER).equals("greedy"),
        probes(config),
        config.distinct(FastLightGenKeys.LEVELS).stream().mapToDouble(t -> t).toArray(),
        Math.min(config.get(FastLightGenKeys.SHARDS), config.get(FastLightGenKeys.PROBES)),
        StageTwoSettings.of(config),
        StageThreeSettings.of(config),
        candidates(config),
        config.get(FastLightGenKeys.SEARCH_UPDATES),
        arms(config),
        steps,
        Stream.concat(steps.stream(), config.get(FastLightGenKeys.BASELINE_STEPS).stream())
            .distinct()
            .sorted()
            .toList(),
        config.distinct(FastLightGenKeys.BASELINE_GUIDANCE),
        config.distinct(FastLightGenKeys.SEEDS),
        config.get(FastLightGenKeys.SAMPLES),
        config.get(FastLightGenKeys.REFERENCE),
        batch,
        Math.min(config.get(FastLightGenKeys.MICRO_BATCH), batch),
        strong(config),
        config.get(FastLightGenKeys.VETO),
        config.get(FastLightGenKeys.TIMED),
        config.get(FastLightGenKeys.PARTITIONS),
        EngineSettings.of(config),
        config.get(RunKeys.SEED));
  }

  private static int probes(JobConfig config) {
    int probes = config.get(FastLightGenKeys.PROBES);
    int samples = config.get(FastLightGenKeys.SAMPLES);
    if (probes > samples) {
      throw config.invalid(
          FastLightGenKeys.PROBES,
          Text.of(
              "is %,d; they are the first of the fastlightgen.samples = %,d held-out rows that"
                  + " choose: give at most so many.",
              probes, samples));
    }
    return probes;
  }

  /** With less than none the arm would be the opposite of what its name says. */
  private static double strong(JobConfig config) {
    double strong = config.get(FastLightGenKeys.STRONG);
    Mode mode = mode(config);
    if (strong <= mode.none()) {
      throw config.invalid(
          FastLightGenKeys.STRONG,
          Text.of(
              "is %s, but is to be too much, and %s is no contrast with fastlightgen.mode = %s:"
                  + " give more, such as %s.",
              strong, mode.none(), mode.label(), mode.none() + 0.75));
    }
    return strong;
  }

  private static List<Arm> arms(JobConfig config) {
    List<String> arms = config.distinct(FastLightGenKeys.ARMS);
    if (!arms.contains(Arm.FLG.label())) {
      throw config.invalid(
          FastLightGenKeys.ARMS, "is " + arms + ": flg, which is published, has to be among them.");
    }
    return Arrays.stream(Arm.values()).filter(arm -> arms.contains(arm.label())).toList();
  }

  private static Mode mode(JobConfig config) {
    return Mode.ofLabel(config.get(FastLightGenKeys.MODE));
  }

  private static List<GuidedVelocity> candidates(JobConfig config) {
    Mode mode = mode(config);
    List<GuidedVelocity> candidates = new ArrayList<>();
    Stream.concat(Stream.of(mode.none()), config.get(FastLightGenKeys.SEARCH_CONTRAST).stream())
        .distinct()
        .forEach(
            contrast ->
                config
                    .distinct(FastLightGenKeys.SEARCH_GUIDANCE)
                    .forEach(g -> candidates.add(new GuidedVelocity(mode, g, contrast))));
    return List.copyOf(candidates);
  }

  /** Whether there is anything to choose. */
  boolean searches() {
    return candidates.size() > 1;
  }
}
