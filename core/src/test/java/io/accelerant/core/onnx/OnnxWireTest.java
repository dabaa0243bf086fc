package io.accelerant.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxWireTest {
  /** A field that holds bytes. */
  private static byte[] block(int field, byte[]... parts) {
    var inner = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      inner.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    varint(out, field << 3 | 2);
    varint(out, inner.size());
    out.writeBytes(inner.toByteArray());
    return out.toByteArray();
  }

  private static byte[] number(int field, long value) {
    var out = new ByteArrayOutputStream();
    varint(out, field << 3);
    varint(out, value);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
      out.write((int) (rest & 0x7f | 0x80));
    }
    out.write((int) rest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "timed-text", "score-text", "image"})
  void modelsOfTorchPass(String name) {
    assertThatCode(() -> OnnxWire.check(OnnxExamples.bytes(name), name)).doesNotThrowAnyException();
  }

  @Test
  void externalWeightsAreRefusedWhereverTheyAre() {
    byte[] external = number(14, 1);
    List<byte[]> models =
        List.of(
            block(7, block(5, external)), // graph, initializer
            block(7, block(5, block(13, new byte[] {10, 1, 'k'}))), // its entries
            block(7, block(15, block(1, external))), // sparse initializer
            block(7, block(1, block(5, block(5, external)))), // tensor of an attribute
            block(7, block(1, block(5, block(6, block(5, external))))), // graph of an attribute
            concat(block(7), block(25, block(7, block(5, block(10, external)))))); // function
    for (byte[] model : models) {
      assertThatThrownBy(() -> OnnxWire.check(model, "m.onnx"))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("m.onnx keeps weights in other files, which is not supported");
    }
    OnnxWire.check(block(7, block(5, number(14, 0))), "weights inside");
  }

  private static byte[] concat(byte[] first, byte[] second) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }

  @Test
  void deepNestingIsNoStackOverflow() {
    byte[] model = number(1, 1);
    for (int i = 0; i < 500; i++) {
      model = block(6, block(1, block(5, model)));
    }
    byte[] deep = block(7, block(1, block(5, model)));
    assertThatThrownBy(() -> OnnxWire.check(deep, "m.onnx")).isInstanceOf(DataException.class);
  }

  @Property(tries = 500)
  void anyBytesPassOrAreADataError(@ForAll byte[] bytes) {
    try {
      OnnxWire.check(bytes, "x");
    } catch (DataException e) {
      assertThat(e.getMessage()).startsWith("x ");
    }
  }
}
