package io.accelerant.distill.decode.compare;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.TokenLaw;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.decode.MaskedModel;
import io.accelerant.distill.decode.MaskedSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Calibration} of a masked model on rows with known texts: of each row half of the positions
 * that are not given are masked, drawn by (seed, id), and the model is asked once. Right is the
 * token of the row, though others may be as good: what matters is how it changes.
 *
 * @param bins of probability
 * @param batch rows that are read together
 * @param seed of the draws
 */
public record CalibrationMeter(int bins, int batch, long seed) implements Serializable {
  private static final long MASKED = RandomStream.purpose("calibration.masked");

  /**
   * Asks about all prompts, each with its answer.
   *
   * @param partitions at most so many; 0 for four a core
   */
  public Calibration run(
      JobContext context, MaskedSource source, List<Prompt> prompts, int partitions) {
    Batches batches = new Batches(prompts.size(), batch);
    CalibrationMeter self = this;
    try (Shared<ArrayList<Prompt>> shared = Shared.of(context, new ArrayList<>(prompts))) {
      return new Units<>(context, source.stage(), partitions, source::open)
              .<Calibration>map(
                  "Calibration",
                  batches.units(),
                  (model, unit) ->
                      self.batch(
                          model, shared.copy().subList(batches.from(unit), batches.to(unit))))
              .stream()
              .reduce(Calibration.empty(bins), Calibration::plus);
    }
  }

  private Calibration batch(MaskedModel model, List<Prompt> prompts) {
    int[][] masked = prompts.stream().map(this::masked).toArray(int[][]::new);
    int[][] rows = new int[masked.length][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = prompts.get(r).ids().clone();
      for (int position : masked[r]) {
        rows[r][position] = model.mask();
      }
    }
    MaskedModel.Logits said = model.logits(rows);
    TokenLaw law = new TokenLaw(Warp.GREEDY, model.vocabulary());
    double[] numbers = new double[model.vocabulary()];
    Calibration found = Calibration.empty(bins);
    for (int r = 0; r < rows.length; r++) {
      for (int position : masked[r]) {
        said.at(r, position, numbers);
        law.set(numbers);
        double p = StrictMath.exp(law.logP(law.likeliest()));
        found.add(p, law.likeliest() == prompts.get(r).ids()[position]);
      }
    }
    return found;
  }

  /** Half of the open positions, rounded up, rising. */
  int[] masked(Prompt prompt) {
    int[] open = prompt.open();
    RandomStream stream = new RandomStream(seed, MASKED, prompt.id(), 0);
    int half = (open.length + 1) / 2;
    for (int k = 0; k < half; k++) {
      int other = k + stream.nextInt(open.length - k);
      int taken = open[other];
      open[other] = open[k];
      open[k] = taken;
    }
    return Arrays.stream(open).limit(half).sorted().toArray();
  }
}
