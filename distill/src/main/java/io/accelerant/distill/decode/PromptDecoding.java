package io.accelerant.distill.decode;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows written by a masked model on a cluster. Mapped: batches of rows by their number; broadcast:
 * rows and parameters.
 *
 * @param samples of each prompt
 * @param batch rows that are written together; no token depends on it
 * @param seed of the draws, see {@link Draws#keyed}
 */
public record PromptDecoding(MaskedDecoding decoding, int samples, int batch, long seed)
    implements Serializable {
  /**
   * @param ids of the prompts, which key the draws
   * @param rows of the prompts, MASK where they are to be answered
   * @param partitions at most so many; 0 for four a core
   * @return all samples of the first prompt, then those of the second, ..
   * @throws io.accelerant.core.error.DataException as {@link MaskedDecoding#run}
   */
  public List<Decoded> run(
      JobContext context, MaskedSource source, long[] ids, int[][] rows, int partitions) {
    Batches batches = new Batches(Math.multiplyExact(ids.length, samples), batch);
    PromptDecoding self = this;
    try (Shared<long[]> sharedIds = Shared.of(context, ids);
        Shared<int[][]> sharedRows = Shared.of(context, rows)) {
      return new Units<>(context, source.stage(), partitions, source::open)
              .<ArrayList<Decoded>>map(
                  "Writing answers",
                  batches.units(),
                  (model, unit) ->
                      self.rows(model, batches, unit, sharedIds.copy(), sharedRows.copy()))
              .stream()
              .flatMap(List::stream)
              .toList();
    }
  }

  private ArrayList<Decoded> rows(
      MaskedModel model, Batches batches, int unit, long[] ids, int[][] rows) {
    List<MaskedDecoding.Request> requests = new ArrayList<>();
    for (int row = batches.from(unit); row < batches.to(unit); row++) {
      int prompt = row / samples;
      requests.add(new MaskedDecoding.Request(ids[prompt], row % samples, rows[prompt]));
    }
    return new ArrayList<>(decoding.run(model, requests, Draws.keyed(seed)));
  }
}
