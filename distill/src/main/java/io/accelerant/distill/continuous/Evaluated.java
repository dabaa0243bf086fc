package io.accelerant.distill.continuous;

/**
 * Where a model was evaluated and what it said there.
 *
 * @param x [batch][d]; not to be written
 * @param noise [batch][d], the prediction, guided if the sampler is; not to be written
 */
public record Evaluated(Node node, double[] x, double[] noise) {
  /**
   * Evaluates a model.
   *
   * @param step that begins there, from 1, for messages
   */
  public static Evaluated by(Denoiser model, double[] x, Node node, int step) {
    return new Evaluated(node, x, model.output(x, node, Form.NOISE, step));
  }
}
