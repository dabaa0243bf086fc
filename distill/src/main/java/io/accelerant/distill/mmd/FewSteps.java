package io.accelerant.distill.mmd;

import io.accelerant.core.run.Batches;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModel;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A sampler as it is measured. Sample i starts from the noise, and has the class, that {@code
 * sample} gives it with {@code run.seed} and labels 0 .. classes-1.
 *
 * @param ratios of {@link io.accelerant.distill.continuous.Compensation}, one a step
 * @param classes 0 to sample without class
 */
record FewSteps(Solver solver, Schedule schedule, double[] times, double[] ratios, int classes)
    implements Serializable {
  /** Rows of a model call, as {@code sample.batch} by default. */
  static final int BATCH = 64;

  private static final String NOISE = "sample.noise";

  static FewSteps plain(Solver solver, Schedule schedule, double[] times, int classes) {
    double[] ratios = new double[times.length - 1];
    Arrays.fill(ratios, 1);
    return new FewSteps(solver, schedule, times, ratios, classes);
  }

  /** The class of a sample. */
  int label(int id) {
    return classes == 0 ? ContinuousModel.NO_LABEL : id % classes;
  }

  /** The samples of one micro-batch as bytes. */
  byte[][] draw(ContinuousModel model, Batches batches, int batch, long seed) {
    int from = batches.from(batch);
    int rows = batches.length(batch);
    int size = model.size();
    int[] labels = new int[rows];
    Arrays.setAll(labels, i -> label(from + i));
    double[] x =
        solver
            .on(schedule, times)
            .sample(
                NoiseRows.drawn(seed, NOISE, from, rows, size).x(),
                ratios,
                new Denoiser(model, labels, 1, Thresholding.NONE));
    return ImageModel.toBytes(x, rows);
  }
}
