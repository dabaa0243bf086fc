package io.accelerant.distill.sample;

import io.accelerant.core.job.GpuStage;
import io.accelerant.distill.decode.MaskedModel;
import io.accelerant.distill.decode.MaskedSource;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A discrete model of the absorbing graph as decoders read it. Its scores are {@code c(t) p(x_i = y
 * | what is not masked)} with a posterior that does not depend on the time (Ou et al., RADD,
 * theorem 1), so that their logarithms are logits.
 *
 * @param source of the absorbing graph
 */
record ExactMaskedSource(DiscreteSource source) implements MaskedSource {
  /** Any would do. */
  private static final double TIME = .5;

  ExactMaskedSource {
    if (source.process().graph() != DiffusionGraph.ABSORB) {
      throw new IllegalArgumentException("a masked model is one of the absorbing graph");
    }
  }

  @Override
  public GpuStage stage() {
    return source.stage();
  }

  @Override
  public MaskedModel open() {
    return new Posteriors(source.open());
  }

  private record Posteriors(DiscreteModel model) implements MaskedModel {
    @Override
    public int vocabulary() {
      return model.process().symbols();
    }

    @Override
    public int maximumLength() {
      return model.length();
    }

    /** Rows are as long as the model's. */
    @Override
    public Logits logits(int[][] rows) {
      int symbols = vocabulary();
      int length = model.length();
      double[] scores = new double[rows.length * length * symbols];
      model.scores(
          Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray(),
          IntStream.range(0, rows.length).asLongStream().toArray(),
          1,
          TIME,
          scores);
      return (row, position, logits) -> {
        int from = (row * length + position) * symbols;
        for (int y = 0; y < mask(); y++) {
          logits[y] = StrictMath.log(scores[from + y]);
        }
        logits[mask()] = Double.NEGATIVE_INFINITY;
      };
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
