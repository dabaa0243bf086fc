package io.accelerant.core.engine;

/** The parameters of a network, tensor by tensor, wherever they lie: in an array, in a file. */
@FunctionalInterface
public interface ParameterSource {
  /**
   * Numbers of one tensor, row-major, in a larger array.
   *
   * @param from index of the first
   */
  record Slice(Flat numbers, int from) {}

  /**
   * @param tensor of the layout of all parameters of the network
   */
  Slice read(Layout.Tensor tensor);

  /** All in one array in the order of the layout; not copied. */
  static ParameterSource of(Flat all) {
    return tensor -> new Slice(all, tensor.offset());
  }
}
