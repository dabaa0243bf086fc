package io.accelerant.distill.lsd;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteTeacher;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The fits of LSD as Spark stages. Mapped: teacher and student walks of a micro-batch of trajectory
 * ids. Reduced: sums of 3M doubles (scoreL2), two doubles a step (lookahead), k-gram counts
 * (direct), one number an interval (JYS); the driver adds them in the order of the ids. Travelling
 * to the tasks: the teacher, the current coefficients and times.
 */
final class LsdFit implements AutoCloseable {
  private final LsdSettings settings;
  private final int length;
  private final int vocabulary;
  private final TeacherTasks tasks;
  private final JobContext context;
  private final Progress progress;
  private TeacherTasks.States states;
  private double[] teacherGrams;

  LsdFit(JobContext context, LsdSettings settings, LsdTeacher teacher) {
    this.context = context;
    this.progress = context.progress();
    this.settings = settings;
    this.length = teacher.source().length();
    this.vocabulary = teacher.source().process().vocabulary();
    this.tasks =
        new TeacherTasks(
            JavaSparkContext.fromSparkContext(context.spark().sparkContext()),
            teacher.source(),
            settings.config().get(LsdKeys.PARTITIONS));
  }

  /** A learned pair of times and coefficients, before it is known to be worth publishing. */
  record Fitted(double[] times, Coefficients coefficients) implements java.io.Serializable {
    GridSampler sampler(String label, ReverseKernel kernel) {
      return new GridSampler(label, kernel, times, coefficients, true);
    }
  }

  /** The teacher's walks, made when first asked for. */
  private TeacherTasks.States states() {
    if (states == null) {
      progress.say(
          "teacher: %d trajectories of %d steps", settings.trajectories(), settings.teacherSteps());
      ReverseKernel kernel = settings.kernel();
      int grid = settings.gridPoints();
      int n = settings.teacherSteps();
      double end = settings.tEnd();
      long seed = settings.seed();
      states =
          tasks
          .new States(
              settings.trajectories(),
              settings.batch(),
              (teacher, ids) -> roll(teacher, kernel, n, grid, end, seed, ids));
    }
    return states;
  }

  private static final long TEACHER =
      io.accelerant.core.random.RandomStream.purpose("lsd.teacher.step");

  /**
   * N steps of the teacher; the states at G equal distances from t = 1 on, then its samples: [G +
   * 1][batch * length].
   */
  static int[][] roll(
      DiscreteTeacher teacher,
      ReverseKernel kernel,
      int n,
      int grid,
      double end,
      long seed,
      long[] ids) {
    double[] times = GridSampler.uniformTimes(n, end);
    int[] x = GridSampler.prior(teacher.process(), teacher.length(), seed, ids);
    double[] scores = new double[x.length * teacher.process().symbols()];
    int[][] kept = new int[grid + 1][];
    for (int j = 0; j < n; j++) {
      if (j % (n / grid) == 0) {
        kept[j / (n / grid)] = x.clone();
      }
      teacher.scores(x, ids.length, times[j], scores);
      GridSampler.step(
          teacher.process(),
          kernel,
          ScoreTransform.IDENTITY,
          j,
          times[j],
          times[j + 1],
          x,
          scores,
          TEACHER,
          seed,
          ids);
    }
    teacher.scores(x, ids.length, end, scores);
    GridSampler.denoise(teacher.process(), end, x, scores, TEACHER, n, seed, ids);
    kept[grid] = x;
    return kept;
  }

  /** {@link ScoreL2} for M steps. */
  Fitted scoreL2(CoefficientMode mode, int m) {
    double end = settings.tEnd();
    int passes = settings.config().get(LsdKeys.PASSES);
    boolean sgd = settings.config().get(LsdKeys.FIT).equals("sgd");
    double rate = settings.config().get(LsdKeys.FIT_RATE);
    double[] teacherTimes = GridSampler.uniformTimes(m, end);
    double[] a = new double[m];
    Fitted fitted =
        new Fitted(
            StepLengths.times(StepLengths.ofLogits(a, end), end),
            Coefficients.constant(mode, 1, m));
    for (int pass = 0; pass < passes; pass++) {
      double[] sums = scoreL2Sums(fitted, teacherTimes, m, pass);
      boolean moveTimes = settings.learnTimes() && pass % 2 == 1;
      if (moveTimes) {
        double[] kappa = sgd ? descendTimes(a, sums, rate) : bestTimes(sums, m);
        fitted = new Fitted(StepLengths.times(kappa, end), fitted.coefficients());
      } else {
        double[] phi = fitted.coefficients().phi();
        phi = sgd ? ScoreL2.descend(phi, sums, rate) : ScoreL2.closedForm(sums);
        if (mode == CoefficientMode.EXPONENT) {
          phi = clipExponents(phi);
        }
        fitted = new Fitted(fitted.times(), new Coefficients(mode, phi));
      }
      progress.say(
          "scoreL2 %s, %d steps, pass %d/%d: loss of step 0 %.4g",
          mode.label(),
          m,
          pass + 1,
          passes,
          ScoreL2.loss(fitted.coefficients().phi(), sums, 0, settings.trajectories()));
      context.checkStop();
    }
    return fitted;
  }

  private double[] scoreL2Sums(Fitted fitted, double[] teacherTimes, int m, int pass) {
    int stride = settings.gridPoints() / m;
    ReverseKernel kernel = settings.kernel();
    double relaxation = settings.config().get(LsdKeys.RELAXATION);
    long seed = settings.fitSeed("scoreL2", pass);
    return TeacherTasks.sum(
        states()
            .map(
                "LSD scoreL2, %d steps, pass %d".formatted(m, pass + 1),
                (teacher, ids, all) -> {
                  int[][] grid = new int[m][];
                  for (int k = 0; k < m; k++) {
                    grid[k] = all[k * stride];
                  }
                  return ScoreL2.sums(
                      teacher,
                      kernel,
                      fitted.coefficients(),
                      fitted.times(),
                      grid,
                      teacherTimes,
                      relaxation,
                      seed,
                      ids);
                }));
  }

  private double target(int m) {
    boolean student = settings.config().get(LsdKeys.KAPPA_TARGET).equals("student");
    return (1 - settings.tEnd()) / (student ? m : settings.teacherSteps());
  }

  private double[] bestTimes(double[] sums, int m) {
    return ScoreL2.stepLengths(
        sums, target(m), settings.config().get(LsdKeys.KAPPA_DAMPING), settings.tEnd());
  }

  /** One descent step on the logits a (changed in place), in units of the uniform step. */
  private double[] descendTimes(double[] a, double[] sums, double rate) {
    int m = a.length;
    double end = settings.tEnd();
    double[] kappa = StepLengths.ofLogits(a, end);
    double[] best = ScoreL2.closedForm(sums);
    double[] gradient = new double[m];
    for (int k = 0; k < m; k++) {
      gradient[k] = kappa[k] - target(m) * best[k];
    }
    double[] slope = StepLengths.logitGradient(kappa, gradient, end);
    double unit = (1 - end) / m;
    for (int k = 0; k < m; k++) {
      a[k] -= rate * slope[k] / (unit * unit);
    }
    return StepLengths.ofLogits(a, end);
  }

  private static double[] clipExponents(double[] phi) {
    return Arrays.stream(phi)
        .map(p -> Math.min(Direct.MAX_PHI, Math.max(Direct.MIN_PHI, p)))
        .toArray();
  }

  /** {@link Lookahead} for M steps, on the uniform grid. */
  Fitted lookahead(int m) {
    double[] times = GridSampler.uniformTimes(m, settings.tEnd());
    ReverseKernel kernel = settings.kernel();
    int fine = settings.teacherSteps() / m;
    int batch = settings.batch();
    int count = settings.trajectories();
    long seed = settings.fitSeed("lookahead", 0);
    Coefficients coefficients = Coefficients.constant(CoefficientMode.POSTERIOR_EXPONENT, 1, m);
    for (int k = 0; k < m; k++) {
      int step = k;
      Coefficients before = coefficients;
      List<double[]> parts =
          tasks.map(
              "LSD lookahead, %d steps, step %d".formatted(m, k + 1),
              TeacherTasks.batches(count, batch),
              (teacher, unit) ->
                  Lookahead.sums(
                      teacher,
                      kernel,
                      before,
                      times,
                      step,
                      fine,
                      seed,
                      TeacherTasks.ids(unit, batch, count)));
      double[] phi = coefficients.phi().clone();
      phi[k] = Lookahead.phi(TeacherTasks.sum(parts));
      coefficients = new Coefficients(CoefficientMode.POSTERIOR_EXPONENT, phi);
      progress.say("lookahead, %d steps, step %d/%d: phi %.3f", m, k + 1, m, phi[k]);
      context.checkStop();
    }
    return new Fitted(times, coefficients);
  }

  /**
   * {@link Direct} for M steps.
   *
   * @param starts grids of times to start from; the first is used alone when times are not learned
   */
  Fitted direct(int m, List<double[]> starts) {
    double perturbation = settings.config().get(LsdKeys.DIRECT_PERTURBATION);
    double gain = settings.config().get(LsdKeys.DIRECT_GAIN);
    int iterations = settings.config().get(LsdKeys.DIRECT_ITERATIONS);
    Direct search = Direct.start(directStart(m, starts));
    for (int i = 0; i < iterations; i++) {
      double[] plus = search.candidate(1, perturbation, m, settings.seed());
      double[] minus = search.candidate(-1, perturbation, m, settings.seed());
      double[] distances = distances(m, List.of(plus, minus), settings.fitSeed("direct", i + 1));
      search =
          search.next(
              distances[0], distances[1], perturbation, gain, m, iterations, settings.seed());
      if ((i + 1) % 10 == 0) {
        progress.say(
            "direct, %d steps, iteration %d/%d: distance %.4f",
            m, i + 1, iterations, (distances[0] + distances[1]) / 2);
      }
      context.checkStop();
    }
    return directFitted(m, search.average());
  }

  private double[] directStart(int m, List<double[]> starts) {
    List<double[]> candidates = new ArrayList<>();
    for (double[] times : settings.learnTimes() ? starts : starts.subList(0, 1)) {
      double[] z = new double[settings.learnTimes() ? 2 * m : m];
      Arrays.fill(z, 0, m, settings.config().get(LsdKeys.DIRECT_START));
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

  private Fitted directFitted(int m, double[] z) {
    double end = settings.tEnd();
    double[] times =
        settings.learnTimes()
            ? StepLengths.times(StepLengths.ofLogits(Arrays.copyOfRange(z, m, 2 * m), end), end)
            : GridSampler.uniformTimes(m, end);
    return new Fitted(times, new Coefficients(CoefficientMode.EXPONENT, Arrays.copyOf(z, m)));
  }

  /** Distance of the k-gram law of each candidate to the teacher's, all on the same draws. */
  private double[] distances(int m, List<double[]> candidates, long seed) {
    List<GridSampler> samplers =
        candidates.stream()
            .map(z -> directFitted(m, z).sampler("direct", settings.kernel()))
            .toList();
    int count = settings.config().get(LsdKeys.DIRECT_SAMPLES);
    int batch = Math.max(1, Math.min(settings.batch(), count / 4));
    int units = TeacherTasks.batches(count, batch);
    int gram = settings.config().get(LsdKeys.GRAM);
    int size = length;
    int v = vocabulary;
    GridSampler[] array = samplers.toArray(GridSampler[]::new);
    List<double[]> counts =
        tasks.map(
            "LSD direct, %d steps".formatted(m),
            units * array.length,
            (teacher, unit) -> {
              long[] ids = TeacherTasks.ids(unit % units, batch, count);
              int[] tokens = array[unit / units].sample(teacher, seed, ids).tokens();
              return grams(tokens, size, v, gram);
            });
    double[] reference = teacherGrams();
    boolean squared = settings.config().get(LsdKeys.DIRECT_DISTANCE).equals("squared");
    double[] distances = new double[array.length];
    for (int c = 0; c < array.length; c++) {
      double[] sum = TeacherTasks.sum(counts.subList(c * units, (c + 1) * units));
      distances[c] =
          squared ? Direct.squaredDistance(sum, reference) : Direct.totalVariation(sum, reference);
    }
    return distances;
  }

  /** k-gram counts of the teacher's samples. */
  private double[] teacherGrams() {
    if (teacherGrams == null) {
      int gram = settings.config().get(LsdKeys.GRAM);
      int size = length;
      int v = vocabulary;
      teacherGrams =
          TeacherTasks.sum(
              states()
                  .map(
                      "LSD teacher's k-grams",
                      (teacher, ids, all) -> grams(all[all.length - 1], size, v, gram)));
    }
    return teacherGrams;
  }

  /** Counts of the k-grams inside each sequence; [V^k]. */
  static double[] grams(int[] tokens, int length, int vocabulary, int k) {
    int size = 1;
    for (int j = 0; j < k; j++) {
      size = Math.multiplyExact(size, vocabulary);
    }
    double[] counts = new double[size];
    for (int start = 0; start < tokens.length; start += length) {
      for (int i = start; i + k <= start + length; i++) {
        int code = 0;
        for (int j = 0; j < k; j++) {
          code = code * vocabulary + tokens[i + j];
        }
        counts[code]++;
      }
    }
    return counts;
  }

  /** The times of {@link JumpYourSteps} for M steps. */
  double[] jumpYourSteps(int m) {
    double[] times = {1, settings.tEnd()};
    while (times.length - 1 < m) {
      times = split(times, m);
      context.checkStop();
    }
    return times;
  }

  /** One level: a point inside each interval, or inside the longest ones when fewer are wanted. */
  private double[] split(double[] times, int m) {
    int intervals = times.length - 1;
    int wanted = Math.min(intervals, m - intervals);
    double[] from = times;
    List<Integer> chosen =
        java.util.stream.IntStream.range(0, intervals)
            .boxed()
            .sorted(java.util.Comparator.comparingDouble(i -> from[i + 1] - from[i]))
            .limit(wanted)
            .toList();
    JumpYourSteps.Search[] searches = new JumpYourSteps.Search[wanted];
    for (int c = 0; c < wanted; c++) {
      searches[c] = JumpYourSteps.Search.on(times[chosen.get(c) + 1], times[chosen.get(c)]);
    }
    for (int iteration = 0; iteration < 12; iteration++) {
      double[] values = klub(times, chosen, searches);
      for (int c = 0; c < wanted; c++) {
        searches[c] = searches[c].with(values[c]);
      }
    }
    double[] next = Arrays.copyOf(times, times.length + wanted);
    for (int c = 0; c < wanted; c++) {
      next[times.length + c] = searches[c].best(1024);
    }
    Arrays.sort(next);
    for (int i = 0; i < next.length / 2; i++) {
      double swap = next[i];
      next[i] = next[next.length - 1 - i];
      next[next.length - 1 - i] = swap;
    }
    return next;
  }

  private double[] klub(double[] times, List<Integer> chosen, JumpYourSteps.Search[] searches) {
    int count = Math.min(settings.config().get(LsdKeys.JYS_SAMPLES), settings.trajectories());
    long seed = settings.fitSeed("jys", 0);
    double[] t1 = chosen.stream().mapToDouble(i -> times[i]).toArray();
    double[] tn = chosen.stream().mapToDouble(i -> times[i + 1]).toArray();
    double[] t2 = Arrays.stream(searches).mapToDouble(JumpYourSteps.Search::next).toArray();
    return TeacherTasks.sum(
        states()
            .map(
                "LSD baseline Jump Your Steps",
                (teacher, ids, all) -> {
                  double[] values = new double[t1.length];
                  if (ids[0] < count) {
                    for (int c = 0; c < values.length; c++) {
                      values[c] =
                          JumpYourSteps.klub(
                              teacher, all[all.length - 1], t1[c], t2[c], tn[c], seed, ids);
                    }
                  }
                  return values;
                }));
  }

  /**
   * Samples {@code count} ids from each sampler under each seed and measures them: [sampler][seed].
   */
  List<List<Measured>> measure(
      String description,
      List<? extends DiscreteSampler> samplers,
      long[] seeds,
      int count,
      SampleMeter meter) {
    DiscreteSampler[] array = samplers.toArray(DiscreteSampler[]::new);
    int batch = settings.batch();
    int units = TeacherTasks.batches(count, batch);
    int size = length;
    int v = vocabulary;
    List<double[]> results =
        tasks.map(
            description,
            array.length * seeds.length * units,
            (teacher, unit) -> {
              long start = System.nanoTime();
              DiscreteSampler.Samples samples =
                  array[unit / units / seeds.length].sample(
                      teacher,
                      seeds[unit / units % seeds.length],
                      TeacherTasks.ids(unit % units, batch, count));
              return Measured.of(samples, v, size, meter, System.nanoTime() - start).pack();
            });
    List<List<Measured>> measured = new ArrayList<>();
    for (int s = 0; s < array.length; s++) {
      List<Measured> bySeed = new ArrayList<>();
      for (int e = 0; e < seeds.length; e++) {
        int from = (s * seeds.length + e) * units;
        bySeed.add(
            Measured.concatenate(
                results.subList(from, from + units).stream()
                    .map(packed -> Measured.unpack(packed, v))
                    .toList()));
      }
      measured.add(bySeed);
    }
    return measured;
  }

  @Override
  public void close() {
    if (states != null) {
      states.close();
    }
  }
}
