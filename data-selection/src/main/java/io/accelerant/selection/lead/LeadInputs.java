package io.accelerant.selection.lead;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Student;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a run reads, checked.
 *
 * @param truth of the pool
 */
record LeadInputs(
    LanguageModel base, Prompts prompts, LeadNetwork network, TestRows test, Truth truth) {
  /** The split that is the pool. */
  static final String POOL = "train";

  /**
   * @throws io.accelerant.core.error.AccelerantException if model, pool and keys do not go together
   */
  static LeadInputs of(JobContext context, JobConfig config, LeadSettings settings) {
    LanguageModel base =
        LanguageModel.read(
            Artifact.open(config.get(LeadKeys.MODEL), context.hadoop()),
            Optional.of(Kind.CAUSAL),
            LeadKeys.MODEL.path());
    Prompts prompts =
        Prompts.open(
            context.spark(), context.hadoop(), config.get(LeadKeys.POOL), LeadKeys.POOL.path());
    base.requireSame(prompts.tokenizer(), prompts.uri());
    if (prompts.isCloze()) {
      throw config.invalid(
          LeadKeys.POOL, "has prompts with gaps; a causal model answers behind a prompt.");
    }
    int most = base.network().maximumLength();
    if (prompts.longest() > most) {
      throw config.invalid(
          LeadKeys.POOL,
          Text.of(
              "has rows of %d tokens; the model reads %d. Prepare it with"
                  + " preparePrompts.maximumLength = %d.",
              prompts.longest(), most, most));
    }
    TestRows test =
        TestRows.of(
            prompts,
            config.get(LeadKeys.WRONG),
            config.get(LeadKeys.TEST_PROMPTS),
            config.get(LeadKeys.ANSWERED),
            config.find(LeadKeys.ANSWER_LENGTH).orElse(0));
    if (!test.taskNames().containsAll(settings.newTasks())) {
      throw config.invalid(
          LeadKeys.NEW_TASKS,
          Text.of(
              "is %s; the tasks of the test rows are %s.", settings.newTasks(), test.taskNames()));
    }
    requireAnswered(test, settings.newTasks(), config);
    return new LeadInputs(
        base,
        prompts,
        new LeadNetwork(
            new Student(base.network(), LeadKeys.ADAPTER.on(config, base.network())),
            prompts.longest(),
            Math.max(answer(prompts, POOL), answer(prompts, TestRows.SPLIT)),
            settings.microBatch()),
        test,
        Truth.of(prompts, POOL, config.get(LeadKeys.WRONG)));
  }

  /** Tokens of the longest answer of a split, its end with them. */
  static int answer(Prompts prompts, String split) {
    return Math.max(1, prompts.longest(split).answer());
  }

  /**
   * New and old tasks each need an answer, where there are such rows, or nothing is said of them.
   */
  private static void requireAnswered(TestRows test, List<String> newTasks, JobConfig config) {
    if (newTasks.isEmpty() || test.answered() == 0) {
      return;
    }
    for (boolean isNew : new boolean[] {true, false}) {
      OptionalInt first =
          IntStream.range(0, test.count())
              .filter(i -> newTasks.contains(test.taskNames().get(test.tasks()[i])) == isNew)
              .findFirst();
      if (first.isPresent() && first.getAsInt() >= test.answered()) {
        throw config.invalid(
            LeadKeys.ANSWERED,
            Text.of(
                "answers no row of %s: the first is row %,d of the test. Set it higher, or 0.",
                isNew ? Text.of("%s = %s", LeadKeys.NEW_TASKS.path(), newTasks) : "the other tasks",
                first.getAsInt() + 1));
      }
    }
  }

  /** The network without adapters. */
  LeadNetwork plain() {
    return new LeadNetwork(
        new Student(base.network(), base.network()),
        network.longest(),
        network.answer(),
        network.microBatch());
  }

  /** The rows of the pool in order of id, as losses read them. */
  byte[][] records() {
    return prompts.first(POOL, Integer.MAX_VALUE).stream()
        .map(row -> PromptRecord.pack(row, prompts.longest()))
        .toArray(byte[][]::new);
  }
}
