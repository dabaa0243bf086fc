package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.CausalSource;
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
import java.util.stream.Stream;

/**
 * What allocations are worth at the start, the policy frozen: variance and squared error of lemma
 * 1's gradient of all that is trained, in closed form and over gradients that are drawn. Mapped:
 * prompts, then gradients; broadcast: the policy.
 */
record FrozenStudy(GvmSettings settings, PolicyNetwork network, Questions questions, int slots)
    implements Serializable {
  private static final long REFERENCE = RandomStream.purpose("gvm.frozen.reference");
  private static final long FRESH = RandomStream.purpose("gvm.frozen.fresh");
  private static final long MOST_BYTES = 1L << 30;

  /** What the samples of a prompt say. */
  private record Known(FrozenRule.Samples samples, float[] mean) implements Serializable {
    FrozenMoments.Known moments() {
      return new FrozenMoments.Known(
          samples.correct(), samples.norms()[FrozenRule.Whose.ALL.ordinal()], mean);
    }
  }

  /**
   * An allocation, and what was found of it.
   *
   * @param prompts whose mean the gradient is
   * @param probes that it goes by; 0: all samples
   * @param closed variance given the probes, mean over their draws
   * @param closedError the same with the square of the bias
   * @param measured variance over gradients that were drawn, each with its own probes: with what
   *     these add
   * @param error their mean squared distance to the reference, less that of the reference itself
   * @param dropped mean share of prompts that can be solved and get no sample
   */
  record Row(
      String allocation,
      int prompts,
      int probes,
      double closed,
      double closedError,
      double measured,
      double error,
      double dropped)
      implements Serializable {}

  /** The name of a row, and of its metrics. */
  static String name(String allocation, int probes) {
    return probes == 0 ? allocation : Text.of("%s.probes%d", allocation, probes);
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if gradients do not fit the driver, or there
   *     are more probes than samples
   */
  void check(JobConfig config) {
    GvmSettings.Frozen frozen = settings.frozen();
    checkMemory(config, (long) Float.BYTES * network.trainedParameters());
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

  /** Of the driver: mean gradients and their inner products; the gradients of an allocation. */
  private void checkMemory(JobConfig config, long bytes) {
    long m = questions.count();
    long repetitions = settings.frozen().repetitions();
    long known = bytes * m + Double.BYTES * m * m;
    if (known + bytes * repetitions <= MOST_BYTES) {
      return;
    }
    boolean byPrompts = known >= bytes * repetitions;
    throw config.invalid(
        byPrompts ? GvmKeys.FROZEN_PROMPTS : GvmKeys.FROZEN_REPETITIONS,
        Text.of(
            "is %d, and %d gradients of %,d parameters are kept on the driver, with their products"
                + " more than 1 GiB; set it lower, or train adapters%s.",
            byPrompts ? m : repetitions,
            m + repetitions,
            network.trainedParameters(),
            byPrompts ? " (0 leaves the measurement out)" : ""));
  }

  /** Those asked for, and that of the arms. */
  private List<Integer> probes() {
    return Stream.concat(settings.frozen().probes().stream(), Stream.of(settings.probes()))
        .distinct()
        .sorted()
        .toList();
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
      FrozenMoments moments = FrozenMoments.of(known.stream().map(Known::moments).toList());
      List<FrozenRule.Samples> samples = known.stream().map(Known::samples).toList();
      List<Row> rows = new ArrayList<>();
      for (FrozenRule rule : FrozenRule.KNOWING) {
        rows.add(self.row(units, asked, samples, moments, rule, 0));
      }
      for (int probes : probes()) {
        for (FrozenRule rule : FrozenRule.PROBING) {
          rows.add(self.row(units, asked, samples, moments, rule, probes));
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
      Drawing drawing = Drawing.plain(key(REFERENCE, 0));
      pieces.forEach(piece -> answers.addAll(drawing.run(asked, model, null, piece)));
      boolean[] correct = new boolean[count];
      answers.forEach(a -> correct[a.sample()] = a.correct());
      int[] right = IntStream.range(0, count).filter(i -> correct[i]).toArray();
      List<GradientNorms.Row> rows =
          Arrays.stream(right).mapToObj(i -> asked.row(prompt, answers.get(i).tokens())).toList();
      double[][] norms = new double[FrozenRule.Whose.values().length][count];
      put(norms[FrozenRule.Whose.OWN.ordinal()], right, meter.norms(settings.normOf(), rows));
      put(norms[FrozenRule.Whose.HEAD.ordinal()], right, meter.norms(NormOf.HEAD, rows));
      double[] sum = new double[(int) network.trainedParameters()];
      for (int k = 0; k < right.length; k++) {
        Flat gradient = meter.gradient(rows.get(k));
        for (int i = 0; i < sum.length; i++) {
          sum[i] += gradient.get(i) / right.length;
        }
        norms[FrozenRule.Whose.ALL.ordinal()][right[k]] = gradient.norm();
      }
      return new Known(new FrozenRule.Samples(correct, norms), Flat.of(sum).toFloats());
    }
  }

  private static void put(double[] into, int[] places, double[] numbers) {
    for (int k = 0; k < places.length; k++) {
      into[places[k]] = numbers[k];
    }
  }

  private long key(long purpose, int number) {
    return Drawing.key(settings.seed(), purpose, number);
  }

  private Row row(
      Units<float[]> units,
      Shared<Questions> asked,
      List<FrozenRule.Samples> samples,
      FrozenMoments moments,
      FrozenRule rule,
      int probes) {
    int repetitions = settings.frozen().repetitions();
    FrozenRule.Shares[] shares = new FrozenRule.Shares[repetitions];
    double closed = 0;
    double bias = 0;
    double dropped = 0;
    for (int r = 0; r < repetitions; r++) {
      shares[r] = rule.shares(settings, samples, moments, probes, r);
      closed += moments.variance(shares[r].n(), shares[r].p()) / repetitions;
      bias += moments.bias(shares[r].n(), shares[r].p()) / repetitions;
      dropped += moments.dropped(shares[r].n()) / repetitions;
    }
    FrozenStudy self = this;
    FrozenMoments.Spread found =
        moments.spread(
            units.map(
                Text.of("gvm-raft: variance of %s", name(rule.label, probes)),
                repetitions,
                (policy, r) -> self.gradient(policy, asked.copy(), shares[r], r)));
    return new Row(
        rule.label,
        moments.count(),
        probes,
        closed,
        closed + bias,
        found.variance(),
        found.error(),
        dropped);
  }

  /** One gradient of fresh answers. */
  private float[] gradient(
      float[] policy, Questions asked, FrozenRule.Shares shares, int repetition) {
    int m = asked.count();
    int[] counts = Arrays.stream(shares.n()).mapToInt(Math::toIntExact).toArray();
    List<byte[]> records = new ArrayList<>();
    ProgramPool pool = pool();
    try (CausalModel model = CausalSource.open(network.step(), policy, pool)) {
      Drawing drawing = Drawing.plain(key(FRESH, repetition));
      for (List<Drawing.Part> piece : Pieces.alike(counts, settings.sampleBatch())) {
        for (Answer answer : drawing.run(asked, model, null, piece)) {
          if (answer.correct() && shares.p()[answer.prompt()] > 0) {
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
}
