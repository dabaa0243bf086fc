package io.accelerant.core.onnx;

import static io.accelerant.core.onnx.OnnxNoise.FLOAT;
import static io.accelerant.core.onnx.OnnxNoise.INT64;
import static io.accelerant.core.onnx.OnnxNoise.field;
import static io.accelerant.core.onnx.OnnxNoise.join;
import static io.accelerant.core.onnx.OnnxNoise.node;
import static io.accelerant.core.onnx.OnnxNoise.number;
import static io.accelerant.core.onnx.OnnxNoise.port;
import static io.accelerant.core.onnx.OnnxNoise.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes the smallest encoder of sentences: the state of a token is its row of a table. */
public final class OnnxEncoder {
  private OnnxEncoder() {}

  /**
   * @param table a row for each token
   */
  public static byte[] model(float[][] table) {
    ByteBuffer numbers =
        ByteBuffer.allocate(Float.BYTES * table.length * table[0].length)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : table) {
      for (float number : row) {
        numbers.putFloat(number);
      }
    }
    byte[] tensor =
        join(
            number(1, table.length),
            number(1, table[0].length),
            number(2, FLOAT),
            text(8, "table"),
            field(9, numbers.array()));
    byte[] graph =
        join(
            node("Gather", "states", "table", "input_ids"),
            text(2, "encoder"),
            field(5, tensor),
            field(11, port("input_ids", INT64, -1, -1)),
            field(11, port("attention_mask", INT64, -1, -1)),
            field(12, port("states", FLOAT, -1, -1, table[0].length)));
    return join(number(1, 8), field(7, graph), field(8, join(text(1, ""), number(2, 13))));
  }
}
