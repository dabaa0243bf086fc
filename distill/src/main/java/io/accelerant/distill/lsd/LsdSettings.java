package io.accelerant.distill.lsd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ReverseKernel;
import java.util.List;
import java.util.TreeSet;

/** The checked settings of one run, typed. */
record LsdSettings(JobConfig config, DiffusionGraph graph, NoiseSchedule noise, long seed) {

  /**
   * @throws io.accelerant.core.error.ConfigException if values do not go together
   */
  static LsdSettings of(JobConfig config) {
    LsdSettings settings =
        new LsdSettings(
            config,
            DiffusionGraph.ofLabel(config.get(LsdKeys.GRAPH)),
            config.get(LsdKeys.NOISE).equals("loglinear")
                ? new NoiseSchedule.LogLinear(config.get(LsdKeys.NOISE_EPS))
                : new NoiseSchedule.Geometric(
                    config.get(LsdKeys.NOISE_MIN), config.get(LsdKeys.NOISE_MAX)),
            config.get(RunKeys.SEED));
    settings.check();
    return settings;
  }

  private void check() {
    int n = teacherSteps();
    for (int m : steps()) {
      if (n % m != 0 || n == m) {
        throw config.invalid(
            LsdKeys.STEPS,
            "holds %d, which does not divide lsd.teacherSteps = %d into more than one step each."
                .formatted(m, n));
      }
    }
    if (config.get(LsdKeys.SEEDS).contains(seed)) {
      throw config.invalid(
          LsdKeys.SEEDS,
          "holds run.seed = %d, which the fit uses; evaluation needs other seeds.".formatted(seed));
    }
    if (new TreeSet<>(config.get(LsdKeys.SEEDS)).size() != config.get(LsdKeys.SEEDS).size()) {
      throw config.invalid(LsdKeys.SEEDS, "holds a seed twice.");
    }
    if (config.get(LsdKeys.SEEDS).isEmpty() || steps().isEmpty() || objectives().isEmpty()) {
      throw config.invalid(
          LsdKeys.STEPS, "lsd.steps, lsd.seeds and lsd.objective may not be empty.");
    }
    if (graph == DiffusionGraph.UNIFORM && objectives().contains("lookahead")) {
      throw config.invalid(
          LsdKeys.OBJECTIVE,
          "holds lookahead, which compares posteriors of masked positions: it needs lsd.graph = absorb.");
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

  List<String> objectives() {
    return config.get(LsdKeys.OBJECTIVE).stream().distinct().toList();
  }

  ReverseKernel kernel() {
    return Predictors.ofLabel(predictor());
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
