package io.accelerant.distill.sample;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.RuleParameter;
import io.accelerant.distill.decode.RuleSettings;
import io.accelerant.distill.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a language model is asked.
 *
 * @param method a value of {@link SampleKeys#METHOD}
 * @param rule parameters of the rule of a masked model
 * @param blockLength of a masked model; 0 for one block
 * @param samples of each prompt
 */
record LanguageRequest(String method, Warp warp, RuleSettings rule, int blockLength, int samples) {
  /** What other models have. */
  private static final List<Key<?>> OTHERS =
      Stream.of(
              List.<Key<?>>of(
                  SampleKeys.SAMPLER,
                  SampleKeys.STEPS,
                  SampleKeys.LENGTH,
                  SampleKeys.GRAPH,
                  SampleKeys.NOISE_EPS,
                  SampleKeys.SMOOTHING,
                  SampleKeys.FINAL_DENOISE),
              SampleKeys.CONTINUOUS,
              Models.DISCRETE.keys())
          .<Key<?>>flatMap(List::stream)
          .toList();

  /**
   * @param own decoder that the model names; what is configured comes first
   * @throws io.accelerant.core.error.ConfigException if keys do not go together, or with such a
   *     model
   */
  static LanguageRequest of(JobConfig config, Kind kind, Optional<Decoder> own) {
    boolean masked = kind == Kind.MASKED;
    List<Key<?>> foreign = new ArrayList<>(OTHERS);
    if (masked) {
      foreign.remove(LanguageKeys.THRESHOLD);
    }
    config.refuse(
        foreign,
        Text.of(
            "is for models of another kind; sample.model = %s is a language model.",
            config.get(SampleKeys.MODEL)));
    if (config.find(LanguageKeys.PROMPTS).isEmpty()) {
      throw config.invalid(
          LanguageKeys.PROMPTS, "is required for a language model: a prompts artifact.");
    }
    if (!masked) {
      config.refuse(LanguageKeys.MASKED, "is for masked models, and the model is a causal one.");
    }
    boolean obeys = own.isPresent() && !config.isGiven(SampleKeys.METHOD);
    String method = obeys ? own.get().rule().label() : method(config, kind);
    RuleSettings before = obeys ? own.get().settings() : RuleSettings.NONE;
    LanguageRequest request =
        new LanguageRequest(
            method,
            warp(config, method),
            masked ? rule(config, RuleKind.named(method), before) : RuleSettings.NONE,
            config.find(LanguageKeys.BLOCK_LENGTH).orElse(obeys ? own.get().blockLength() : 0),
            config.get(LanguageKeys.SAMPLES));
    boolean drawn =
        !request.warp.isGreedy() || (masked && RuleKind.named(method).drawsPositions(request.rule));
    if (!drawn && request.samples > 1) {
      throw config.invalid(
          LanguageKeys.SAMPLES,
          Text.of(
              "is %d, but nothing is drawn and all of them would be the same; set %s.",
              request.samples,
              masked
                  ? "sample.temperature above 0"
                  : "sample.method = " + LanguageKeys.TEMPERATURE_METHOD));
    }
    return request;
  }

  /**
   * A rule on rows of which nothing is given.
   *
   * @throws io.accelerant.core.error.ConfigException as {@link #of}
   */
  static LanguageRequest ofRule(JobConfig config) {
    String method = config.get(SampleKeys.METHOD);
    List<Key<?>> foreign =
        new ArrayList<>(
            List.of(
                SampleKeys.STEPS,
                SampleKeys.GRAPH,
                SampleKeys.NOISE_EPS,
                SampleKeys.T_END,
                SampleKeys.FINAL_DENOISE,
                LanguageKeys.PROMPTS,
                LanguageKeys.SPLIT,
                LanguageKeys.SAMPLES,
                LanguageKeys.ANSWER_LENGTH));
    foreign.addAll(SampleKeys.CONTINUOUS);
    foreign.remove(LanguageKeys.THRESHOLD);
    config.refuse(
        foreign, Text.of("is not for rules of unmasking, and sample.method = %s is one.", method));
    RuleSettings rule = rule(config, RuleKind.named(method), RuleSettings.NONE);
    int blockLength = config.find(LanguageKeys.BLOCK_LENGTH).orElse(0);
    return new LanguageRequest(method, warp(config, method), rule, blockLength, 1);
  }

  private static String method(JobConfig config, Kind kind) {
    List<String> methods =
        kind == Kind.MASKED ? LanguageKeys.MASKED_METHODS : LanguageKeys.CAUSAL_METHODS;
    if (!config.isGiven(SampleKeys.METHOD)) {
      return methods.get(0);
    }
    String method = config.get(SampleKeys.METHOD);
    if (!methods.contains(method)) {
      throw config.invalid(
          SampleKeys.METHOD,
          Text.of(
              "is %s, but a %s model is sampled by %s.",
              method, kind.label(), String.join(" or ", methods)));
    }
    return method;
  }

  private static Warp warp(JobConfig config, String method) {
    List<Key<?>> truncation = List.of(LanguageKeys.TOP_K, LanguageKeys.TOP_P);
    if (method.equals(LanguageKeys.GREEDY)) {
      config.refuse(
          List.of(LanguageKeys.TEMPERATURE, LanguageKeys.TOP_K, LanguageKeys.TOP_P),
          "is for draws; sample.method = greedy draws nothing.");
      return Warp.GREEDY;
    }
    boolean causal = method.equals(LanguageKeys.TEMPERATURE_METHOD);
    double temperature =
        config
            .find(LanguageKeys.TEMPERATURE)
            .orElseGet(
                () -> causal ? 1 : RuleKind.rule(method, RuleSettings.NONE).warp().temperature());
    if (temperature == 0 && causal) {
      throw config.invalid(LanguageKeys.TEMPERATURE, "is 0, which is sample.method = greedy.");
    }
    if (temperature == 0) {
      config.refuse(truncation, "is for draws; at sample.temperature = 0 nothing is drawn.");
      return Warp.GREEDY;
    }
    return new Warp(temperature, config.get(LanguageKeys.TOP_K), config.get(LanguageKeys.TOP_P));
  }

  /** What the configuration says of the rule, and where it says nothing, what held before. */
  private static RuleSettings rule(JobConfig config, RuleKind kind, RuleSettings before) {
    RuleSettings settings = before;
    List<Key<?>> others = new ArrayList<>(LanguageKeys.MASKED);
    others.remove(LanguageKeys.BLOCK_LENGTH);
    others.add(LanguageKeys.THRESHOLD);
    for (RuleParameter parameter : kind.parameters()) {
      Key<?> key = LanguageKeys.of(parameter);
      others.remove(key);
      Object value = config.find(key).orElse(null);
      if (value instanceof Double number) {
        settings = settings.with(parameter.name(), number);
      } else if (value instanceof String word) {
        settings = settings.with(parameter.name(), word);
      }
    }
    config.refuse(
        others, Text.of("is no parameter of sample.method = %s; leave it out.", kind.label()));
    return kind.complete(settings);
  }

  /** For a masked model. */
  MaskedDecoding decoding() {
    return new MaskedDecoding(RuleKind.rule(method, rule), warp, blockLength);
  }

  /** Of the whole, for people. */
  String describe() {
    StringBuilder said = new StringBuilder(method);
    rule.numbers()
        .forEach((name, number) -> said.append(", ").append(name).append(' ').append(number));
    rule.words().forEach((name, word) -> said.append(", ").append(name).append(' ').append(word));
    said.append(blockLength > 0 ? ", blocks of " + blockLength : "");
    return said
        + (warp.isGreedy()
            ? ", the likeliest tokens"
            : Text.of(
                ", tokens drawn at temperature %s, topK %d, topP %s",
                warp.temperature(), warp.topK(), warp.topP()));
  }
}
