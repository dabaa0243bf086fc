package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.PromptSampling;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.decode.Decoded;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.NetworkMaskedSource;
import io.accelerant.distill.decode.OnePerStep;
import io.accelerant.distill.decode.PromptDecoding;
import io.accelerant.distill.measure.AnswerScores;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a model answers to the first validation prompts, and how much of it is right. Answers are
 * the likeliest tokens, from left to right or one position a forward.
 */
final class AnswerMeter {
  /** Share of answers that the checker calls correct, the trace with them; then by group. */
  static final String EXACT_MATCH = AnswerScores.EXACT_MATCH;

  /** Share of answers whose result is right though a step on the way is wrong. */
  static final String FALSE_POSITIVE = AnswerScores.FALSE_POSITIVE;

  private static final long DRAWS = RandomStream.purpose("teacher.answers");
  private static final int BATCH = 64;

  private final JobContext context;
  private final JobConfig config;
  private final PromptRows rows;
  private final Kind kind;
  private final List<Prompt> prompts;

  AnswerMeter(JobContext context, JobConfig config, PromptRows rows, Kind kind) {
    this.context = context;
    this.config = config;
    this.rows = rows;
    this.kind = kind;
    this.prompts =
        rows.prompts().first("validation", config.get(TrainTeacherKeys.EVALUATION_PROMPTS));
  }

  /** Prompts that are answered. */
  int count() {
    return prompts.size();
  }

  /** The parts of the task, in order of name. */
  List<String> groups() {
    return prompts.stream().map(Prompt::task).distinct().sorted().toList();
  }

  /** Names of what {@link #scores} gives for one sample without a suffix. */
  List<String> names() {
    return List.copyOf(scores(prompts.stream().map(p -> "").toList(), 1, "").keySet());
  }

  /** Likeliest answers of the first prompts, in their order. */
  List<String> answers(TokenNetwork network, float[] parameters, int most) {
    List<Prompt> first = prompts.subList(0, Math.min(most, prompts.size()));
    return answers(network, parameters, first, Warp.GREEDY, 1);
  }

  /** Scores of the likeliest answers. */
  Map<String, Double> greedy(TokenNetwork network, float[] parameters) {
    return scores(answers(network, parameters, prompts.size()), 1, "");
  }

  /** Scores of answers drawn from the law of a causal model, so many to each prompt. */
  Map<String, Double> sampled(TokenNetwork network, float[] parameters, int samples) {
    return scores(answers(network, parameters, prompts, Warp.NONE, samples), samples, ".sampled");
  }

  /** One line each, for people: prompt and answer. */
  List<String> shown(List<String> answers) {
    return IntStream.range(0, answers.size())
        .mapToObj(i -> prompts.get(i).prompt() + " " + answers.get(i))
        .toList();
  }

  private List<String> answers(
      TokenNetwork network, float[] parameters, List<Prompt> some, Warp warp, int samples) {
    long[] ids = some.stream().mapToLong(Prompt::id).toArray();
    List<int[]> tokens =
        kind == Kind.CAUSAL
            ? causal(network, parameters, ids, some, warp, samples)
            : masked(network, parameters, ids, some);
    return tokens.stream().map(rows.prompts().tokenizer()::decode).toList();
  }

  private List<int[]> causal(
      TokenNetwork network,
      float[] parameters,
      long[] ids,
      List<Prompt> some,
      Warp warp,
      int samples) {
    Generation generation = Generation.of(warp, rows.answerLength(), rows.prompts().tokenizer());
    Choices.Keyed draws = new Choices.Keyed(config.get(RunKeys.SEED), DRAWS);
    int[][] texts = some.stream().map(Prompt::promptIds).toArray(int[][]::new);
    try (CausalSource source =
        CausalSource.of(
            context, network, parameters, rows.longest(), BATCH, EngineSettings.of(config))) {
      return new PromptSampling(generation, samples, BATCH, draws)
          .run(context, source, ids, texts, 0).stream().map(row -> row.tokens()).toList();
    }
  }

  private List<int[]> masked(
      TokenNetwork network, float[] parameters, long[] ids, List<Prompt> some) {
    MaskedVocabulary vocabulary = MaskedVocabulary.of(network, rows.prompts().tokenizer());
    int[][] gaps =
        some.stream()
            .map(p -> MaskedDecoding.Request.of(p, 0, rows.answerLength(), vocabulary.mask()).row())
            .toArray(int[][]::new);
    MaskedDecoding decoding = new MaskedDecoding(OnePerStep.CONFIDENCE, Warp.GREEDY, 0);
    try (NetworkMaskedSource source =
        NetworkMaskedSource.of(
            context, network, vocabulary, parameters, rows.longest(), EngineSettings.of(config))) {
      return new PromptDecoding(decoding, 1, BATCH, config.get(RunKeys.SEED))
          .run(context, source, ids, gaps, 0).stream().map(Decoded::answer).toList();
    }
  }

  /**
   * @param answers of the first prompt, then of the second, ..
   * @param samples answers of one prompt
   * @param suffix of the names, before the group
   */
  private Map<String, Double> scores(List<String> answers, int samples, String suffix) {
    Prompts source = rows.prompts();
    AnswerScores found = new AnswerScores();
    for (int i = 0; i < answers.size(); i++) {
      Prompt prompt = prompts.get(i / samples);
      found.add(
          prompt.id(),
          prompt.task(),
          source.checker().check(prompt.prompt(), prompt.answer(), answers.get(i)));
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(EXACT_MATCH + suffix, found.exactMatch());
    found.groups().forEach((task, share) -> scores.put(EXACT_MATCH + suffix + "." + task, share));
    scores.put(FALSE_POSITIVE + suffix, found.falsePositive());
    return scores;
  }
}
