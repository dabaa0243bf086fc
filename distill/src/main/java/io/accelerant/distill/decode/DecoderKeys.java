package io.accelerant.distill.decode;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys that name decoders to compare, under the block of a job: rules, and for each the values
 * of its knob.
 */
public final class DecoderKeys {
  /** Values of knobs by default: from few evaluations to about one a position. */
  private static final Map<RuleKind, List<Double>> VALUES =
      new EnumMap<>(
          Map.of(
              RuleKind.QUOTA,
              List.of(1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
              RuleKind.CONFIDENCE,
              List.of(.3, .4, .5, .6, .65, .7, .75, .8, .85, .9, .95),
              RuleKind.FACTOR,
              List.of(.25, .5, .75, 1.0, 1.25, 1.5, 2.0),
              RuleKind.ENTROPY,
              List.of(.1, .2, .3, .4, .5, .6, .7, .85, 1.0, 1.5, 2.0),
              RuleKind.ENTROPY_BUDGET,
              List.of(.02, .05, .1, .2, .4, .7, 1.0, 2.0),
              RuleKind.SCHED,
              List.of(2.0, 3.0, 4.5, 6.0, 7.5),
              RuleKind.SABER,
              List.of(1.0, 2.0, 3.0, 4.0),
              RuleKind.INFO_GAIN,
              List.of(.5, .6, .7, .8, .9)));

  /** Rules that are compared by default: all that do not sample. */
  public static final List<RuleKind> RULES =
      Arrays.stream(RuleKind.values()).filter(rule -> rule != RuleKind.FIRST_HITTING).toList();

  public final Key<List<String>> decoders;
  public final Key<Integer> blockLength;
  private final Key<String> boundary;
  private final Map<RuleKind, Key<List<Double>>> thresholds = new EnumMap<>(RuleKind.class);

  /**
   * @param block such as {@code evaluate}
   */
  public DecoderKeys(String block) {
    decoders =
        Key.strings(
                block + ".decoders",
                "Masked language models: rules that are compared, each at all its values of "
                    + block
                    + ".thresholds")
            .oneOf(RuleKind.names().toArray(String[]::new))
            .withDefault(RULES.stream().map(RuleKind::label).toList());
    blockLength =
        Key.integer(
                block + ".blockLength",
                "Masked language models: positions of a block, which is filled before the next"
                    + " one; 0: one block")
            .between(0, 1_000_000)
            .withDefault(0);
    List<String> words = RuleKind.BOUNDARY.words();
    boundary =
        Key.string(
                block + ".boundary",
                Text.of(
                    "Masked language models, %s: %s",
                    rulesWithBoundary().map(RuleKind::label).collect(Collectors.joining(", ")),
                    RuleKind.BOUNDARY.meaning()))
            .oneOf(words.toArray(String[]::new))
            .withDefault(words.get(0));
    for (RuleKind rule : RuleKind.values()) {
      rule.knob().ifPresent(knob -> thresholds.put(rule, key(block, rule, knob)));
    }
  }

  private static Stream<RuleKind> rulesWithBoundary() {
    return Arrays.stream(RuleKind.values()).filter(DecoderKeys::hasBoundary);
  }

  private static boolean hasBoundary(RuleKind rule) {
    return rule.parameters().contains(RuleKind.BOUNDARY);
  }

  private static Key<List<Double>> key(String block, RuleKind rule, RuleParameter knob) {
    return Key.numbers(
            block + ".thresholds." + rule.label(),
            Text.of(
                "Masked language models, %s: %s (%s)", rule.label(), knob.name(), meaning(rule)))
        .between(knob.least(), knob.most())
        .withDefault(VALUES.get(rule));
  }

  private static String meaning(RuleKind rule) {
    String own = rule.knob().orElseThrow().meaning();
    return rule == RuleKind.SCHED ? own + "; at last a third of it" : own;
  }

  public List<Key<?>> all() {
    List<Key<?>> all = new ArrayList<>(List.of(decoders, blockLength, boundary));
    all.addAll(thresholds.values());
    return all;
  }

  /**
   * The decoders that a configuration names: by rule, then by value, each once.
   *
   * @throws ConfigException naming the key, if there is none, a rule cannot have such a value, or
   *     values are of a rule that is not compared
   */
  public List<Decoder> of(JobConfig config) {
    List<RuleKind> rules = config.get(decoders).stream().distinct().map(RuleKind::named).toList();
    if (rules.isEmpty()) {
      throw config.invalid(decoders, "names no rule.");
    }
    thresholds.forEach(
        (rule, key) -> {
          if (!rules.contains(rule)) {
            config.refuse(
                List.of(key), Text.of("is of a rule that %s does not name.", decoders.path()));
          }
        });
    if (rules.stream().noneMatch(DecoderKeys::hasBoundary)) {
      config.refuse(
          List.of(boundary), Text.of("is of rules that %s does not name.", decoders.path()));
    }
    return rules.stream().flatMap(rule -> of(config, rule).stream()).distinct().toList();
  }

  private List<Decoder> of(JobConfig config, RuleKind rule) {
    int length = config.get(blockLength);
    if (rule.knob().isEmpty()) {
      return List.of(new Decoder(rule, RuleSettings.NONE, length));
    }
    Key<List<Double>> key = thresholds.get(rule);
    if (config.get(key).isEmpty()) {
      throw config.invalid(key, "has no values; leave the rule out of " + decoders.path() + ".");
    }
    try {
      return config.get(key).stream()
          .map(knob -> new Decoder(rule, settings(config, rule, knob), length))
          .toList();
    } catch (ConfigException e) {
      throw config.invalid(key, "cannot be used: " + e.getMessage());
    }
  }

  private RuleSettings settings(JobConfig config, RuleKind rule, double knob) {
    RuleSettings settings = rule.at(knob);
    return hasBoundary(rule)
        ? settings.with(RuleKind.BOUNDARY.name(), config.get(boundary))
        : settings;
  }
}
