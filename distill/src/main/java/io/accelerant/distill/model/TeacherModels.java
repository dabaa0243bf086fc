package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.TeacherSource;
import io.accelerant.distill.markov.MarkovChain;
import io.accelerant.distill.markov.MarkovSource;
import io.accelerant.distill.text.NgramModel;
import io.accelerant.distill.text.TextScoring;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens discrete models by name: {@code markov:countdown}, the chain of the countdown sequences
 * over 32 symbols, and {@code markov:<order>:<corpus artifact URI>}, the chain counted from the
 * teacher's half of a corpus. All are exact: their scores are posteriors by forward-backward.
 */
public final class TeacherModels {
  private static final String COUNTDOWN = "markov:countdown";
  private static final String CYCLE = "markov:cycle";
  private static final int COUNTDOWN_SYMBOLS = 32;
  private static final int DEFAULT_LENGTH = 64;
  private static final int MAX_TRANSITIONS = 1 << 22;
  private static final Pattern COUNTED = Pattern.compile("markov:([1-9][0-9]{0,3}):(.+)");

  /**
   * How a model is to be opened.
   *
   * @param length number of positions; empty takes the corpus', or 64
   * @param smoothing share of the uniform law that is mixed into the countdown chain
   */
  public record Request(
      String name,
      DiffusionGraph graph,
      NoiseSchedule noise,
      Optional<Integer> length,
      double smoothing) {}

  private TeacherModels() {}

  /**
   * The artifacts that a model is made from, verified to exist; cheap, needs no Spark.
   *
   * @param key where the name was given, for messages
   * @throws ConfigException if the name means nothing
   * @throws io.accelerant.core.error.ArtifactException if an artifact is missing or of another kind
   */
  public static List<Manifest.Parent> inputs(
      String name, JobContext context, JobConfig config, Key<?> key) {
    if (name.equals(COUNTDOWN) || name.equals(CYCLE)) {
      return List.of();
    }
    Matcher counted = COUNTED.matcher(name);
    if (counted.matches()) {
      Artifact corpus =
          Artifact.open(counted.group(2), context.hadoop()).requireKind(Corpus.KIND, key.path());
      return List.of(new Manifest.Parent("corpus", corpus.uri(), corpus.contentHash()));
    }
    throw config.invalid(
        key,
        "is \"%s\", which is no model: expected markov:countdown, markov:cycle or markov:<order>:<corpus artifact URI>."
            .formatted(name));
  }

  /**
   * Opens a model; counts it first where it is made from a corpus.
   *
   * @throws ConfigException if the name means nothing, order and alphabet make a table that is too
   *     large, or sequences are shorter than the order
   */
  public static TeacherModel open(
      Request request, JobContext context, JobConfig config, Key<?> key) {
    List<Manifest.Parent> parents = inputs(request.name(), context, config, key);
    Matcher counted = COUNTED.matcher(request.name());
    if (!counted.matches()) {
      boolean countdown = request.name().equals(COUNTDOWN);
      MarkovChain exact = countdown ? MarkovChain.countdown(COUNTDOWN_SYMBOLS) : cycle();
      MarkovChain chain = request.smoothing() > 0 ? exact.smoothed(request.smoothing()) : exact;
      int length = request.length().orElse(DEFAULT_LENGTH);
      return new TeacherModel(
          source(request, chain, length),
          countdown ? "countdown sequences" : "the cycle of three symbols",
          Optional.of(chain),
          Optional.empty(),
          parents);
    }
    int order = Integer.parseInt(counted.group(1));
    Corpus corpus = Corpus.open(context.spark(), context.hadoop(), counted.group(2), key.path());
    int length = request.length().orElse(corpus.length());
    requireOrder(order, length, corpus, config, key);
    context.progress().say("counting an order-%d chain from %s", order, corpus.uri());
    NgramModel counts =
        TextScoring.fit(corpus.train(Corpus.Half.TEACHER), corpus.alphabet(), order + 1, 1);
    MarkovChain chain =
        new MarkovChain(order, counts.symbols(), counts.startLaw(), counts.transitionLaw());
    return new TeacherModel(
        source(request, chain, length),
        "the order-%d Markov chain of %s".formatted(order, corpus.uri()),
        Optional.of(chain),
        Optional.of(corpus),
        parents);
  }

  /**
   * x to x+1 mod 3 with probability .9, to the others with .05 each: strongly coupled neighbours.
   */
  private static MarkovChain cycle() {
    double[] transition = {.05, .9, .05, .05, .05, .9, .9, .05, .05};
    return new MarkovChain(1, 3, new double[] {.5, .3, .2}, transition);
  }

  private static void requireOrder(
      int order, int length, Corpus corpus, JobConfig config, Key<?> key) {
    int symbols = corpus.alphabet().size();
    double transitions = StrictMath.pow(symbols, order + 1);
    if (transitions > MAX_TRANSITIONS) {
      throw config.invalid(
          key,
          "asks for order %d over %d symbols: %.3g transitions, more than %d; choose a smaller order or alphabet."
              .formatted(order, symbols, transitions, MAX_TRANSITIONS));
    }
    if (corpus.length() <= order || length < order) {
      throw config.invalid(
          key,
          "asks for order %d, but sequences of the corpus have length %d and those to draw %d; choose a smaller order."
              .formatted(order, corpus.length(), length));
    }
  }

  private static TeacherSource source(Request request, MarkovChain chain, int length) {
    return new MarkovSource(
        chain, new DiffusionProcess(request.graph(), request.noise(), chain.symbols()), length);
  }
}
