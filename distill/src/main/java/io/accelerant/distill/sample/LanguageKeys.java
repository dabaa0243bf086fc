package io.accelerant.distill.sample;

import io.accelerant.core.config.Key;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.RuleParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of the {@code sample} job that only language models have. */
final class LanguageKeys {
  static final String GREEDY = "greedy";
  static final String TEMPERATURE_METHOD = "temperature";

  /** Values of {@link SampleKeys#METHOD} for causal models, the default first. */
  static final List<String> CAUSAL_METHODS = List.of(GREEDY, TEMPERATURE_METHOD);

  /** Those for masked models, the default first. */
  static final List<String> MASKED_METHODS = RuleKind.names();

  static final Key<String> PROMPTS =
      Key.string("sample.prompts", "Language models: URI of the prompts artifact to answer")
          .optional();
  static final Key<String> SPLIT =
      Key.string("sample.split", "Language models: part of the prompts")
          .oneOf(Prompts.SPLITS.toArray(String[]::new))
          .withDefault("test");
  static final Key<Integer> SAMPLES =
      Key.integer("sample.samplesPerPrompt", "Language models: answers to each prompt")
          .between(1, 1_000_000)
          .withDefault(1);
  static final Key<Integer> ANSWER_LENGTH =
      Key.integer(
              "sample.answerLength",
              "Language models: most tokens of an answer, its end with them; default: those of the"
                  + " longest answer of the split")
          .between(1, 1_000_000)
          .optional();
  static final Key<Double> TEMPERATURE =
      Key.number(
              "sample.temperature",
              "Language models: logits are divided by it before a token is drawn; default: 1, and 0"
                  + " (the likeliest token) for masked models")
          .between(0, 1000)
          .optional();
  static final Key<Integer> TOP_K =
      Key.integer("sample.topK", "Language models: tokens that may be drawn; 0: all")
          .between(0, 1_000_000_000)
          .withDefault(0);
  static final Key<Double> TOP_P =
      Key.number(
              "sample.topP",
              "Language models: of these, the likeliest that together have so much probability")
          .between(0, 1)
          .withDefault(1.0);

  private static final String THRESHOLD_NAME = "threshold";

  /** One key with that of continuous models, which is a quantile. */
  static final Key<Double> THRESHOLD =
      Key.number(
              "sample.threshold",
              "Masked language models: that of the rule. Continuous pixel models: quantile of dynamic"
                  + " thresholding, 0 to 1; 0, the default, for none")
          .between(0, Double.MAX_VALUE)
          .optional();

  /** Keys of the parameters of all rules of masked models, by the parameters' names. */
  private static final Map<String, Key<?>> RULE = rule();

  static final Key<Integer> BLOCK_LENGTH =
      Key.integer(
              "sample.blockLength",
              "Masked language models: positions of a block, which is filled before the next one;"
                  + " default: one block")
          .between(1, 1_000_000)
          .optional();

  /** What causal models have as well. */
  private static final List<Key<?>> BOTH =
      List.of(PROMPTS, SPLIT, SAMPLES, ANSWER_LENGTH, TEMPERATURE, TOP_K, TOP_P);

  static final List<Key<?>> MASKED =
      Stream.concat(RULE.values().stream(), Stream.of(BLOCK_LENGTH)).toList();

  static final List<Key<?>> ALL = Stream.of(BOTH, MASKED).<Key<?>>flatMap(List::stream).toList();

  private LanguageKeys() {}

  /** The key of a parameter of a rule. */
  static Key<?> of(RuleParameter parameter) {
    return parameter.name().equals(THRESHOLD_NAME) ? THRESHOLD : RULE.get(parameter.name());
  }

  /** Several rules share a parameter; words are those of all of them. */
  private static Map<String, Key<?>> rule() {
    Map<String, List<RuleParameter>> parameters = new LinkedHashMap<>();
    Map<String, List<String>> methods = new LinkedHashMap<>();
    for (RuleKind kind : RuleKind.values()) {
      for (RuleParameter parameter : kind.parameters()) {
        if (parameter.name().equals(THRESHOLD_NAME)) {
          continue; // one key with that of solvers
        }
        parameters.computeIfAbsent(parameter.name(), n -> new ArrayList<>()).add(parameter);
        methods.computeIfAbsent(parameter.name(), n -> new ArrayList<>()).add(kind.label());
      }
    }
    Map<String, Key<?>> keys = new LinkedHashMap<>();
    parameters.forEach((name, all) -> keys.put(name, key(all, methods.get(name))));
    return keys;
  }

  private static Key<?> key(List<RuleParameter> all, List<String> methods) {
    RuleParameter first = all.get(0);
    String meaning =
        Text.of(
            "Masked language models, %s: %s",
            String.join(", ", methods),
            all.stream().map(RuleParameter::meaning).distinct().collect(Collectors.joining("; ")));
    String path = // sample.order is that of a solver
        first.name().equals("order") ? "sample.positionOrder" : "sample.rule." + first.name();
    if (!first.isWord()) {
      return Key.number(path, meaning).between(0, Double.MAX_VALUE).optional();
    }
    String[] words =
        all.stream().flatMap(p -> p.words().stream()).distinct().toArray(String[]::new);
    return Key.string(path, meaning).oneOf(words).optional();
  }
}
