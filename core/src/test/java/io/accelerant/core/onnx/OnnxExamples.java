package io.accelerant.core.onnx;

import io.accelerant.core.json.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The ONNX models of the tests and what PyTorch computes with them; see make.py beside them. */
public final class OnnxExamples {
  private OnnxExamples() {}

  /** The file {@code onnx/<name>.onnx} of the test resources. */
  public static byte[] bytes(String name) {
    return resource(name + ".onnx");
  }

  public static OnnxFile file(String name) {
    return OnnxFile.of(name + ".onnx", bytes(name));
  }

  /** Copies a model to where a job can be pointed at it. */
  public static Path copy(String name, Path folder) {
    try {
      return Files.write(folder.resolve(name + ".onnx"), bytes(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code inputs}, {@code shape} and {@code output} of a model under PyTorch. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> golden(String name) {
    String json = new String(resource("golden.json"), StandardCharsets.UTF_8);
    return (Map<String, Object>) CanonicalJson.readObject(json, "golden.json").get(name);
  }

  /** An input of the golden evaluation, flat. */
  public static double[] goldenInput(String name, String input) {
    return flat(((Map<?, ?>) golden(name).get("inputs")).get(input));
  }

  public static double[] goldenOutput(String name) {
    return flat(golden(name).get("output"));
  }

  private static double[] flat(Object value) {
    return value instanceof List<?> list
        ? list.stream().flatMapToDouble(v -> java.util.Arrays.stream(flat(v))).toArray()
        : new double[] {((Number) value).doubleValue()};
  }

  private static byte[] resource(String name) {
    try (InputStream in = OnnxExamples.class.getResourceAsStream("/onnx/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
