package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.TextScoring;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Markov chains: {@code markov:countdown}, the countdown sequences over 32 symbols; {@code
 * markov:cycle}; and {@code markov:<order>:<corpus artifact URI>}, counted from the teacher's half
 * of a corpus. They are exact: their scores are posteriors by forward-backward.
 */
final class MarkovProvider implements ModelProvider<DiscreteRequest, OpenedDiscreteModel> {
  private static final String COUNTDOWN = "markov:countdown";
  private static final String CYCLE = "markov:cycle";
  private static final Pattern COUNTED = Pattern.compile("markov:([1-9][0-9]{0,3}):(.+)");
  private static final int COUNTDOWN_SYMBOLS = 32;
  private static final int DEFAULT_LENGTH = 64;
  private static final int MAX_TRANSITIONS = 1 << 22;

  @Override
  public String form() {
    return COUNTDOWN + ", " + CYCLE + ", markov:<order>:<corpus artifact URI>";
  }

  @Override
  public boolean takes(String name) {
    return name.equals(COUNTDOWN) || name.equals(CYCLE) || COUNTED.matcher(name).matches();
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, DiscreteRequest wanted) {
    if (wanted.reference(name).isPresent()) {
      throw name.config()
          .invalid(
              wanted.reference().orElseThrow(),
              Text.of("is for networks; %s brings its own.", name.text()));
    }
    Matcher counted = COUNTED.matcher(name.text());
    if (!counted.matches()) {
      return List.of();
    }
    Artifact corpus =
        Artifact.open(counted.group(2), name.context().hadoop())
            .requireKind(Corpus.KIND, name.key().path());
    return List.of(new Manifest.Parent("corpus", corpus.uri(), corpus.contentHash()));
  }

  @Override
  public OpenedDiscreteModel open(ModelName name, DiscreteRequest wanted) {
    Matcher counted = COUNTED.matcher(name.text());
    if (counted.matches()) {
      return counted(name, wanted, Integer.parseInt(counted.group(1)), counted.group(2));
    }
    boolean countdown = name.text().equals(COUNTDOWN);
    MarkovChain exact = countdown ? MarkovChain.countdown(COUNTDOWN_SYMBOLS) : cycle();
    MarkovChain chain = wanted.smoothing() > 0 ? exact.smoothed(wanted.smoothing()) : exact;
    return new OpenedDiscreteModel(
        source(wanted, chain, wanted.length().orElse(DEFAULT_LENGTH)),
        countdown ? "countdown sequences" : "the cycle of three symbols",
        Optional.of(chain),
        Optional.empty(),
        Optional.empty(),
        inputs(name, wanted));
  }

  private OpenedDiscreteModel counted(
      ModelName name, DiscreteRequest wanted, int order, String uri) {
    Corpus corpus =
        Corpus.open(name.context().spark(), name.context().hadoop(), uri, name.key().path());
    int length = wanted.length().orElse(corpus.length());
    requireOrder(order, length, corpus, name);
    name.context().progress().say("counting an order-%d chain from %s", order, corpus.uri());
    NgramModel counts =
        TextScoring.fit(corpus.train(Corpus.Half.TEACHER), corpus.alphabet(), order + 1, 1);
    MarkovChain chain =
        new MarkovChain(order, counts.symbols(), counts.startLaw(), counts.transitionLaw());
    return new OpenedDiscreteModel(
        source(wanted, chain, length),
        Text.of("the order-%d Markov chain of %s", order, corpus.uri()),
        Optional.of(chain),
        Optional.of(corpus),
        Optional.of(corpus.alphabet()),
        inputs(name, wanted));
  }

  /**
   * x to x+1 mod 3 with probability .9, to the others with .05 each: strongly coupled neighbours.
   */
  private static MarkovChain cycle() {
    double[] transition = {.05, .9, .05, .05, .05, .9, .9, .05, .05};
    return new MarkovChain(1, 3, new double[] {.5, .3, .2}, transition);
  }

  private static void requireOrder(int order, int length, Corpus corpus, ModelName name) {
    int symbols = corpus.alphabet().size();
    double transitions = StrictMath.pow(symbols, order + 1);
    if (transitions > MAX_TRANSITIONS) {
      throw name.invalid(
          Text.of(
              "asks for order %d over %d symbols: %.3g transitions, more than %d; choose a smaller"
                  + " order or alphabet.",
              order, symbols, transitions, MAX_TRANSITIONS));
    }
    if (corpus.length() <= order || length < order) {
      throw name.invalid(
          Text.of(
              "asks for order %d, but sequences of the corpus have length %d and those to draw %d;"
                  + " choose a smaller order.",
              order, corpus.length(), length));
    }
  }

  private static MarkovSource source(DiscreteRequest wanted, MarkovChain chain, int length) {
    return new MarkovSource(
        chain, new DiffusionProcess(wanted.graph(), wanted.noise(), chain.symbols()), length);
  }
}
