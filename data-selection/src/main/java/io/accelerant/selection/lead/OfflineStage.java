package io.accelerant.selection.lead;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.run.Stages;
import java.util.function.Function;

/**
 * What is found out of a pool before training: the loss of every row by the untouched model, its
 * difficulty by a model that has seen some rows, its task, what repeats it, and the clusters of
 * difficulty. Three passes over the pool and a warm-up; each is saved.
 */
record OfflineStage(
    JobContext context,
    Stages stages,
    OfflineSettings settings,
    Prompts prompts,
    LanguageModel base) {

  /**
   * @param warmUp trains on random rows of the pool, of which it is given the initial loss and the
   *     task: one cluster, no difficulty; all parameters of the base's network come out, adapters
   *     folded in
   */
  Pool of(Function<PoolRows, float[]> warmUp) {
    throw new UnsupportedOperationException("not written yet");
  }
}
