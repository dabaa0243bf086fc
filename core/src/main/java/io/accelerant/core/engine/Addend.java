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
  void addTo(Flat flat, Layout.Tensor tensor) {
    if (indices == null) {
      numbers.get(flat, tensor.offset(), tensor.size());
      return;
    }
    Flat rows = rows();
    int[] starts = starts(tensor);
    int width = tensor.shape().get(1);
    for (int i = 0; i < starts.length; i++) {
      flat.add(starts[i], rows, i * width, width);
    }
  }

  /** The numbers of all rows, {@code [indices][width]}. */
  Flat rows() {
    return numbers.read(Math.toIntExact(numbers.length));
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
