package io.accelerant.core.onnx;

import io.accelerant.core.onnx.OnnxPort.Element;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes the smallest noise model whose time may have any type and shape: eps = x / 2 + c t with x
 * float32 [b, 1, 4, 4], in the wire format of onnx.proto.
 */
public final class OnnxNoise {
  /** How a model that was trained on step numbers has them weigh. */
  public static final double SLOPE = 0x1p-10;

  static final int FLOAT = 1;
  static final int INT64 = 7;
  private static final Map<Element, Integer> TYPES =
      Map.of(
          Element.FLOAT32, FLOAT,
          Element.INT32, 6,
          Element.INT64, INT64,
          Element.FLOAT16, 10,
          Element.FLOAT64, 11);

  private OnnxNoise() {}

  /**
   * @param sizes of the time input: none, 1, or -1 for one of each row
   */
  public static byte[] model(Element time, double slope, int... sizes) {
    byte[] graph =
        join(
            node("Cast", "time", "t", field(5, join(text(1, "to"), number(3, FLOAT), type()))),
            node("Reshape", "column", "time", "shape"),
            node("Mul", "of time", "column", "slope"),
            node("Mul", "of x", "x", "half"),
            node("Add", "eps", "of x", "of time"),
            text(2, "noise"),
            field(5, join(number(2, FLOAT), text(8, "half"), raw(0.5f))),
            field(5, join(number(2, FLOAT), text(8, "slope"), raw((float) slope))),
            field(5, join(number(1, 4), number(2, INT64), longs(-1, 1, 1, 1), text(8, "shape"))),
            field(11, port("x", FLOAT, -1, 1, 4, 4)),
            field(11, port("t", TYPES.get(time), sizes)),
            field(12, port("eps", FLOAT, -1, 1, 4, 4)));
    return join(number(1, 8), field(7, graph), field(8, join(text(1, ""), number(2, 13))));
  }

  private static byte[] type() {
    return number(20, 2); // of an attribute: INT
  }

  static byte[] node(String type, String output, Object... rest) {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    for (Object part : rest) {
      node.writeBytes(part instanceof String input ? text(1, input) : (byte[]) part);
    }
    node.writeBytes(join(text(2, output), text(4, type)));
    return field(1, node.toByteArray());
  }

  static byte[] port(String name, int type, int... sizes) {
    ByteArrayOutputStream shape = new ByteArrayOutputStream();
    for (int size : sizes) {
      shape.writeBytes(field(1, size < 0 ? text(2, "b") : number(1, size)));
    }
    byte[] tensor = join(number(1, type), field(2, shape.toByteArray()));
    return join(text(1, name), field(2, field(1, tensor)));
  }

  private static byte[] raw(float value) {
    return field(9, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
  }

  private static byte[] longs(long... values) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      buffer.putLong(value);
    }
    return field(9, buffer.array());
  }

  static byte[] text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] number(int field, long value) {
    return join(varint(8L * field), varint(value));
  }

  static byte[] field(int field, byte[] block) {
    return join(varint(8L * field + 2), varint(block.length), block);
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (; value > 127; value >>>= 7) {
      bytes.write((int) (value & 127 | 128));
    }
    bytes.write((int) value);
    return bytes.toByteArray();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
