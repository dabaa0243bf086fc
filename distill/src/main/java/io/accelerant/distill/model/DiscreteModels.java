package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.TextScoring;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import io.accelerant.distill.model.network.TrainingCorpus;
import io.accelerant.distill.model.onnx.OnnxKeys;
import io.accelerant.distill.model.onnx.OnnxTextSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens discrete models by name: {@code markov:countdown}, the chain of the countdown sequences
 * over 32 symbols; {@code markov:<order>:<corpus artifact URI>}, the chain counted from the
 * teacher's half of a corpus; {@code onnx:<file>}, a network of the user's; anything else is the
 * URI of a model artifact that was trained here. The chains are exact: their scores are posteriors
 * by forward-backward.
 */
public final class DiscreteModels {
  private static final String COUNTDOWN = "markov:countdown";
  private static final String CYCLE = "markov:cycle";
  private static final int COUNTDOWN_SYMBOLS = 32;
  private static final int DEFAULT_LENGTH = 64;
  private static final int MAX_TRANSITIONS = 1 << 22;
  private static final String ONNX = "onnx:";
  private static final Pattern COUNTED = Pattern.compile("markov:([1-9][0-9]{0,3}):(.+)");

  /**
   * How a model is to be opened.
   *
   * @param length number of positions; empty takes the corpus', or 64
   * @param smoothing share of the uniform law that is mixed into the countdown chain
   * @param reference corpus artifact that samples of a network are held against
   * @param trainedOn where there is no reference, whether the corpus that a model artifact was
   *     trained on is opened in its place
   */
  public record Request(
      String name,
      DiffusionGraph graph,
      NoiseSchedule noise,
      Optional<Integer> length,
      double smoothing,
      Optional<String> reference,
      boolean trainedOn) {}

  private DiscreteModels() {}

  /**
   * The artifacts or the file that a model is made from, verified to exist; cheap, needs no Spark.
   *
   * @param key where the name was given, for messages
   * @throws ConfigException if the name means nothing, or an ONNX model has other inputs or outputs
   * @throws io.accelerant.core.error.ArtifactException if an artifact is missing or of another kind
   * @throws io.accelerant.core.error.DataException if an ONNX file is missing or cannot be loaded
   */
  public static List<Manifest.Parent> inputs(
      String name, JobContext context, JobConfig config, Key<?> key) {
    if (!isOnnx(name)) {
      OnnxKeys.refuse(config, key);
    }
    if (name.equals(COUNTDOWN) || name.equals(CYCLE)) {
      return List.of();
    }
    Matcher counted = COUNTED.matcher(name);
    if (counted.matches()) {
      Artifact corpus =
          Artifact.open(counted.group(2), context.hadoop()).requireKind(Corpus.KIND, key.path());
      return List.of(new Manifest.Parent("corpus", corpus.uri(), corpus.contentHash()));
    }
    if (isOnnx(name)) {
      OnnxFile file = OnnxFile.read(name.substring(ONNX.length()), context.hadoop());
      OnnxTextSource.check(file, config);
      return List.of(parent(file));
    }
    return List.of(ModelArtifacts.parent(ModelArtifacts.find(name, context, config, key)));
  }

  /** The texts that name a model, for messages. */
  static final String NAMES =
      "markov:countdown, markov:cycle, markov:<order>:<corpus artifact URI>, onnx:<file> or the URI of a model artifact";

  /** Whether a name stands for a network, whose samples can be held against any corpus. */
  public static boolean isNetwork(String name) {
    return !name.startsWith("markov:");
  }

  private static boolean isOnnx(String name) {
    return name.startsWith(ONNX);
  }

  /**
   * The corpus that a model artifact was trained on, verified to exist and to be the same; empty
   * for other models and where none is recorded.
   *
   * @throws io.accelerant.core.error.ArtifactException if it is gone or another
   */
  public static Optional<Manifest.Parent> trainedOn(
      String name, JobContext context, JobConfig config, Key<?> key) {
    if (!isNetwork(name) || isOnnx(name)) {
      return Optional.empty();
    }
    return TrainingCorpus.of(ModelArtifacts.find(name, context, config, key), context)
        .map(DiscreteModels::reference);
  }

  private static Manifest.Parent parent(OnnxFile file) {
    return new Manifest.Parent("model", file.uri(), file.sha256());
  }

  /** A corpus that samples are held against, verified to exist. */
  public static Manifest.Parent reference(String uri, JobContext context, Key<?> key) {
    return reference(Artifact.open(uri, context.hadoop()).requireKind(Corpus.KIND, key.path()));
  }

  private static Manifest.Parent reference(Artifact corpus) {
    return new Manifest.Parent("reference", corpus.uri(), corpus.contentHash());
  }

  /**
   * Opens a model; counts it first where it is made from a corpus.
   *
   * @throws ConfigException if the name means nothing, order and alphabet make a table that is too
   *     large, or sequences are shorter than the order
   */
  public static OpenedDiscreteModel open(
      Request request, JobContext context, JobConfig config, Key<?> key) {
    if (isOnnx(request.name())) {
      return network(request, context, config, key);
    }
    if (isNetwork(request.name())) {
      return ModelArtifacts.open(request, context, config, key);
    }
    List<Manifest.Parent> parents = inputs(request.name(), context, config, key);
    Matcher counted = COUNTED.matcher(request.name());
    if (!counted.matches()) {
      boolean countdown = request.name().equals(COUNTDOWN);
      MarkovChain exact = countdown ? MarkovChain.countdown(COUNTDOWN_SYMBOLS) : cycle();
      MarkovChain chain = request.smoothing() > 0 ? exact.smoothed(request.smoothing()) : exact;
      int length = request.length().orElse(DEFAULT_LENGTH);
      return new OpenedDiscreteModel(
          source(request, chain, length),
          countdown ? "countdown sequences" : "the cycle of three symbols",
          Optional.of(chain),
          Optional.empty(),
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
    return new OpenedDiscreteModel(
        source(request, chain, length),
        "the order-%d Markov chain of %s".formatted(order, corpus.uri()),
        Optional.of(chain),
        Optional.of(corpus),
        Optional.of(corpus.alphabet()),
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

  private static DiscreteSource source(Request request, MarkovChain chain, int length) {
    return new MarkovSource(
        chain, new DiffusionProcess(request.graph(), request.noise(), chain.symbols()), length);
  }

  private static OpenedDiscreteModel network(
      Request request, JobContext context, JobConfig config, Key<?> key) {
    OnnxFile file = OnnxFile.read(request.name().substring(ONNX.length()), context.hadoop());
    List<Manifest.Parent> parents = new ArrayList<>(List.of(parent(file)));
    Optional<Corpus> reference =
        request
            .reference()
            .map(uri -> Corpus.open(context.spark(), context.hadoop(), uri, key.path()));
    reference.ifPresent(
        corpus ->
            parents.add(new Manifest.Parent("reference", corpus.uri(), corpus.contentHash())));
    Optional<Alphabet> named = config.find(OnnxKeys.ALPHABET).map(Alphabet::ofLabel);
    if (named.isPresent() && reference.map(c -> c.alphabet() != named.get()).orElse(false)) {
      throw config.invalid(
          OnnxKeys.ALPHABET,
          "is %s, but the reference %s is written in %s."
              .formatted(
                  named.get().label(), reference.get().uri(), reference.get().alphabet().label()));
    }
    Optional<Alphabet> alphabet = named.or(() -> reference.map(Corpus::alphabet));
    OnnxTextSource.Wanted wanted =
        new OnnxTextSource.Wanted(
            request.graph(),
            request.noise(),
            optional(request.length()),
            optional(reference.map(Corpus::length)),
            optional(alphabet.map(Alphabet::size)),
            key.path().replaceFirst("[^.]*$", "length"));
    OnnxTextSource source =
        OnnxTextSource.open(
            file, (model, settings) -> model.broadcast(context, settings), wanted, config);
    String description =
        "the network %s over %d symbols".formatted(file.uri(), source.process().vocabulary());
    return new OpenedDiscreteModel(
        source, description, Optional.empty(), reference, alphabet, parents);
  }

  private static OptionalInt optional(Optional<Integer> value) {
    return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }
}
