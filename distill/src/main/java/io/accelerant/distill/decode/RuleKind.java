package io.accelerant.distill.decode;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All rules, by the names that configurations and {@code decoder.json} call them. What a rule is
 * made of is declared here, so that a job can offer it, explain it and refuse the rest.
 */
public enum RuleKind {
  /** See {@link OnePerStep}. */
  ONE_PER_STEP(
      values -> values.word("order", OnePerStep.class), Parameters.order(OnePerStep.CONFIDENCE)),

  /** See {@link Quota}. */
  QUOTA(Parameters::quota, Parameters.order(Order.CONFIDENCE), Parameters.STEPS),

  /** See {@link ConfidenceThreshold}. */
  CONFIDENCE(
      values -> new ConfidenceThreshold(values.number("threshold"), values.isStrict()),
      RuleParameter.number("threshold", "probability that is enough", 0, 1, .9),
      Parameters.BOUNDARY),

  /** See {@link Factor}. */
  FACTOR(
      values -> new Factor(values.number("threshold")),
      RuleParameter.number("threshold", "factor f", 0, Double.MAX_VALUE, 1)),

  /** See {@link EntropyThreshold}. */
  ENTROPY(
      values -> new EntropyThreshold(values.number("threshold"), values.isStrict()),
      RuleParameter.number("threshold", "nats that are enough", 0, Double.MAX_VALUE, .5),
      Parameters.BOUNDARY),

  /** See {@link EntropyBudget}. */
  ENTROPY_BUDGET(
      values -> new EntropyBudget(values.number("threshold")),
      RuleParameter.number("threshold", "budget in nats", 0, Double.MAX_VALUE, .1)),

  /** See {@link Sched}. */
  SCHED(
      values ->
          new Sched(
              Parameters.quota(values),
              values.number("threshold"),
              values.number("low"),
              values.word("schedule", Sched.Shape.class),
              values.number("kappa"),
              values.word("reading", Sched.Reading.class)),
      RuleParameter.number("threshold", "mean logit margin, at first", 0, Double.MAX_VALUE, 7.5),
      RuleParameter.number("low", "mean logit margin, at last", 0, Double.MAX_VALUE, 2.5),
      RuleParameter.word("schedule", "how the one becomes the other", Sched.Shape.COSINE),
      RuleParameter.number("kappa", "rate of the exponential schedule", 0, 1000, 4),
      RuleParameter.word("reading", "whose exit", Sched.Reading.CODE),
      Parameters.order(Order.ENTROPY),
      Parameters.STEPS),

  /** See {@link Saber}. */
  SABER(
      values -> new Saber(values.whole("count")),
      RuleParameter.whole("count", "positions a forward at least", 1, 2)),

  /** See {@link InfoGain}. */
  INFO_GAIN(
      values ->
          new InfoGain(
              values.whole("candidates"),
              values.number("positionTemperature"),
              values.number("threshold"),
              values.word("variant", InfoGain.Variant.class)),
      RuleParameter.number("threshold", "probability that fills a block", 0, 1, .8),
      RuleParameter.whole("candidates", "rows that are read at a time at most", 1, 8),
      RuleParameter.number("positionTemperature", "of their positions", .001, 1000, .2),
      RuleParameter.word("variant", "what a candidate is worth", InfoGain.Variant.COST)),

  /** See {@link FirstHitting}. */
  FIRST_HITTING(values -> new FirstHitting());

  /** What several rules have. */
  private static final class Parameters {
    static final RuleParameter STEPS =
        RuleParameter.whole("steps", "forwards of a block; 0: one a position", 0, 0);
    static final RuleParameter BOUNDARY =
        RuleParameter.word(
            "boundary",
            "whether what is exactly at the threshold is enough, as in LLaDA's code, or not, as in"
                + " Dream's",
            Boundary.INCLUSIVE);

    static RuleParameter order(Enum<?> standard) {
      return standard instanceof OnePerStep one
          ? RuleParameter.word("order", "which position is next", one)
          : RuleParameter.word("order", "which positions are next", (Order) standard);
    }

    static Quota quota(Values values) {
      return new Quota(values.word("order", Order.class), values.whole("steps"));
    }
  }

  private enum Boundary {
    INCLUSIVE,
    STRICT
  }

  /** Of rules that hold a number against a threshold. */
  static final RuleParameter BOUNDARY = Parameters.BOUNDARY;

  private final Function<Values, UnmaskRule> maker;
  private final List<RuleParameter> parameters;

  RuleKind(Function<Values, UnmaskRule> maker, RuleParameter... parameters) {
    this.maker = maker;
    this.parameters = List.of(parameters);
  }

  /** Of the rule, in configurations. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(RuleKind::label).toList();
  }

  /**
   * @param name one of {@link #names}
   * @throws ConfigException if it is not
   */
  public static RuleKind named(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    Text.of("Method must be one of %s, is %s.", String.join(", ", names()), name)));
  }

  /**
   * A rule by its name.
   *
   * @param name one of {@link #names}
   * @param settings of its parameters
   * @throws ConfigException if there is no such rule, it has no such parameter, or the parameter
   *     may not be that
   */
  public static UnmaskRule rule(String name, RuleSettings settings) {
    return named(name).rule(settings);
  }

  /** Whether positions are drawn, so that rows differ even where tokens are the likeliest. */
  public boolean drawsPositions(RuleSettings settings) {
    return this == INFO_GAIN
        || this == FIRST_HITTING
        || "random".equals(complete(settings).words().get("order"));
  }

  /** What the rule is made of. */
  public List<RuleParameter> parameters() {
    return parameters;
  }

  /**
   * The number that trades evaluations for right answers, the first of the rule; empty if it has
   * none.
   */
  public Optional<RuleParameter> knob() {
    return parameters.stream().filter(parameter -> !parameter.isWord()).findFirst();
  }

  /**
   * Settings at a value of the knob. What it is measured by goes with it: SchED's threshold falls
   * to a third of it, as the published ones do.
   *
   * @throws java.util.NoSuchElementException if the rule has no knob
   */
  public RuleSettings at(double value) {
    RuleSettings settings = RuleSettings.NONE.with(knob().orElseThrow().name(), value);
    return this == SCHED ? settings.with("low", value / 3) : settings;
  }

  /**
   * The settings and, where they say nothing, what holds then: with the name all that there is to
   * know of the rule.
   *
   * @throws ConfigException as {@link #rule}
   */
  public RuleSettings complete(RuleSettings settings) {
    Stream.concat(settings.numbers().keySet().stream(), settings.words().keySet().stream())
        .filter(name -> parameters.stream().noneMatch(one -> one.name().equals(name)))
        .forEach(this::refuse);
    RuleSettings all = settings;
    for (RuleParameter one : parameters) {
      String name = one.name();
      Double number = settings.numbers().get(name);
      String word = settings.words().get(name);
      if (number != null && !one.allows(number) || word != null && !one.words().contains(word)) {
        throw new ConfigException(
            Text.of(
                "Method %s: %s must be %s, is %s.",
                label(), name, one.range(), word == null ? number : word));
      }
      if (number == null && word == null) {
        all = one.isWord() ? all.with(name, one.words().get(0)) : all.with(name, one.standard());
      }
    }
    return all;
  }

  private void refuse(String name) {
    String there =
        parameters.isEmpty()
            ? "none"
            : parameters.stream().map(RuleParameter::name).collect(Collectors.joining(", "));
    throw new ConfigException(
        Text.of("Method %s has no parameter %s; it has %s.", label(), name, there));
  }

  /**
   * The rule.
   *
   * @throws ConfigException if it has no such parameter, or the parameter may not be that
   */
  public UnmaskRule rule(RuleSettings settings) {
    return maker.apply(new Values(complete(settings)));
  }

  /** Settings that say all. */
  private record Values(RuleSettings settings) {
    double number(String name) {
      return settings.numbers().get(name);
    }

    int whole(String name) {
      return (int) number(name);
    }

    <E extends Enum<E>> E word(String name, Class<E> type) {
      return Enum.valueOf(type, settings.words().get(name).toUpperCase(Locale.ROOT));
    }

    boolean isStrict() {
      return word("boundary", Boundary.class) == Boundary.STRICT;
    }
  }
}
