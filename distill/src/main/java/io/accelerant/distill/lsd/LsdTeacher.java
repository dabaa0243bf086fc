package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.TextScoring;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.measure.Measured;
import io.accelerant.distill.measure.Reference;
import io.accelerant.distill.measure.SampleMeter;
import io.accelerant.distill.model.DiscreteRequest;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedDiscreteModel;
import io.accelerant.distill.model.markov.MarkovChain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The model a sampler is learned for, and what its samples are held against.
 *
 * @param realSamples a few real sequences, [n][length]
 */
record LsdTeacher(OpenedDiscreteModel model, Reference reference, List<int[]> realSamples) {
  private static final long REAL = RandomStream.purpose("lsd.real");
  private static final int SHOWN = 8;

  DiscreteSource source() {
    return model.source();
  }

  SampleMeter meter() {
    return reference.meter();
  }

  /** A sequence as a person reads it. */
  String text(int[] tokens, int offset, int length) {
    if (model.alphabet().isPresent()) {
      return model.alphabet().get().decode(tokens, offset, offset + length);
    }
    return Arrays.stream(tokens, offset, offset + length)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** What the teacher is made from and held against, verified to exist. */
  static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    return Models.DISCRETE.inputs(name(context, config), request(LsdSettings.of(config)));
  }

  private static ModelName name(JobContext context, JobConfig config) {
    return new ModelName(LsdKeys.TEACHER, context, config);
  }

  private static DiscreteRequest request(LsdSettings settings) {
    return new DiscreteRequest(
        settings.graph(),
        settings.noise(),
        settings.config().find(LsdKeys.LENGTH),
        settings.config().get(LsdKeys.SMOOTHING),
        Optional.of(LsdKeys.REFERENCE));
  }

  static LsdTeacher open(JobContext context, LsdSettings settings) {
    OpenedDiscreteModel model =
        Models.DISCRETE.open(name(context, settings.config()), request(settings));
    if (model.corpus().isPresent()) {
      return text(context, settings, model, model.corpus().get());
    }
    return model.chain().isPresent()
        ? exact(settings, model, model.chain().get())
        : network(context, settings, model);
  }

  /**
   * Nothing is known but the network: its own N-step samples, of a seed of their own, are the data.
   */
  private static LsdTeacher network(
      JobContext context, LsdSettings settings, OpenedDiscreteModel model) {
    int count = settings.config().get(LsdKeys.FIT_SAMPLES);
    context.progress().say("no lsd.reference: drawing %d samples of the teacher instead", count);
    GridSampler sampler =
        GridSampler.plain(settings.kernel(), settings.uniformTimes(settings.teacherSteps()));
    long seed = settings.fitSeed("reference", 0);
    int length = model.source().length();
    List<int[]> real = new ArrayList<>();
    try (FitRun run = new FitRun(context, settings, model.source());
        DiscreteModel teacher = model.source().open()) {
      Measured measured =
          run.measurement(new SampleMeter.Countdown())
              .of("LSD: the teacher's samples", List.of(sampler), List.of(seed), count)
              .get(0)
              .get(0);
      int[] tokens = sampler.sample(teacher, seed, new Batches(SHOWN, SHOWN).ids(0)).tokens();
      for (int from = 0; from < tokens.length; from += length) {
        real.add(Arrays.copyOfRange(tokens, from, from + length));
      }
      double[] law = measured.pairCounts();
      Reference reference =
          new Reference(meter(settings, null, law), law, measured.entropy(), Optional.empty());
      return new LsdTeacher(model, reference, real);
    }
  }

  /** A chain that is known, and no text. */
  private static LsdTeacher exact(
      LsdSettings settings, OpenedDiscreteModel model, MarkovChain chain) {
    int length = model.source().length();
    List<int[]> real = new ArrayList<>();
    for (int id = 0; id < SHOWN; id++) {
      real.add(chain.sample(length, new RandomStream(settings.seed(), REAL, id, 0)));
    }
    boolean countdown = settings.config().get(LsdKeys.TEACHER).equals("markov:countdown");
    double[] law = chain.bigram(length);
    SampleMeter meter = meter(settings, countdown ? new SampleMeter.Countdown() : null, law);
    Optional<Double> metric =
        meter.isRatio() ? Optional.of(transitionError(law, chain.symbols())) : Optional.empty();
    return new LsdTeacher(model, new Reference(meter, law, chain.entropy(length), metric), real);
  }

  /**
   * @param natural the meter of this kind of data, or null where there is none
   */
  private static SampleMeter meter(LsdSettings settings, SampleMeter natural, double[] bigramLaw) {
    String metric = settings.config().get(LsdKeys.METRIC);
    if (metric.equals("bigramTv") || (metric.equals("auto") && natural == null)) {
      return new SampleMeter.Bigrams(bigramLaw);
    }
    if (natural == null || !(metric.equals("auto") || metric.equals(natural.mainMetric()))) {
      throw settings
          .config()
          .invalid(
              LsdKeys.METRIC,
              Text.of(
                  "is %s, which %s does not have; choose auto or bigramTv.",
                  metric, settings.config().get(LsdKeys.TEACHER)));
    }
    return natural;
  }

  /** The main metric of the data, exactly: what smoothing alone contributes. */
  private static double transitionError(double[] bigram, int symbols) {
    double error = 0;
    for (int x = 1; x < symbols; x++) {
      for (int y = 0; y < symbols; y++) {
        error += y == x - 1 ? 0 : bigram[x * symbols + y];
      }
    }
    return error;
  }

  private static LsdTeacher text(
      JobContext context, LsdSettings settings, OpenedDiscreteModel model, Corpus corpus) {
    int order = settings.config().get(LsdKeys.JUDGE_ORDER);
    requireOrder(settings, order, corpus);
    context.progress().say("counting the %d-gram judge from the other half", order);
    NgramModel judge =
        TextScoring.fit(corpus.train(Corpus.Half.JUDGE), corpus.alphabet(), order, 1);
    Dataset<Row> test = corpus.split("test");
    TextScoring.Scored scored = TextScoring.score(test, corpus.alphabet(), judge);
    if (scored.ids().length == 0) {
      throw new DataException(
          Text.of(
              "The test split of %s has no windows; prepare a larger corpus or another"
                  + " prepareText.split.",
              corpus.uri()));
    }
    List<int[]> real = new ArrayList<>();
    for (Row row : test.select("text").orderBy("id").limit(SHOWN).collectAsList()) {
      real.add(corpus.alphabet().encode(row.getString(0)));
    }
    double[] law = scored.counts().bigramLaw();
    SampleMeter meter = meter(settings, new SampleMeter.Judge(judge), law);
    Optional<Double> metric =
        meter.isRatio()
            ? Optional.of(Arrays.stream(scored.nll()).average().orElseThrow())
            : Optional.empty();
    return new LsdTeacher(
        model, new Reference(meter, law, scored.counts().entropy(), metric), real);
  }

  private static void requireOrder(LsdSettings settings, int order, Corpus corpus) {
    try {
      new NgramCounts(order, corpus.alphabet().size());
    } catch (IllegalArgumentException e) {
      throw settings.config().invalid(LsdKeys.JUDGE_ORDER, "is too high: " + e.getMessage() + ".");
    }
  }
}
