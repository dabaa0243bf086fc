package io.accelerant.core.onnx;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a model takes and gives, in the order of the file. */
public record OnnxSignature(List<OnnxPort> inputs, List<OnnxPort> outputs) {
  public OnnxSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  public Optional<OnnxPort> input(String name) {
    return inputs.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  public Optional<OnnxPort> output(String name) {
    return outputs.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /**
   * As {@code inputs tokens: int64 [batch, length]; outputs logits: float32 [batch, length, 28]}.
   */
  @Override
  public String toString() {
    return "inputs " + list(inputs) + "; outputs " + list(outputs);
  }

  private static String list(List<OnnxPort> ports) {
    return ports.isEmpty()
        ? "none"
        : ports.stream().map(OnnxPort::toString).collect(Collectors.joining(", "));
  }
}
