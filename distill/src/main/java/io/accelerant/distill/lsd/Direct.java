package io.accelerant.distill.lsd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.lm.KGrams;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.GridSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An objective of ours without a surrogate: choose z = (Phi, and with learned times their logits a)
 * so that the k-gram law of the student's samples comes near to that of the teacher's, by
 * simultaneous perturbation (SPSA; Spall 1992): two evaluations an iteration whatever the number of
 * parameters, both with the same draws, no gradient of the model.
 *
 * <p>As Spark stages, one an iteration: micro-batches of samples of every candidate are mapped,
 * k-gram counts reduced.
 */
final class Direct {
  private static final long SIGNS = RandomStream.purpose("lsd.direct.signs");

  private final FitRun run;
  private final LsdSettings settings;
  private final JobConfig config;
  private final int m;
  private double[] teacherGrams;

  /**
   * @param m number of steps
   */
  Direct(FitRun run, int m) {
    this.run = run;
    this.settings = run.settings();
    this.config = settings.config();
    this.m = m;
  }

  /**
   * Searches a sampler.
   *
   * @param starts grids of times to start from; the first is used alone when times are not learned
   */
  Fitted fit(List<double[]> starts) {
    Plan plan =
        new Plan(
            m,
            config.get(LsdKeys.DIRECT_PERTURBATION),
            config.get(LsdKeys.DIRECT_GAIN),
            config.get(LsdKeys.DIRECT_ITERATIONS),
            settings.seed());
    Search search = Search.start(plan, start(starts));
    for (int i = 1; i <= plan.iterations(); i++) {
      List<double[]> candidates = List.of(search.candidate(1), search.candidate(-1));
      double[] distances = distances(candidates, settings.fitSeed("direct", i));
      search = search.next(distances[0], distances[1]);
      if (i % 10 == 0) {
        run.say(
            "direct, %d steps, iteration %d/%d: distance %.4f",
            m, i, plan.iterations(), (distances[0] + distances[1]) / 2);
      }
      run.checkStop();
    }
    return fitted(search.average());
  }

  /** The best of the starts, with equal coefficients. */
  private double[] start(List<double[]> starts) {
    List<double[]> candidates = new ArrayList<>();
    for (double[] times : settings.learnTimes() ? starts : starts.subList(0, 1)) {
      double[] z = new double[settings.learnTimes() ? 2 * m : m];
      Arrays.fill(z, 0, m, config.get(LsdKeys.DIRECT_START));
      if (settings.learnTimes()) {
        System.arraycopy(StepLengths.logits(times), 0, z, m, m);
      }
      candidates.add(z);
    }
    double[] distances = distances(candidates, settings.fitSeed("direct", 0));
    int best = 0;
    for (int c = 1; c < distances.length; c++) {
      best = distances[c] < distances[best] ? c : best;
    }
    return candidates.get(best);
  }

  private Fitted fitted(double[] z) {
    double end = settings.tEnd();
    double[] times =
        settings.learnTimes()
            ? StepLengths.times(StepLengths.ofLogits(Arrays.copyOfRange(z, m, 2 * m), end), end)
            : settings.uniformTimes(m);
    return new Fitted(times, new Coefficients(CoefficientMode.EXPONENT, Arrays.copyOf(z, m)));
  }

  /** Distance of the k-gram law of each candidate to the teacher's, all on the same draws. */
  private double[] distances(List<double[]> candidates, long seed) {
    GridSampler[] samplers =
        candidates.stream()
            .map(z -> fitted(z).sampler(settings.kernel()))
            .toArray(GridSampler[]::new);
    int count = config.get(LsdKeys.DIRECT_SAMPLES);
    int gram = config.get(LsdKeys.GRAM);
    List<double[]> counts =
        run.sums(
            Text.of("LSD direct, %d steps", m),
            samplers.length,
            new Batches(count, Math.max(1, Math.min(settings.batch(), count / 4))),
            (teacher, candidate, ids) ->
                grams(teacher, samplers[candidate].sample(teacher, seed, ids).tokens(), gram));
    double[] reference = teacherGrams();
    boolean squared = config.get(LsdKeys.DIRECT_DISTANCE).equals("squared");
    return counts.stream()
        .mapToDouble(
            sum ->
                squared
                    ? KGrams.squaredDistance(sum, reference)
                    : KGrams.totalVariation(sum, reference))
        .toArray();
  }

  /** k-gram counts of the teacher's samples. */
  private double[] teacherGrams() {
    if (teacherGrams == null) {
      int gram = config.get(LsdKeys.GRAM);
      teacherGrams =
          run.sumOverWalks(
              "LSD teacher's k-grams",
              (teacher, ids, walk) -> grams(teacher, walk[walk.length - 1], gram));
    }
    return teacherGrams;
  }

  private static double[] grams(DiscreteModel teacher, int[] tokens, int gram) {
    return KGrams.counts(tokens, teacher.length(), teacher.process().vocabulary(), gram);
  }

  /**
   * What does not change during a search.
   *
   * @param steps M: that many entries of z are exponents, and are held in their range
   * @param perturbation distance of the two candidates from z, in every entry
   * @param gain of the first iteration; it falls as 1/(1 + iteration/20)
   * @param iterations number of iterations; the average covers their second half
   * @param seed of the directions
   */
  record Plan(int steps, double perturbation, double gain, int iterations, long seed) {}

  /**
   * The state of a search.
   *
   * @param iteration number of iterations done
   * @param z parameters: Phi_0..Phi_{M-1} and, with learned times, the M logits of the step lengths
   * @param average running mean of z over the second half of the iterations (Polyak); what is used
   *     in the end
   */
  record Search(Plan plan, int iteration, double[] z, double[] average) {
    static Search start(Plan plan, double[] z) {
      return new Search(plan, 0, z.clone(), z.clone());
    }

    /** The directions of this iteration, +1 or -1 each. */
    private double[] signs() {
      RandomStream stream = new RandomStream(plan.seed, SIGNS, iteration, 0);
      double[] signs = new double[z.length];
      for (int j = 0; j < z.length; j++) {
        signs[j] = stream.nextInt(2) == 0 ? -1 : 1;
      }
      return signs;
    }

    /**
     * z + direction * perturbation * signs, the Phi part inside its range.
     *
     * @param direction 1 or -1
     */
    double[] candidate(int direction) {
      return moved(direction * plan.perturbation);
    }

    /**
     * The search after one more iteration: z - gain/(1 + iteration/20) (f+ - f-)/(2 perturbation)
     * signs.
     *
     * @param plus distance at {@code candidate(+1)}
     * @param minus distance at {@code candidate(-1)}
     */
    Search next(double plus, double minus) {
      double slope = (plus - minus) / (2 * plan.perturbation);
      double rate = plan.gain / (1 + iteration / 20.0);
      double[] next = moved(-rate * slope);
      int averaged = iteration - plan.iterations / 2;
      double[] mean = next.clone();
      if (averaged > 0) {
        for (int j = 0; j < z.length; j++) {
          mean[j] = average[j] + (next[j] - average[j]) / (averaged + 1);
        }
      }
      return new Search(plan, iteration + 1, next, mean);
    }

    private double[] moved(double distance) {
      double[] signs = signs();
      double[] moved = new double[z.length];
      for (int j = 0; j < z.length; j++) {
        moved[j] = z[j] + distance * signs[j];
        if (j < plan.steps) {
          moved[j] = CoefficientMode.clipExponent(moved[j]);
        }
      }
      return moved;
    }
  }
}
