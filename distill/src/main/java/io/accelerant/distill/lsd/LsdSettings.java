package io.accelerant.distill.lsd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ReverseKernel;
import java.util.List;
import java.util.TreeSet;

/** The checked settings of one run, typed. */
record LsdSettings(JobConfig config, DiffusionGraph graph, NoiseSchedule noise, long seed) {

  /** k-gram counts are sent by every task. */
  private static final int MAX_GRAMS = 1 << 20;

  /**
   * @throws io.accelerant.core.error.ConfigException if values do not go together
   */
  static LsdSettings of(JobConfig config) {
    LsdSettings settings =
        new LsdSettings(
            config,
            DiffusionGraph.ofLabel(config.get(LsdKeys.GRAPH)),
            noise(config),
            config.get(RunKeys.SEED));
    settings.check();
    return settings;
  }

  private static NoiseSchedule noise(JobConfig config) {
    if (config.get(LsdKeys.NOISE).equals("loglinear")) {
      return new NoiseSchedule.LogLinear(config.get(LsdKeys.NOISE_EPS));
    }
    double min = config.get(LsdKeys.NOISE_MIN);
    double max = config.get(LsdKeys.NOISE_MAX);
    if (min >= max) {
      throw config.invalid(
          LsdKeys.NOISE_MAX, Text.of("is %s, not above lsd.noiseMin = %s.", max, min));
    }
    return new NoiseSchedule.Geometric(min, max);
  }

  private void check() {
    for (Key<? extends List<?>> key :
        List.of(LsdKeys.STEPS, LsdKeys.SEEDS, LsdKeys.OBJECTIVE, LsdKeys.EXPONENTS)) {
      if (config.get(key).isEmpty()) {
        throw config.invalid(key, "may not be empty.");
      }
    }
    int n = teacherSteps();
    for (int m : steps()) {
      if (n % m != 0 || n == m) {
        throw config.invalid(
            LsdKeys.STEPS,
            Text.of(
                "holds %d, which does not divide lsd.teacherSteps = %d into more than one step"
                    + " each.",
                m, n));
      }
    }
    List<Long> seeds = config.get(LsdKeys.SEEDS);
    if (seeds.contains(seed)) {
      throw config.invalid(
          LsdKeys.SEEDS,
          Text.of("holds run.seed = %d, which the fit uses; evaluation needs other seeds.", seed));
    }
    if (new TreeSet<>(seeds).size() != seeds.size()) {
      throw config.invalid(LsdKeys.SEEDS, "holds a seed twice.");
    }
    if (graph == DiffusionGraph.UNIFORM && objectives().contains(Objective.LOOKAHEAD)) {
      throw config.invalid(
          LsdKeys.OBJECTIVE,
          "holds lookahead, which compares posteriors of masked positions: it needs lsd.graph ="
              + " absorb.");
    }
  }

  /**
   * Checks what depends on the model.
   *
   * @throws io.accelerant.core.error.ConfigException if the search by k-grams does not fit it
   */
  void check(DiscreteSource model) {
    int k = config.get(LsdKeys.GRAM);
    double grams = StrictMath.pow(model.process().vocabulary(), k);
    if (objectives().contains(Objective.DIRECT) && (k > model.length() || grams > MAX_GRAMS)) {
      throw config.invalid(
          LsdKeys.GRAM,
          Text.of(
              "is %d: over %d symbols and sequences of %d that is no law to compare, which needs at"
                  + " most %d different k-grams, no longer than a sequence; choose a smaller one or"
                  + " leave direct out of lsd.objective.",
              k, model.process().vocabulary(), model.length(), MAX_GRAMS));
    }
  }

  List<Integer> steps() {
    return List.copyOf(new TreeSet<>(config.get(LsdKeys.STEPS)));
  }

  /** The steps at which the plain samplers are reported: the baseline's and the student's. */
  List<Integer> plainSteps() {
    TreeSet<Integer> all = new TreeSet<>(config.get(LsdKeys.BASELINE_STEPS));
    all.addAll(steps());
    return List.copyOf(all);
  }

  List<Objective> objectives() {
    return config.get(LsdKeys.OBJECTIVE).stream().distinct().map(Objective::ofLabel).toList();
  }

  ReverseKernel kernel() {
    return LsdSchedule.kernel(predictor());
  }

  /**
   * Whether a plain step of Euler is one of Tweedie: on the absorbing graph with loglinear noise
   * both open a masked position with probability (t - u)/t.
   */
  boolean eulerIsTweedie() {
    return graph == DiffusionGraph.ABSORB && noise instanceof NoiseSchedule.LogLinear;
  }

  String predictor() {
    return config.get(LsdKeys.PREDICTOR);
  }

  int teacherSteps() {
    return config.get(LsdKeys.TEACHER_STEPS);
  }

  int trajectories() {
    return config.get(LsdKeys.TRAJECTORIES);
  }

  /** The trajectories by micro-batch. */
  Batches trajectoryBatches() {
    return new Batches(trajectories(), batch());
  }

  /** M equal steps from 1 to {@link #tEnd}. */
  double[] uniformTimes(int m) {
    return GridSampler.uniformTimes(m, tEnd());
  }

  double tEnd() {
    return config.get(LsdKeys.T_END);
  }

  int batch() {
    return config.get(LsdKeys.BATCH);
  }

  boolean learnTimes() {
    return config.get(LsdKeys.LEARN_TIMES);
  }

  /**
   * Number G of equal intervals of the grid on which teacher states are kept: the least common
   * multiple of all M. It divides N, since every M does.
   */
  int gridPoints() {
    int lcm = 1;
    for (int m : steps()) {
      lcm = lcm / gcd(lcm, m) * m;
    }
    return lcm;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /**
   * A seed of its own for a part of the fit, never equal to an evaluation seed but by a 64-bit
   * accident.
   */
  long fitSeed(String part, int index) {
    return RandomStream.mix(
        RandomStream.mix(seed ^ RandomStream.purpose("lsd.fit." + part)) + index);
  }
}
