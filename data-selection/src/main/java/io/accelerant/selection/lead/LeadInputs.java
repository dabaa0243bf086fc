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
import java.util.Optional;

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
    return new LeadInputs(
        base,
        prompts,
        new LeadNetwork(
            new Student(base.network(), LeadKeys.ADAPTER.on(config, base.network())),
            prompts.longest(),
            settings.microBatch()),
        test,
        Truth.of(prompts, POOL, config.get(LeadKeys.WRONG)));
  }

  /** The network without adapters. */
  LeadNetwork plain() {
    return new LeadNetwork(
        new Student(base.network(), base.network()), network.longest(), network.microBatch());
  }

  /** The rows of the pool in order of id, as losses read them. */
  byte[][] records() {
    return prompts.first(POOL, Integer.MAX_VALUE).stream()
        .map(row -> PromptRecord.pack(row, prompts.longest()))
        .toArray(byte[][]::new);
  }
}
