package io.accelerant.core.onnx;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.FileKind;
import io.accelerant.core.text.Text;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Walks the protocol buffer of a model before ONNX Runtime sees it, for two reasons: bytes that are
 * no model get an error that says so, and tensors kept in other files (data_location = EXTERNAL)
 * are found. Only the bytes travel; and a model that may come from anybody shall not name files of
 * the machine that loads it.
 */
final class OnnxWire {
  /** Messages of onnx.proto that can hold a tensor, directly or not, by field number. */
  private enum Message {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR
  }

  private static final Map<Message, Map<Integer, Message>> FIELDS =
      Map.of(
          Message.MODEL, Map.of(7, Message.GRAPH, 20, Message.TRAINING, 25, Message.FUNCTION),
          Message.TRAINING, Map.of(1, Message.GRAPH, 2, Message.GRAPH),
          Message.FUNCTION, Map.of(7, Message.NODE, 11, Message.ATTRIBUTE),
          Message.GRAPH, Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE),
          Message.NODE, Map.of(5, Message.ATTRIBUTE),
          Message.ATTRIBUTE,
              Map.of(
                  5, Message.TENSOR,
                  6, Message.GRAPH,
                  10, Message.TENSOR,
                  11, Message.GRAPH,
                  22, Message.SPARSE,
                  23, Message.SPARSE),
          Message.SPARSE, Map.of(1, Message.TENSOR, 2, Message.TENSOR),
          Message.TENSOR, Map.of());

  private static final int GRAPH = 7;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;
  private static final int DEEPEST = 64;

  private final ByteBuffer bytes;
  private boolean external;

  private OnnxWire(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /**
   * @throws DataException if the bytes are no model, or its weights are in other files
   */
  static void check(byte[] bytes, String name) {
    OnnxWire wire = new OnnxWire(bytes);
    boolean model;
    try {
      model = wire.walk(Message.MODEL, bytes.length, 0);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      model = false;
    }
    if (!model) {
      throw new DataException(
          Text.of(
              "%s is not an ONNX model: its bytes are not the protocol buffer of one, it is %s."
                  + " Download it, or export it again, by torch.onnx.export for example.",
              name, FileKind.of(Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.HEAD)))));
    }
    if (wire.external) {
      throw new DataException(
          name
              + " keeps weights in other files, which is not supported: the model travels to the"
              + " executors as one file. Save it with its weights inside (at most 2 GB), by"
              + " onnx.save(onnx.load(file), new) for example.");
    }
  }

  /** Returns whether a graph was seen among the fields of this message. */
  private boolean walk(Message message, int end, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("nested too deep");
    }
    boolean graph = false;
    while (bytes.position() < end) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      if (field == 0) {
        throw new IllegalArgumentException("field 0");
      }
      graph |= field == GRAPH;
      external |= message == Message.TENSOR && field == EXTERNAL_DATA;
      switch ((int) tag & 7) {
        case 0 -> {
          long value = varint();
          external |= message == Message.TENSOR && field == DATA_LOCATION && value == 1;
        }
        case 1 -> skip(8, end);
        case 2 -> block(FIELDS.get(message).get(field), end, depth);
        case 5 -> skip(4, end);
        default -> throw new IllegalArgumentException("wire type");
      }
    }
    return graph;
  }

  private void block(Message inner, int end, int depth) {
    long size = varint();
    if (size < 0 || size > end - bytes.position()) {
      throw new IllegalArgumentException("size");
    }
    int to = bytes.position() + (int) size;
    if (inner != null) {
      walk(inner, to, depth + 1);
    }
    if (bytes.position() > to) {
      throw new IllegalArgumentException("size");
    }
    bytes.position(to);
  }

  private void skip(int count, int end) {
    if (count > end - bytes.position()) {
      throw new IllegalArgumentException("size");
    }
    bytes.position(bytes.position() + count);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("varint");
  }
}
