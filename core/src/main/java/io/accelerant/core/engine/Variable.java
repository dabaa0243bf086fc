package io.accelerant.core.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A variable of a graph with its memory.
 *
 * @param array row-major view of the buffer's first elements
 * @param constant whether its numbers are known when the program is built
 */
record Variable(INDArray array, Buffer buffer, boolean constant) {
  static List<INDArray> arrays(List<Variable> variables) {
    return variables.stream().map(Variable::array).toList();
  }

  FloatBuffer floats() {
    return buffer.floats(Math.toIntExact(array.length()));
  }

  ByteBuffer bytes() {
    return buffer.raw(Math.toIntExact(array.length()));
  }
}
