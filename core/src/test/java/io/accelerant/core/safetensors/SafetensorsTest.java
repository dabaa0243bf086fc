package io.accelerant.core.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  /** Written by the Python library; all_types.py beside it says how. */
  private static byte[] pythonFile() throws IOException {
    try (InputStream in =
        SafetensorsTest.class.getResourceAsStream("/safetensors/all_types.safetensors")) {
      return in.readAllBytes();
    }
  }

  private static long[] shape(long... shape) {
    return shape;
  }

  @Test
  void layoutIsTheOneOfTheFormatByteForByte() {
    byte[] bytes =
        Safetensors.bytes(
            List.of(Tensor.of("w", shape(2), 1f, -2f), Tensor.of("n", shape(), 5L)), Map.of());

    String header =
        "{\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}     ";
    assertThat(header.length() % 8).isZero();
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            Text.of("%02x", header.length())
                + "00000000000000"
                + HexFormat.of().formatHex(header.getBytes(StandardCharsets.US_ASCII))
                + "0500000000000000"
                + "0000803f"
                + "000000c0");
  }

  @Test
  void rewritingAFileOfThePythonLibraryGivesTheSameBytes() throws IOException {
    byte[] bytes = pythonFile();
    try (SafetensorsFile file = SafetensorsFile.of(bytes, "golden")) {
      List<Tensor> tensors = new ArrayList<>(file.tensors());
      Collections.shuffle(tensors, new Random(1));
      assertThat(Safetensors.bytes(tensors, file.metadata())).isEqualTo(bytes);
    }
  }

  @Test
  void everyTypeOfThePythonLibraryIsRead() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.of(pythonFile(), "golden")) {
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(file.tensor("z.f64").toDoubles()).containsExactly(1.5, -0.1);
      assertThat(file.tensor("b.f32").toFloats()).containsExactly(1.5f, -0.1f);
      assertThat(file.tensor("b.f32").toDoubles()).containsExactly(1.5, -0.1f);
      assertThat(file.tensor("a.f32").shape()).isEmpty();
      assertThat(file.tensor("f16").toFloats())
          .containsExactly(1f, Float.NEGATIVE_INFINITY, 0x1p-24f);
      assertThat(file.tensor("bf16").toDoubles()).containsExactly(1, Double.NaN);
      assertThat(file.tensor("i64").toLongs()).containsExactly(-2);
      assertThat(file.tensor("u64").toInts()).containsExactly(2);
      assertThat(file.tensor("i32").shape()).containsExactly(1, 1, 1);
      assertThat(file.tensor("i32").toInts()).containsExactly(-3);
      assertThat(file.tensor("u32").toLongs()).containsExactly(4000000000L);
      assertThat(file.tensor("i16").toLongs()).containsExactly(-4);
      assertThat(file.tensor("u16").toLongs()).containsExactly(65535);
      assertThat(file.tensor("i8").toInts()).containsExactly(-1, 0, 1);
      assertThat(file.tensor("u8").toInts()).containsExactly(0, 255);
      assertThat(file.tensor("bool").toInts()).containsExactly(0, 1, 1);
      assertThat(file.tensor("empty").toFloats()).isEmpty();
      assertThat(file.tensor("na\u00efve \"q\"").toFloats()).containsExactly(7f);
      assertThat(file.names()).hasSize(16).startsWith("u64", "i64", "z.f64");
      assertThat(file.dtype("bool")).isEqualTo(Dtype.BOOL);
    }
  }

  @Test
  void writtenTensorsComeBackEqual() {
    List<Tensor> tensors =
        List.of(
            Tensor.of("f64", shape(3), -0.0, Double.MIN_VALUE, Double.NaN),
            Tensor.of("f32", shape(1, 2), Float.MAX_VALUE, Float.NEGATIVE_INFINITY),
            Tensor.asHalf("f16", shape(2), 1.5f, 1e9f),
            Tensor.asBFloat16("bf16", shape(2), 1.5f, 3e38f),
            Tensor.of("i64", shape(2), Long.MIN_VALUE, 1L),
            Tensor.of("i32", shape(0, 7), new int[0]),
            new Tensor("i16", Dtype.I16, shape(1), ByteBuffer.wrap(new byte[] {1, 2})),
            new Tensor("i8", Dtype.I8, shape(1), ByteBuffer.wrap(new byte[] {-1})),
            new Tensor("u8", Dtype.U8, shape(1), ByteBuffer.wrap(new byte[] {-1})),
            new Tensor("bool", Dtype.BOOL, shape(1), ByteBuffer.wrap(new byte[] {1})));

    try (SafetensorsFile file =
        SafetensorsFile.of(Safetensors.bytes(tensors, Map.of("b", "\u00e9", "a", "1")), "test")) {
      assertThat(file.tensors()).containsExactlyInAnyOrderElementsOf(tensors);
      assertThat(file.metadata()).isEqualTo(Map.of("a", "1", "b", "\u00e9"));
      assertThat(file.tensor("f16").toFloats()).containsExactly(1.5f, Float.POSITIVE_INFINITY);
      assertThat(file.tensor("i32").shape()).containsExactly(0, 7);
    }
  }

  @Test
  void fileWithoutTensorsIsValid() {
    byte[] bytes = Safetensors.bytes(List.of(), Map.of());
    assertThat(bytes).hasSize(16);
    assertThat(SafetensorsFile.of(bytes, "test").names()).isEmpty();
  }

  @Test
  void tensorsAreReadFromALocalFile(@TempDir Path dir) throws IOException {
    Path path = dir.resolve("m.safetensors");
    Files.write(path, pythonFile());
    for (String uri : List.of(path.toString(), "file:" + path, "file://" + path)) {
      try (SafetensorsFile file = InputFile.safetensors(uri, new Configuration())) {
        assertThat(file.tensor("i8").toInts()).containsExactly(-1, 0, 1);
      }
    }
    assertThatThrownBy(() -> InputFile.safetensors(dir + "/none", new Configuration()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none does not exist");
    Files.writeString(path, "short");
    assertThatThrownBy(() -> InputFile.safetensors(path.toString(), new Configuration()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("m.safetensors is text; expected safetensors: it has 5 bytes");
  }

  @Test
  void accessorsRefuseWhatWouldNotBeExact() {
    Tensor doubles = Tensor.of("d", shape(1), 1.0);
    Tensor longs = Tensor.of("l", shape(1), 1L << 40);
    assertThatThrownBy(doubles::toFloats).hasMessageContaining("must be F32, F16 or BF16, is F64");
    assertThatThrownBy(doubles::toLongs).hasMessageContaining("must be an integer type");
    assertThatThrownBy(longs::toDoubles).hasMessageContaining("must be F64");
    assertThatThrownBy(longs::toInts).hasMessageContaining("is no 32-bit integer");
    Tensor unsigned =
        new Tensor("u", Dtype.U64, shape(1), ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 0, 0, 0, -1}));
    assertThatThrownBy(unsigned::toLongs).hasMessageContaining("more than 63 bits");
    assertThatThrownBy(
            () -> SafetensorsFile.of(Safetensors.bytes(List.of(), Map.of()), "f").tensor("x"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("f holds no tensor x");
  }

  @Test
  void tensorsMustFitTheirShapeAndHaveOwnNames() {
    assertThatThrownBy(() -> Tensor.of("x", shape(3), 1f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs 12 bytes, has 4");
    Tensor x = Tensor.of("x", shape(1), 1f);
    assertThatThrownBy(() -> Safetensors.bytes(List.of(x, x), Map.of()))
        .hasMessageContaining("\"x\" is taken");
    assertThatThrownBy(
            () -> Safetensors.bytes(List.of(Tensor.of("__metadata__", shape(1), 1f)), Map.of()))
        .hasMessageContaining("is taken");
  }
}
