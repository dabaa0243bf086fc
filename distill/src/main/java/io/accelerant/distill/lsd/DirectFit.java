package io.accelerant.distill.lsd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.lm.KGrams;
import io.accelerant.distill.discrete.GridSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Direct} as Spark stages, one an iteration. Mapped: micro-batches of samples of every
 * candidate. Reduced: k-gram counts.
 */
final class DirectFit {
  private final FitRun run;
  private final LsdSettings settings;
  private final JobConfig config;
  private final int gram;
  private double[] teacherGrams;

  DirectFit(FitRun run) {
    this.run = run;
    this.settings = run.settings();
    this.config = settings.config();
    this.gram = config.get(LsdKeys.GRAM);
  }

  /**
   * Searches a sampler with M steps.
   *
   * @param starts grids of times to start from; the first is used alone when times are not learned
   */
  Fitted fit(int m, List<double[]> starts) {
    Direct.Plan plan =
        new Direct.Plan(
            m,
            config.get(LsdKeys.DIRECT_PERTURBATION),
            config.get(LsdKeys.DIRECT_GAIN),
            config.get(LsdKeys.DIRECT_ITERATIONS),
            settings.seed());
    Direct search = Direct.start(plan, start(m, starts));
    for (int i = 1; i <= plan.iterations(); i++) {
      List<double[]> candidates = List.of(search.candidate(1), search.candidate(-1));
      double[] distances = distances(m, candidates, settings.fitSeed("direct", i));
      search = search.next(distances[0], distances[1]);
      if (i % 10 == 0) {
        run.say(
            "direct, %d steps, iteration %d/%d: distance %.4f",
            m, i, plan.iterations(), (distances[0] + distances[1]) / 2);
      }
      run.checkStop();
    }
    return fitted(m, search.average());
  }

  /** The best of the starts, with equal coefficients. */
  private double[] start(int m, List<double[]> starts) {
    List<double[]> candidates = new ArrayList<>();
    for (double[] times : settings.learnTimes() ? starts : starts.subList(0, 1)) {
      double[] z = new double[settings.learnTimes() ? 2 * m : m];
      Arrays.fill(z, 0, m, config.get(LsdKeys.DIRECT_START));
      if (settings.learnTimes()) {
        System.arraycopy(StepLengths.logits(times), 0, z, m, m);
      }
      candidates.add(z);
    }
    double[] distances = distances(m, candidates, settings.fitSeed("direct", 0));
    int best = 0;
    for (int c = 1; c < distances.length; c++) {
      best = distances[c] < distances[best] ? c : best;
    }
    return candidates.get(best);
  }

  private Fitted fitted(int m, double[] z) {
    double end = settings.tEnd();
    double[] times =
        settings.learnTimes()
            ? StepLengths.times(StepLengths.ofLogits(Arrays.copyOfRange(z, m, 2 * m), end), end)
            : GridSampler.uniformTimes(m, end);
    return new Fitted(times, new Coefficients(CoefficientMode.EXPONENT, Arrays.copyOf(z, m)));
  }

  /** Distance of the k-gram law of each candidate to the teacher's, all on the same draws. */
  private double[] distances(int m, List<double[]> candidates, long seed) {
    GridSampler[] samplers =
        candidates.stream()
            .map(z -> fitted(m, z).sampler("direct", settings.kernel()))
            .toArray(GridSampler[]::new);
    int count = config.get(LsdKeys.DIRECT_SAMPLES);
    int batch = Math.max(1, Math.min(settings.batch(), count / 4));
    int units = TeacherTasks.batches(count, batch);
    int k = gram;
    List<double[]> counts =
        run.tasks()
            .map(
                "LSD direct, %d steps".formatted(m),
                units * samplers.length,
                (teacher, unit) -> {
                  long[] ids = TeacherTasks.ids(unit % units, batch, count);
                  int[] tokens = samplers[unit / units].sample(teacher, seed, ids).tokens();
                  return KGrams.counts(tokens, teacher.length(), teacher.process().vocabulary(), k);
                });
    boolean squared = config.get(LsdKeys.DIRECT_DISTANCE).equals("squared");
    double[] reference = teacherGrams();
    double[] distances = new double[samplers.length];
    for (int c = 0; c < samplers.length; c++) {
      double[] sum = TeacherTasks.sum(counts.subList(c * units, (c + 1) * units));
      distances[c] =
          squared ? KGrams.squaredDistance(sum, reference) : KGrams.totalVariation(sum, reference);
    }
    return distances;
  }

  /** k-gram counts of the teacher's samples. */
  private double[] teacherGrams() {
    if (teacherGrams == null) {
      int k = gram;
      teacherGrams =
          TeacherTasks.sum(
              run.states()
                  .map(
                      "LSD teacher's k-grams",
                      (teacher, ids, all) ->
                          KGrams.counts(
                              all[all.length - 1],
                              teacher.length(),
                              teacher.process().vocabulary(),
                              k)));
    }
    return teacherGrams;
  }
}
