package io.accelerant.distill.sample;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.OnePerStep;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a language model is asked.
 *
 * @param method a value of {@link SampleKeys#METHOD}
 * @param samples of each prompt
 */
record LanguageRequest(String method, Warp warp, int samples) {
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
   * @throws io.accelerant.core.error.ConfigException if keys do not go together, or with such a
   *     model
   */
  static LanguageRequest of(JobConfig config, Kind kind) {
    config.refuse(
        OTHERS,
        Text.of(
            "is for models of another kind; sample.model = %s is a language model.",
            config.get(SampleKeys.MODEL)));
    if (config.find(LanguageKeys.PROMPTS).isEmpty()) {
      throw config.invalid(
          LanguageKeys.PROMPTS, "is required for a language model: a prompts artifact.");
    }
    boolean masked = kind == Kind.MASKED;
    if (!masked) {
      config.refuse(LanguageKeys.MASKED, "is for masked models, and the model is a causal one.");
    }
    String method = method(config, kind);
    LanguageRequest request =
        new LanguageRequest(method, warp(config, method), config.get(LanguageKeys.SAMPLES));
    boolean drawn = !request.warp.isGreedy() || (masked && order(config) == OnePerStep.RANDOM);
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
    double temperature = config.find(LanguageKeys.TEMPERATURE).orElse(causal ? 1. : 0.);
    if (temperature == 0 && causal) {
      throw config.invalid(LanguageKeys.TEMPERATURE, "is 0, which is sample.method = greedy.");
    }
    if (temperature == 0) {
      config.refuse(truncation, "is for draws; at sample.temperature = 0 nothing is drawn.");
      return Warp.GREEDY;
    }
    return new Warp(temperature, config.get(LanguageKeys.TOP_K), config.get(LanguageKeys.TOP_P));
  }

  private static OnePerStep order(JobConfig config) {
    return OnePerStep.ofOrder(config.get(LanguageKeys.ORDER));
  }

  /** For a masked model. */
  MaskedDecoding decoding(JobConfig config) {
    return new MaskedDecoding(
        order(config), warp, config.find(LanguageKeys.BLOCK_LENGTH).orElse(0));
  }

  /** Of the whole, for people. */
  String describe() {
    return warp.isGreedy()
        ? method + ", the likeliest tokens"
        : Text.of(
            "%s, tokens drawn at temperature %s, topK %d, topP %s",
            method, warp.temperature(), warp.topK(), warp.topP());
  }
}
