package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.Annealing;
import io.accelerant.core.lm.Temperature;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Training;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checked configuration of a run.
 *
 * @param arms all, those of the first weighting first
 * @param seeds of training; the first is published
 * @param iterations times that samples are allocated
 * @param steps of an iteration
 * @param stepPrompts prompts of a step
 * @param updates of a step
 * @param probes of a prompt
 * @param samples of a prompt and step, on average
 * @param workers of an update where prompts are spread
 * @param seed of the run: what is drawn outside of training
 */
record GvmSettings(
    List<Arm> arms,
    Arm published,
    List<Long> seeds,
    int iterations,
    int steps,
    int stepPrompts,
    int updates,
    int probes,
    int samples,
    NormOf normOf,
    boolean reuse,
    double decay,
    boolean laplace,
    Estimates.Norm norm,
    AllocationSettings allocation,
    PolicyObjective.Clip clip,
    Annealed annealed,
    Training training,
    int microBatch,
    int workers,
    boolean spread,
    int testSamples,
    int evaluateEvery,
    int emitEvery,
    Frozen frozen,
    int sampleBatch,
    int partitions,
    EngineSettings engine,
    long seed)
    implements Serializable {

  /** The measurement at the start; of no prompts if there is none. */
  record Frozen(int prompts, int samples, int repetitions, List<Integer> probes)
      implements Serializable {}

  /**
   * Temperatures of what is trained on.
   *
   * @param drawn whether old log-probabilities are those of the drawing
   */
  record Annealed(String reading, double highest, double lowest, int scale, boolean drawn)
      implements Serializable {
    Temperature at(int step) {
      return switch (reading) {
        case "formula" -> Annealing.formula(highest, lowest, scale, step);
        case "code" -> Annealing.code(highest, lowest, scale, step);
        default -> Temperature.ONE;
      };
    }
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if keys are missing or do not go together
   */
  static GvmSettings of(JobConfig config) {
    for (Key<?> key : List.of(GvmKeys.MODEL, GvmKeys.PROMPTS)) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(
            key, "is required, unless gvmRaft.of, gvmRaft.loss or gvmRaft.variance is set.");
      }
    }
    config.refuse(ReplayKeys.REPLAY, "computes given numbers, without a model.");
    check(config);
    int steps = config.get(GvmKeys.STEPS);
    List<Arm> arms = arms(config);
    boolean reuse = config.get(GvmKeys.REUSE);
    if (steps > 1 && (reuse || arms.stream().anyMatch(a -> a.kind() == Arm.Kind.GVM_REUSE))) {
      throw config.invalid(
          GvmKeys.STEPS,
          Text.of(
              "is %d, but probes can be trained on only in the step right after them; set it to 1,"
                  + " or leave %s and gvm-reuse out.",
              steps, GvmKeys.REUSE.path()));
    }
    Arm published =
        new Arm(
            distinct(config, Arm.Kind.ofLabel(config.get(GvmKeys.PUBLISH))),
            Weighting.ofLabel(config.distinct(GvmKeys.WEIGHTING).get(0)),
            true);
    return new GvmSettings(
        arms,
        published,
        config.distinct(GvmKeys.SEEDS),
        config.get(GvmKeys.ITERATIONS),
        steps,
        config.get(GvmKeys.STEP_PROMPTS),
        config.get(GvmKeys.UPDATES),
        config.get(GvmKeys.PROBES),
        config.get(GvmKeys.SAMPLES),
        NormOf.of(config.get(GvmKeys.NORM_OF)),
        reuse,
        config.get(GvmKeys.DECAY),
        ReplayKeys.isLaplace(config),
        ReplayKeys.norm(config),
        ReplayKeys.allocation(config),
        new PolicyObjective.Clip(
            config.get(GvmKeys.CLIP_LOW), config.get(GvmKeys.CLIP_HIGH), config.get(GvmKeys.KL)),
        annealed(config),
        training(config),
        config.get(TrainSettings.MICRO_BATCH),
        config.get(TrainSettings.WORKERS),
        config.get(GvmKeys.SPREAD).equals("prompts"),
        config.get(GvmKeys.TEST_SAMPLES),
        config.get(GvmKeys.EVALUATE_EVERY),
        config.get(GvmKeys.EMIT_EVERY),
        new Frozen(
            config.get(GvmKeys.FROZEN_PROMPTS),
            config.get(GvmKeys.FROZEN_SAMPLES),
            config.get(GvmKeys.FROZEN_REPETITIONS),
            config.distinct(GvmKeys.FROZEN_PROBES)),
        config.get(GvmKeys.BATCH),
        config.get(GvmKeys.PARTITIONS),
        EngineSettings.of(config),
        config.get(RunKeys.SEED));
  }

  /** Those asked for, the controls, and the published one, once each. */
  private static List<Arm> arms(JobConfig config) {
    List<Arm.Kind> asked =
        Stream.concat(config.get(GvmKeys.ARMS).stream(), Stream.of(config.get(GvmKeys.PUBLISH)))
            .map(Arm.Kind::ofLabel)
            .toList();
    Stream<Arm.Kind> theirs =
        asked.stream()
            .flatMap(kind -> new Arm(kind, Weighting.LEMMA1, true).control().stream())
            .map(Arm::kind);
    List<Arm.Kind> kinds =
        Stream.of(Arm.CONTROLS.stream(), theirs, asked.stream())
            .flatMap(kind -> kind)
            .map(kind -> distinct(config, kind))
            .distinct()
            .toList();
    List<Arm> arms = new ArrayList<>();
    List<Weighting> weightings =
        config.distinct(GvmKeys.WEIGHTING).stream().map(Weighting::ofLabel).toList();
    for (Weighting weighting : weightings) {
      kinds.forEach(kind -> arms.add(new Arm(kind, weighting, weighting == weightings.get(0))));
    }
    return List.copyOf(arms);
  }

  /** With as many probes as samples, all of both are twice the samples. */
  private static Arm.Kind distinct(JobConfig config, Arm.Kind kind) {
    boolean same = config.get(GvmKeys.PROBES).equals(config.get(GvmKeys.SAMPLES));
    return same && kind == Arm.Kind.RAFT_TOTAL ? Arm.Kind.RAFT_TWICE : kind;
  }

  private static void check(JobConfig config) {
    if (config.get(ReplayKeys.FLOOR) > config.get(GvmKeys.SAMPLES)) {
      throw config.invalid(
          ReplayKeys.FLOOR,
          Text.of(
              "is %d, but a prompt has %s = %d samples on average.",
              config.get(ReplayKeys.FLOOR), GvmKeys.SAMPLES.path(), config.get(GvmKeys.SAMPLES)));
    }
    if (config.get(GvmKeys.KL) > 0
        && !config.get(GvmKeys.WEIGHTING).equals(List.of(Weighting.TOKEN_MEAN.label()))) {
      throw config.invalid(
          GvmKeys.KL,
          Text.of(
              "is for %s = tokenMean: other weights are those of right answers, and the divergence"
                  + " is a mean over all.",
              GvmKeys.WEIGHTING.path()));
    }
  }

  private static Annealed annealed(JobConfig config) {
    String reading = config.get(GvmKeys.ANNEALING);
    if (reading.equals("none")) {
      Collection<Key<?>> unused =
          List.of(
              GvmKeys.ANNEALING_HIGHEST,
              GvmKeys.ANNEALING_LOWEST,
              GvmKeys.ANNEALING_SCALE,
              GvmKeys.OLD);
      config.refuse(unused, "is for gvmRaft.annealing.reading = formula or code.");
    }
    if (config.get(GvmKeys.ANNEALING_LOWEST) > config.get(GvmKeys.ANNEALING_HIGHEST)) {
      throw config.invalid(
          GvmKeys.ANNEALING_LOWEST, "must not be above " + GvmKeys.ANNEALING_HIGHEST.path() + ".");
    }
    return new Annealed(
        reading,
        config.get(GvmKeys.ANNEALING_HIGHEST),
        config.get(GvmKeys.ANNEALING_LOWEST),
        config.get(GvmKeys.ANNEALING_SCALE),
        config.get(GvmKeys.OLD).equals("drawn"));
  }

  /** A constant rate: a policy has no last round in sight. */
  private static Training training(JobConfig config) {
    return Training.of(
            TrainSettings.optimizer(config),
            LearningRate.constant(config.get(TrainSettings.LEARNING_RATE)))
        .clipped(config.get(TrainSettings.CLIP));
  }

  double learningRate() {
    return training.learningRate().at(0);
  }

  /** Updates of a whole training. */
  int rounds() {
    return iterations * steps * updates;
  }

  /** Whether probes of an arm are trained on. */
  boolean reuses(Arm arm) {
    return arm.probes() && (reuse || arm.kind() == Arm.Kind.GVM_REUSE);
  }

  /** Whether p of an arm is Laplace's. */
  boolean smooths(Arm arm) {
    return arm.smoothed() || laplace && arm.budget() != Arm.Budget.UNIFORM;
  }

  /** What an arm makes of norms. */
  Estimates.Norm norm(Arm arm) {
    return switch (arm.kind()) {
      case GVM_ONE -> Estimates.Norm.ONE;
      case GVM_RMS, GVM_OPTIMUM -> Estimates.Norm.RMS;
      default -> norm;
    };
  }

  /** Whose norms an arm takes. */
  NormOf normOf(Arm arm) {
    return switch (arm.kind()) {
      case GVM_HEAD -> NormOf.HEAD;
      case GVM_OPTIMUM -> NormOf.ALL;
      default -> normOf;
    };
  }
}
