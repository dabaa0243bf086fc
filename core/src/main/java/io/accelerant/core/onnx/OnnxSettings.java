package io.accelerant.core.onnx;

import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * Where and how a model runs.
 *
 * @param device index of the GPU; -1 takes the one that Spark gave the task, else 0
 * @param threads threads of one call
 */
public record OnnxSettings(Provider provider, int device, int threads) implements Serializable {
  /** An execution provider of ONNX Runtime. */
  public enum Provider {
    CPU,
    /**
     * Needs the library {@code onnxruntime_gpu} in place of {@code onnxruntime}, CUDA and cuDNN.
     */
    CUDA
  }

  public OnnxSettings {
    if (threads < 1 || device < -1) {
      throw new IllegalArgumentException(Text.of("threads %d, device %d", threads, device));
    }
  }

  /** One thread on the CPU. */
  public static OnnxSettings cpu() {
    return new OnnxSettings(Provider.CPU, -1, 1);
  }
}
