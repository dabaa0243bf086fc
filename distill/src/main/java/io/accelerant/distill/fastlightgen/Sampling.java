package io.accelerant.distill.fastlightgen;

import io.accelerant.core.run.Batches;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.RenoisingSampler;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModel;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How samples are drawn: by steps of a solver along a guided velocity, or as a generator of few
 * steps does. Sample i starts from the noise, and has the class, that {@code sample} gives it with
 * {@code run.seed} and labels 0 .. classes-1.
 *
 * @param times of the evaluations, falling from 1
 * @param guidance 1 for none
 * @param solver its name; {@value #RENOISING} for a generator of few steps
 * @param classes 0 to sample without class
 */
record Sampling(double[] times, double guidance, String solver, int classes)
    implements Serializable {
  private static final String RENOISING = "renoising";

  /** Rows of a model call, as {@code sample.batch} by default. */
  static final int BATCH = 64;

  private static final String NOISE = "sample.noise";
  private static final FlowPath FLOW = new FlowPath();

  /** Even steps of a solver from 1 to 0. */
  static Sampling plain(String solver, int steps, double guidance, int classes) {
    double[] times = Spacing.TIME_UNIFORM.times(FLOW, FLOW.end(), steps);
    return new Sampling(Arrays.copyOf(times, steps), guidance, solver, classes);
  }

  static Sampling fewSteps(FewStepLevels levels, int classes) {
    return new Sampling(levels.levels(), 1, RENOISING, classes);
  }

  /** Whether it is a generator of few steps. */
  boolean renoises() {
    return solver.equals(RENOISING);
  }

  int steps() {
    return times.length;
  }

  boolean isGuided() {
    return guidance != 1 && classes > 0;
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
    Denoiser denoiser = new Denoiser(model, labels, guidance, Thresholding.NONE);
    double[] start = NoiseRows.drawn(seed, NOISE, from, rows, size).x();
    double[] x =
        renoises()
            ? new RenoisingSampler(FLOW, times)
                .sample(start, denoiser, step -> noise(seed, from, rows, size, step))
            : Solver.usual(solver).on(FLOW, withEnd()).sample(start, ones(), denoiser);
    return ImageModel.toBytes(x, rows);
  }

  private double[] withEnd() {
    return Arrays.copyOf(times, times.length + 1);
  }

  private double[] ones() {
    double[] ones = new double[times.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Noise before a step, counted from 1, of samples {@code from} on. */
  static double[] noise(long seed, long from, int rows, int size, int step) {
    return NoiseRows.drawn(seed, NOISE, from, rows, size, step).x();
  }

  /** Steps and guidance in words, as reports name them. */
  String describe() {
    return renoises()
        ? Text.of("%d steps", steps())
        : Text.of("%d steps of %s, guidance %s", steps(), solver, guidance);
  }
}
