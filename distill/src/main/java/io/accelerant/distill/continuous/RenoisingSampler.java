package io.accelerant.distill.continuous;

import java.util.Arrays;

/**
 * The sampler of generators of few steps, such as consistency models (Song et al. 2023, algorithm
 * 1) and those of distribution matching (DMD2): at each time the clean data is predicted, and
 * noised anew for the next. Unlike a solver it needs noise on its way.
 */
public final class RenoisingSampler {
  private final Node[] nodes;

  /**
   * @param times of the evaluations, falling
   */
  public RenoisingSampler(Schedule schedule, double[] times) {
    this.nodes = Arrays.stream(times).mapToObj(schedule::node).toArray(Node[]::new);
  }

  /** Standard normal numbers. */
  @FunctionalInterface
  public interface Noise {
    /**
     * @param step counted from 1, before which they are added
     * @return [batch][d], flat
     */
    double[] at(int step);
  }

  /**
   * Samples of a batch.
   *
   * @param x [batch][d] noise at the first time, flat
   */
  public double[] sample(double[] x, Denoiser model, Noise noise) {
    double[] z = x;
    for (int step = 0; ; step++) {
      double[] clean = model.output(z, nodes[step], Form.DATA, step + 1);
      if (step + 1 == nodes.length) {
        return clean;
      }
      Node next = nodes[step + 1];
      double[] e = noise.at(step + 1);
      z = new double[clean.length];
      for (int i = 0; i < z.length; i++) {
        z[i] = next.alpha() * clean[i] + next.sigma() * e[i];
      }
    }
  }
}
