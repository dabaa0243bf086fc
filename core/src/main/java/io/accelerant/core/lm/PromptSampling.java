package io.accelerant.core.lm;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers to prompts, written on a cluster. Row {@code i * samples + s} is sample s of prompt i;
 * mapped: batches of rows by their number; broadcast: prompts and parameters.
 *
 * @param samples of each prompt
 * @param batch rows that are written together; no token depends on it, see {@link CachedModel}
 */
public record PromptSampling(Generation generation, int samples, int batch, Choices.Keyed draws)
    implements Serializable {
  /**
   * @param ids of the prompts, which key the draws
   * @param prompts as tokens
   * @param partitions at most so many; 0 for four a core
   * @return all samples of the first prompt, then those of the second, ..
   * @throws io.accelerant.core.error.DataException as {@link Generation#run}
   */
  public List<Generated> run(
      JobContext context, CausalSource source, long[] ids, int[][] prompts, int partitions) {
    Batches batches = new Batches(Math.multiplyExact(ids.length, samples), batch);
    PromptSampling self = this;
    try (Shared<long[]> sharedIds = Shared.of(context, ids);
        Shared<int[][]> sharedPrompts = Shared.of(context, prompts)) {
      return new Units<>(context, source.stage(), partitions, source::open)
              .<ArrayList<Generated>>map(
                  "Writing answers",
                  batches.units(),
                  (model, unit) ->
                      self.rows(model, batches, unit, sharedIds.copy(), sharedPrompts.copy()))
              .stream()
              .flatMap(List::stream)
              .toList();
    }
  }

  private ArrayList<Generated> rows(
      CausalModel model, Batches batches, int unit, long[] ids, int[][] prompts) {
    List<Generation.Request> requests = new ArrayList<>();
    for (int row = batches.from(unit); row < batches.to(unit); row++) {
      int prompt = row / samples;
      requests.add(new Generation.Request(ids[prompt], row % samples, prompts[prompt]));
    }
    return new ArrayList<>(generation.run(model, requests, draws));
  }
}
