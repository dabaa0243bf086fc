package io.accelerant.distill.continuous;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Arrays;

/**
 * A model as a solver sees it: guidance and thresholding applied, evaluations counted. One batch of
 * rows with fixed labels.
 */
public final class Denoiser {
  private final ContinuousModel model;
  private final int[] labels;
  private final int[] none;
  private final double guidance;
  private final Thresholding thresholding;
  private final long firstId;
  private int evaluations;
  private int modelCalls;

  /**
   * @param labels [batch], {@link ContinuousModel#NO_LABEL} for the unconditional model
   * @param guidance s of eps = eps_u + s (eps_c - eps_u); 1 takes the labels as they are
   */
  public Denoiser(ContinuousModel model, int[] labels, double guidance, Thresholding thresholding) {
    this(model, labels, guidance, thresholding, 0);
  }

  /**
   * @param firstId sample of the first row, for messages
   */
  Denoiser(
      ContinuousModel model,
      int[] labels,
      double guidance,
      Thresholding thresholding,
      long firstId) {
    this.model = model;
    this.labels = labels.clone();
    this.none = new int[labels.length];
    Arrays.fill(none, ContinuousModel.NO_LABEL);
    this.guidance = guidance;
    this.thresholding = thresholding;
    this.firstId = firstId;
  }

  /** Without guidance and thresholding. */
  public static Denoiser plain(ContinuousModel model, int batch) {
    int[] labels = new int[batch];
    Arrays.fill(labels, ContinuousModel.NO_LABEL);
    return new Denoiser(model, labels, 1, Thresholding.NONE);
  }

  /**
   * What a solver stores of x at a time: data or noise.
   *
   * @param step that begins there, from 1
   * @throws DataException if the model predicts what is no finite number; names both and the row
   */
  double[] output(double[] x, Node node, Form form, int step) {
    double[] noise = guided(x, node, step);
    if (form == Form.NOISE && thresholding.isOff()) {
      return noise;
    }
    double[] m = new double[x.length];
    for (int i = 0; i < m.length; i++) {
      m[i] = (x[i] - node.sigma() * noise[i]) / node.alpha();
    }
    if (!thresholding.isOff()) {
      thresholding.apply(m, model.size());
    }
    if (form == Form.NOISE) {
      Prediction.DATA.toNoise(x, node, m);
    }
    return m;
  }

  private double[] guided(double[] x, Node node, int step) {
    evaluations++;
    double[] noise = noise(x, node, labels, step);
    if (guidance != 1) {
      double[] free = noise(x, node, none, step);
      for (int i = 0; i < noise.length; i++) {
        noise[i] = free[i] + guidance * (noise[i] - free[i]);
      }
    }
    return noise;
  }

  private double[] noise(double[] x, Node node, int[] given, int step) {
    modelCalls++;
    double[] noise = new double[x.length];
    model.noise(x, node, given, noise);
    for (int i = 0; i < noise.length; i++) {
      if (!Double.isFinite(noise[i])) {
        throw new DataException(
            Text.of(
                "%s predicts %s for sample %d (row %d of a batch) at step %d, t = %s; expected"
                    + " finite numbers.",
                model.name(),
                noise[i],
                firstId + i / model.size(),
                i / model.size(),
                step,
                node.t()));
      }
    }
    return noise;
  }

  /** Guided evaluations so far: the NFE of the literature. */
  public int evaluations() {
    return evaluations;
  }

  /** Calls of the model so far: two for an evaluation with guidance. */
  public int modelCalls() {
    return modelCalls;
  }
}
