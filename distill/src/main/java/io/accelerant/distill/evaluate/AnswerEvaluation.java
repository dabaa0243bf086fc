package io.accelerant.distill.evaluate;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.task.Verdict;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.evaluate.AnswerRows.Answered;
import io.accelerant.distill.measure.AnswerJudge;
import io.accelerant.distill.measure.AnswerScores;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Answers to prompts, checked anew by the checker of the prompts: what a table says of its own
 * answers is not read.
 */
final class AnswerEvaluation {
  private static final String SCORES = "scores.json";
  private static final String SPEED = "tokensPerSecond";

  private final JobContext context;
  private final JobConfig config;
  private final AnswerRows answers;
  private final Prompts prompts;

  private AnswerEvaluation(JobContext context, JobConfig config, String prompts) {
    this.context = context;
    this.config = config;
    config.refuse(
        List.of(EvaluateJob.REFERENCE),
        "is for samples of text; answers to prompts are judged by their prompts.");
    this.prompts =
        Prompts.open(context.spark(), context.hadoop(), prompts, EvaluateJob.PROMPTS.path());
    this.answers = AnswerRows.open(context, config.get(EvaluateJob.SAMPLES));
    requireThese();
    requireOrder();
  }

  /** The work, if prompts are named, or the samples name theirs. */
  static Optional<Work> find(JobContext context, JobConfig config) {
    return config
        .find(EvaluateJob.PROMPTS)
        .or(
            () ->
                Artifact.find(config.get(EvaluateJob.SAMPLES), context.hadoop())
                    .flatMap(AnswerEvaluation::promptsOf)
                    .map(Manifest.Parent::uri))
        .map(uri -> new AnswerEvaluation(context, config, uri).open());
  }

  private static Optional<Manifest.Parent> promptsOf(Artifact samples) {
    return samples.manifest().parents().stream()
        .filter(parent -> parent.role().equals(Prompts.KIND))
        .findFirst();
  }

  /** Ids mean nothing among other prompts. */
  private void requireThese() {
    answers
        .artifact()
        .flatMap(AnswerEvaluation::promptsOf)
        .filter(parent -> !parent.contentHash().equals(prompts.parent().contentHash()))
        .ifPresent(
            parent -> {
              throw new DataException(
                  Text.of(
                      "%s answers the prompts %s (content hash %s), not those of %s (%s); set"
                          + " evaluate.prompts to where they are now.",
                      answers.uri(),
                      parent.uri(),
                      parent.contentHash(),
                      prompts.uri(),
                      prompts.parent().contentHash()));
            });
  }

  private void requireOrder() {
    try {
      new NgramCounts(config.get(EvaluateJob.ORDER), prompts.tokenizer().size());
    } catch (IllegalArgumentException e) {
      throw config.invalid(EvaluateJob.ORDER, "is too high: " + e.getMessage() + ".");
    }
  }

  private Work open() {
    return Work.on(
        List.of(
            new Manifest.Parent(SampleTable.KIND, answers.uri(), answers.hash()), prompts.parent()),
        output ->
            List.of(
                Text.of(
                    "fit a %d-gram judge on the answers of the train split of %s",
                    config.get(EvaluateJob.ORDER), prompts.uri()),
                "check the answers of " + answers.uri(),
                "publish the evaluation to " + output),
        this::make);
  }

  private Product make(Run run) {
    List<Answered> answered = answers.beside(prompts);
    context.progress().say("%,d answers", answered.size());
    AnswerScores scores = new AnswerScores();
    for (Answered a : answered) {
      Verdict verdict = prompts.checker().check(a.asked(), a.expected(), a.text());
      scores.add(a.prompt(), a.group(), verdict);
    }
    Map<String, Number> metrics = new LinkedHashMap<>(scores.metrics());
    scores.passAt().forEach((k, share) -> metrics.put("passAt" + k, share));
    chance().ifPresent(rate -> metrics.put("chanceRate", rate));
    metrics.putAll(costs(answered));
    metrics.putAll(judged(answered));
    run.artifact().writeJson(SCORES, metrics); // what took time is no part of them
    speed().ifPresent(speed -> metrics.put(SPEED, speed));
    return new Product(
        run.draft("evaluation", metrics).withIdentityFile(SCORES),
        report(scores, metrics).files(),
        run.card(
            "Evaluation of answers",
            "Metrics in `metrics.json`, those that no clock tells in `scores.json`; see"
                + " `report.md`.",
            "import json\n\nmetrics = json.load(open(\"metrics.json\"))",
            "That of the samples and the prompts."),
        new Check(
            AnswerScores.EXACT_MATCH,
            scores.exactMatch(),
            artifact ->
                ((Number) artifact.readJson(SCORES).get(AnswerScores.EXACT_MATCH)).doubleValue()));
  }

  /** What {@code prepare-prompts} says of answers at random. */
  private Optional<Number> chance() {
    Artifact artifact = Artifact.open(prompts.uri(), context.hadoop());
    return Optional.ofNullable(artifact.manifest().metrics().get("chanceRate"));
  }

  private Optional<Number> speed() {
    return answers.artifact().map(a -> a.manifest().metrics().get(SPEED));
  }

  /** Of columns that are there. */
  private static Map<String, Number> costs(List<Answered> answered) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    double evaluations = answered.stream().mapToDouble(Answered::evaluations).sum();
    if (!Double.isNaN(evaluations)) {
      metrics.put("evaluationsPerRow", evaluations / answered.size());
    }
    double nats = answered.stream().mapToDouble(Answered::logProbability).sum();
    long tokens =
        answered.stream().mapToLong(a -> a.tokens().map(ids -> ids.length).orElse(0)).sum();
    if (!Double.isNaN(nats) && tokens > 0) {
      metrics.put("bitsPerToken", -nats / StrictMath.log(2) / tokens);
    }
    return metrics;
  }

  /** Beside the answers stand those that were expected, each as often as it was asked for. */
  private Map<String, Number> judged(List<Answered> answered) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    AnswerJudge.of(prompts, config.get(EvaluateJob.ORDER), config.get(EvaluateJob.LAMBDA))
        .ifPresent(
            judge -> {
              AnswerJudge.Sum own = new AnswerJudge.Sum();
              AnswerJudge.Sum expected = new AnswerJudge.Sum();
              for (Answered a : answered) {
                a.tokens()
                    .ifPresentOrElse(
                        tokens -> judge.add(tokens, own), () -> judge.add(a.text(), own));
                judge.add(a.expected(), expected);
              }
              own.nll().ifPresent(nll -> metrics.put("judgeNll", nll));
              expected.nll().ifPresent(nll -> metrics.put("reference.judgeNll", nll));
            });
    return metrics;
  }

  private Report report(AnswerScores scores, Map<String, Number> metrics) {
    Table table = Table.of("metric", "value");
    metrics.forEach(table::row);
    Table groups = Table.of("part of the task", "samples", "exact match");
    scores.groups().forEach((name, share) -> groups.row(name, scores.samples(name), share));
    Map<String, Integer> histogram = new TreeMap<>();
    scores
        .prompts()
        .values()
        .forEach(
            p -> histogram.merge(Text.of("%d of %d", p.correct(), p.samples()), 1, Integer::sum));
    Table right = Table.of("right samples of a prompt", "prompts");
    histogram.forEach(right::row);
    return Report.titled("Answers of " + answers.uri(), context.progress()::say)
        .paragraph(
            Text.of(
                "Checked anew by the checker of `%s`. `passAt<k>`: one of k samples is right, mean"
                    + " over prompts, unbiased. `falsePositive`: the answer is right and a step on"
                    + " the way wrong. `chanceRate`: what answers of the right form at random would"
                    + " match. `judgeNll`: nats per token by an n-gram model of the answers of the"
                    + " train split, `reference.` the same of the answers that were expected.",
                prompts.uri()))
        .table(table)
        .section("By part of the task")
        .table(groups)
        .section("By prompt")
        .table(right);
  }
}
