package io.accelerant.core.engine;

/**
 * What adds to the gradient of a tensor: as much again, or rows to be scattered by their indices,
 * in order, so that the sum has one order.
 *
 * @param numbers of the whole tensor, or of the rows
 * @param indices numbers of the rows in the table, or null; comes after the whole, if there is one
 */
record Addend(Buffer numbers, Buffer indices) {
  /** Adds to the tensor's place, zero before the first addend. */
  void addTo(float[] flat, Layout.Tensor tensor) {
    if (indices == null) {
      numbers.get(flat, tensor.offset(), tensor.size());
      return;
    }
    float[] rows = new float[(int) numbers.length];
    numbers.get(rows, 0, rows.length);
    int[] starts = starts(tensor);
    int width = tensor.shape().get(1);
    for (int i = 0; i < starts.length; i++) {
      for (int j = 0; j < width; j++) {
        flat[starts[i] + j] += rows[i * width + j];
      }
    }
  }

  /** As {@link #addTo(float[], Layout.Tensor)}. */
  void addTo(double[] flat, Layout.Tensor tensor) {
    if (indices == null) {
      numbers.get(flat, tensor.offset(), tensor.size());
      return;
    }
    double[] rows = new double[(int) numbers.length];
    numbers.get(rows, 0, rows.length);
    int[] starts = starts(tensor);
    int width = tensor.shape().get(1);
    for (int i = 0; i < starts.length; i++) {
      for (int j = 0; j < width; j++) {
        flat[starts[i] + j] += rows[i * width + j];
      }
    }
  }

  /** Where each row begins in the flat array. */
  private int[] starts(Layout.Tensor table) {
    int[] starts = new int[(int) indices.length];
    indices.get(starts);
    for (int i = 0; i < starts.length; i++) {
      starts[i] = table.offset() + starts[i] * table.shape().get(1);
    }
    return starts;
  }
}
