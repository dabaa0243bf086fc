package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What allocations are worth at the start, the policy frozen: variance and squared error of lemma
 * 1's gradient of all that is trained, in closed form and over gradients that are drawn. Mapped:
 * prompts, then gradients; broadcast: the policy.
 */
record FrozenStudy(GvmSettings settings, PolicyNetwork network, Questions questions, int slots)
    implements Serializable {
  private static final long REFERENCE = RandomStream.purpose("gvm.frozen.reference");
  private static final long FRESH = RandomStream.purpose("gvm.frozen.fresh");
  private static final long PROBES = RandomStream.purpose("gvm.frozen.probes");
  private static final long MOST_BYTES = 1L << 30;

  /**
   * What the samples of a prompt say.
   *
   * @param norms {@code [NORMS][samples]} of right answers, 0 of wrong ones
   * @param mean gradient of a right answer
   */
  record Known(boolean[] correct, double[][] norms, float[] mean) implements Serializable {}

  /** Whose norms are kept. */
  private static final int OWN = 0;

  private static final int HEAD = 1;
  private static final int ALL = 2;

  /**
   * An allocation, and what was found of it.
   *
   * @param probes that it goes by; 0: all samples
   * @param closed variance, mean over draws of the probes
   * @param closedError the same with the square of the bias
   * @param measured variance over gradients that were drawn
   * @param error their mean squared distance to the reference, less that of the reference itself
   * @param dropped mean share of prompts that can be solved and get no sample
   */
  record Row(
      String allocation,
      int probes,
      double closed,
      double closedError,
      double measured,
      double error,
      double dropped)
      implements Serializable {}

  /** How an allocation comes about. */
  private enum Rule {
    UNIFORM("uniform", OWN, Estimates.Norm.ONE),
    GVM("gvm", OWN, Estimates.Norm.MEAN),
    HEAD_NORM("gvm-head", HEAD, Estimates.Norm.MEAN),
    ALL_NORM("gvm-all", ALL, Estimates.Norm.MEAN),
    RMS("gvm-rms", OWN, Estimates.Norm.RMS),
    ONE("gvm-one", OWN, Estimates.Norm.ONE),
    OPTIMUM("gvm-optimum", ALL, Estimates.Norm.RMS),
    LAPLACE("gvm-laplace", OWN, Estimates.Norm.MEAN);

    final String label;
    final int norms;
    final Estimates.Norm norm;

    Rule(String label, int norms, Estimates.Norm norm) {
      this.label = label;
      this.norms = norms;
      this.norm = norm;
    }
  }

  private static final List<Rule> KNOWING =
      List.of(
          Rule.UNIFORM, Rule.GVM, Rule.HEAD_NORM, Rule.ALL_NORM, Rule.RMS, Rule.ONE, Rule.OPTIMUM);
  private static final List<Rule> PROBING = List.of(Rule.UNIFORM, Rule.GVM, Rule.ONE, Rule.LAPLACE);

  /** The name of a row, and of its metrics. */
  static String name(String allocation, int probes) {
    return probes == 0 ? allocation : Text.of("%s.probes%d", allocation, probes);
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if mean gradients do not fit the driver, or
   *     there are more probes than samples
   */
  void check(JobConfig config) {
    GvmSettings.Frozen frozen = settings.frozen();
    long bytes = (long) Float.BYTES * network.trainedParameters();
    if (bytes * Math.max(questions.count(), frozen.repetitions()) > MOST_BYTES) {
      throw config.invalid(
          GvmKeys.FROZEN_PROMPTS,
          Text.of(
              "is %d, and %d gradients of %,d parameters are kept on the driver, more than 1 GiB;"
                  + " set it to 0, or train adapters.",
              questions.count(),
              Math.max(questions.count(), frozen.repetitions()),
              network.trainedParameters()));
    }
    frozen.probes().stream()
        .filter(probes -> probes > frozen.samples())
        .findFirst()
        .ifPresent(
            probes -> {
              throw config.invalid(
                  GvmKeys.FROZEN_PROBES,
                  Text.of(
                      "has %d, of %s = %d samples.",
                      probes, GvmKeys.FROZEN_SAMPLES.path(), frozen.samples()));
            });
  }

  /**
   * All of it.
   *
   * @param policy all parameters of the network that is trained
   */
  List<Row> run(JobContext context, float[] policy) {
    settings.engine().start();
    try (Shared<float[]> numbers = Shared.of(context, policy);
        Shared<Questions> asked = Shared.of(context, questions)) {
      FrozenStudy self = new FrozenStudy(settings, network, null, slots);
      Units<float[]> units =
          new Units<>(context, settings.engine().stage(), settings.partitions(), numbers::copy);
      List<Known> known =
          units.map(
              "gvm-raft: gradients at the start",
              questions.count(),
              (parameters, prompt) -> self.known(parameters, asked.copy(), prompt));
      Gathered moments = Gathered.of(known);
      List<Row> rows = new ArrayList<>();
      for (Rule rule : KNOWING) {
        rows.add(self.row(units, asked, moments, rule, 0));
      }
      for (int probes : settings.frozen().probes()) {
        for (Rule rule : PROBING) {
          rows.add(self.row(units, asked, moments, rule, probes));
        }
      }
      return rows;
    }
  }

  private ProgramPool pool() {
    settings.engine().start();
    return ProgramPool.ofJvm(network.programs(slots));
  }

  private Known known(float[] policy, Questions asked, int prompt) {
    int count = settings.frozen().samples();
    List<List<Drawing.Part>> pieces =
        Pieces.of(
            new int[] {prompt},
            new int[] {0},
            new int[] {count},
            new double[] {1},
            settings.sampleBatch());
    List<Answer> answers = new ArrayList<>();
    ProgramPool pool = pool();
    try (CausalModel model = CausalSource.open(network.step(), policy, pool);
        GradientNorms.Meter meter = network.meter(policy, settings.microBatch(), pool)) {
      Drawing drawing = Drawing.plain(key(REFERENCE, 0), null, false);
      pieces.forEach(piece -> answers.addAll(drawing.run(asked, model, meter, piece)));
      boolean[] correct = new boolean[count];
      answers.forEach(a -> correct[a.sample()] = a.correct());
      int[] right = IntStream.range(0, count).filter(i -> correct[i]).toArray();
      List<GradientNorms.Row> rows =
          Arrays.stream(right)
              .mapToObj(i -> new GradientNorms.Row(asked.tokens()[prompt], answers.get(i).tokens()))
              .toList();
      double[][] norms = new double[3][count];
      put(norms[OWN], right, meter.norms(settings.normOf(), rows));
      put(norms[HEAD], right, meter.norms(NormOf.HEAD, rows));
      double[] sum = new double[(int) network.trainedParameters()];
      for (int k = 0; k < right.length; k++) {
        double[] gradient = meter.gradient(rows.get(k)).toDoubles();
        double square = 0;
        for (int i = 0; i < sum.length; i++) {
          sum[i] += gradient[i] / right.length;
          square += gradient[i] * gradient[i];
        }
        norms[ALL][right[k]] = StrictMath.sqrt(square);
      }
      return new Known(correct, norms, Flat.of(sum).toFloats());
    }
  }

  private static void put(double[] into, int[] places, double[] numbers) {
    for (int k = 0; k < places.length; k++) {
      into[places[k]] = numbers[k];
    }
  }

  private long key(long purpose, int number) {
    return new RandomStream(settings.seed(), purpose, number, 0).nextLong();
  }

  /**
   * What is known of all prompts.
   *
   * @param gram inner products of mean gradients
   */
  private record Gathered(
      List<Known> known, double[] p, double[] m2, double[] mu2, double[][] gram) {
    static Gathered of(List<Known> known) {
      int m = known.size();
      double[] p = new double[m];
      double[] m2 = new double[m];
      double[] mu2 = new double[m];
      double[][] gram = new double[m][m];
      for (int i = 0; i < m; i++) {
        Known own = known.get(i);
        int right = 0;
        for (int s = 0; s < own.correct().length; s++) {
          right += own.correct()[s] ? 1 : 0;
          m2[i] += own.norms()[ALL][s] * own.norms()[ALL][s];
        }
        p[i] = right / (double) own.correct().length;
        m2[i] = right == 0 ? 0 : m2[i] / right;
        for (int j = 0; j <= i; j++) {
          gram[i][j] = dot(own.mean(), known.get(j).mean());
          gram[j][i] = gram[i][j];
        }
        // of the mean over so many answers, less what their spread adds to it
        mu2[i] = right < 2 ? gram[i][i] : Math.max(0, (right * gram[i][i] - m2[i]) / (right - 1));
      }
      return new Gathered(known, p, m2, mu2, gram);
    }

    private static double dot(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (double) a[i] * b[i];
      }
      return sum;
    }

    int count() {
      return p.length;
    }

    /** The mean of mean gradients over prompts, negative: the gradient of the loss. */
    double[] reference() {
      double[] sum = new double[known.get(0).mean().length];
      for (Known own : known) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] -= own.mean()[i] / count();
        }
      }
      return sum;
    }

    /** The variance of {@link #reference}. */
    double referenceVariance() {
      double sum = 0;
      for (int i = 0; i < count(); i++) {
        double right = p[i] * known.get(i).correct().length;
        sum += right == 0 ? 0 : (m2[i] - mu2[i]) / right;
      }
      return sum / count() / count();
    }
  }

  /** Samples and weights of one draw of the probes. */
  private record Shares(long[] n, double[] p) implements Serializable {}

  private Row row(
      Units<float[]> units, Shared<Questions> asked, Gathered moments, Rule rule, int probes) {
    int repetitions = settings.frozen().repetitions();
    Shares[] shares = new Shares[repetitions];
    double closed = 0;
    double closedError = 0;
    double dropped = 0;
    for (int r = 0; r < repetitions; r++) {
      shares[r] = shares(moments, rule, probes, r);
      double variance = variance(moments, shares[r]);
      closed += variance / repetitions;
      closedError += (variance + bias(moments, shares[r])) / repetitions;
      for (int i = 0; i < moments.count(); i++) {
        boolean gone = moments.p()[i] > 0 && shares[r].n()[i] == 0;
        dropped += gone ? 1.0 / moments.count() / repetitions : 0;
      }
    }
    FrozenStudy self = this;
    List<float[]> gradients =
        units.map(
            Text.of("gvm-raft: variance of %s", name(rule.label, probes)),
            repetitions,
            (policy, r) -> self.gradient(policy, asked.copy(), shares[r], r));
    double[] found = spread(gradients, moments);
    return new Row(rule.label, probes, closed, closedError, found[0], found[1], dropped);
  }

  private Shares shares(Gathered moments, Rule rule, int probes, int repetition) {
    int m = moments.count();
    boolean smooth = rule == Rule.LAPLACE;
    Estimates estimates = new Estimates(m, smooth);
    for (int i = 0; i < m; i++) {
      Known own = moments.known().get(i);
      int count = own.correct().length;
      var drawn = PermutationKind.AUTO.of(count, key(PROBES, repetition), i); // without replacement
      for (int k = 0; k < (probes == 0 ? count : probes); k++) {
        int s = (int) drawn.id(k);
        estimates.add(i, own.correct()[s], own.norms()[rule.norms][s]);
      }
    }
    long total = (long) settings.samples() * m;
    long[] ids = IntStream.range(0, m).mapToLong(i -> i).toArray();
    Allocation allocation =
        switch (rule) {
          case UNIFORM -> Allocation.uniform(ids, total);
          case OPTIMUM ->
              Allocation.optimum(ids, moments.p(), moments.m2(), moments.mu2(), total, 0);
          default ->
              Allocation.of(
                  ids,
                  estimates.p(),
                  estimates.g(rule.norm),
                  total,
                  smooth ? settings.allocation().withFloor(1) : settings.allocation());
        };
    double[] p = IntStream.range(0, m).mapToDouble(estimates::pForWeight).toArray();
    return new Shares(allocation.n(), p);
  }

  /** Of {@code sum_i 1/(n_i p'_i m)} over right answers' gradients, p' being an estimate. */
  private static double variance(Gathered moments, Shares shares) {
    double sum = 0;
    for (int i = 0; i < moments.count(); i++) {
      double p = moments.p()[i];
      if (p > 0 && shares.n()[i] > 0) {
        double ratio = p / shares.p()[i];
        sum += ratio * ratio * (moments.m2()[i] / p - moments.mu2()[i]) / shares.n()[i];
      }
    }
    return sum / moments.count() / moments.count();
  }

  /** The square of its distance to the mean of mean gradients. */
  private static double bias(Gathered moments, Shares shares) {
    int m = moments.count();
    double[] off = new double[m];
    for (int i = 0; i < m; i++) {
      double p = moments.p()[i];
      off[i] = p == 0 ? 0 : (shares.n()[i] == 0 ? 0 : p / shares.p()[i]) - 1;
    }
    double sum = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        sum += off[i] * off[j] * moments.gram()[i][j];
      }
    }
    return sum / m / m;
  }

  /** One gradient of fresh answers. */
  private float[] gradient(float[] policy, Questions asked, Shares shares, int repetition) {
    int m = asked.count();
    int[] prompts = IntStream.range(0, m).toArray();
    double[] tokens = new double[m];
    Arrays.fill(tokens, 1);
    int[] counts = Arrays.stream(shares.n()).mapToInt(Math::toIntExact).toArray();
    List<byte[]> records = new ArrayList<>();
    ProgramPool pool = pool();
    try (CausalModel model = CausalSource.open(network.step(), policy, pool);
        GradientNorms.Meter meter = network.meter(policy, settings.microBatch(), pool)) {
      Drawing drawing = Drawing.plain(key(FRESH, repetition), null, false);
      for (List<Drawing.Part> piece :
          Pieces.of(prompts, new int[m], counts, tokens, settings.sampleBatch())) {
        for (Answer answer : drawing.run(asked, model, meter, piece)) {
          if (answer.correct()) {
            int i = answer.prompt();
            double weight = Weighting.LEMMA1.of(shares.n()[i], shares.p()[i], 1, m, 1);
            records.add(network.record(asked, new Weighed(answer, 1, weight), null));
          }
        }
      }
    }
    return sum(policy, records, pool);
  }

  private float[] sum(float[] policy, List<byte[]> records, ProgramPool pool) {
    try (LocalRound round =
            new LocalRound(
                new MemoryShards(records.size(), records::get, settings.seed()),
                pool,
                Precision.FLOAT32,
                settings.seed());
        Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(Loss.NETWORK, network.trained(), settings.training(), Flat.of(policy))) {
      Sums sums =
          round.sums(
              new GradientStep(network.plain(settings.microBatch())), new MiniBatches(1), roles, 0);
      Flat gradient = sums.gradients().get(Loss.NETWORK);
      return gradient == null ? new float[(int) network.trainedParameters()] : gradient.floats();
    }
  }

  /** Variance about their mean, and squared error. */
  private static double[] spread(List<float[]> gradients, Gathered moments) {
    double[] reference = moments.reference();
    double[] mean = new double[reference.length];
    double squares = 0;
    double error = 0;
    for (float[] gradient : gradients) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += gradient[i] / (double) gradients.size();
        squares += (double) gradient[i] * gradient[i];
        double off = gradient[i] - reference[i];
        error += off * off / gradients.size();
      }
    }
    double ofMean = Arrays.stream(mean).map(x -> x * x).sum();
    int count = gradients.size();
    return new double[] {
      (squares - count * ofMean) / (count - 1), error - moments.referenceVariance()
    };
  }
}
