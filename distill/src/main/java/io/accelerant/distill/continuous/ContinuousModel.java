package io.accelerant.distill.continuous;

/**
 * A frozen diffusion model as a prediction of the noise, a batch at a time. Mixtures with an exact
 * score and networks implement it alike. Not thread-safe; one per task.
 */
public interface ContinuousModel extends AutoCloseable {
  /** The label that stands for "no class": the unconditional model. */
  int NO_LABEL = -1;

  /** Begins a message, such as {@code The model /models/a.onnx}. */
  default String name() {
    return "The model";
  }

  /** Numbers d in one x. */
  int size();

  /**
   * eps(x, t | label) of each row.
   *
   * @param x [batch][d], flat; not changed
   * @param node the time of all rows
   * @param labels [batch], {@link #NO_LABEL} or a class
   * @param noise receives [batch][d]; what is no finite number is found by the caller
   */
  void noise(double[] x, Node node, int[] labels, double[] noise);

  @Override
  default void close() {}
}
