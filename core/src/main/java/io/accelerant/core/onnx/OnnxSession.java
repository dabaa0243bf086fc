package io.accelerant.core.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.TaskGpu;
import io.accelerant.core.onnx.OnnxPort.Element;
import io.accelerant.core.text.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;

/** A session of ONNX Runtime. Its {@code run} may be called by several threads at once. */
final class OnnxSession {
  private final OrtSession session;
  private final OnnxSignature signature;

  private OnnxSession(OrtSession session, OnnxSignature signature) {
    this.session = session;
    this.signature = signature;
  }

  /** Its errors come as exceptions; said once is enough. */
  private static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "accelerant");
  }

  /**
   * The settings with the GPU named: what Spark gave the task, else the first. The driver need not
   * have one: outside a task it is the CPU.
   */
  static OnnxSettings place(OnnxSettings settings) {
    TaskContext task = TaskContext.get();
    if (settings.provider() == OnnxSettings.Provider.CPU || task == null) {
      return new OnnxSettings(OnnxSettings.Provider.CPU, -1, settings.threads());
    }
    if (settings.device() >= 0) {
      return settings;
    }
    return new OnnxSettings(settings.provider(), TaskGpu.index().orElse(0), settings.threads());
  }

  static OnnxSession load(String uri, byte[] bytes, OnnxSettings settings) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(settings.threads());
      options.setInterOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setDeterministicCompute(true);
      // Threads that wait for work would burn the cores of other tasks.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      if (settings.provider() == OnnxSettings.Provider.CUDA) {
        cuda(options, settings.device());
      }
      OrtSession session = environment().createSession(bytes, options);
      return new OnnxSession(
          session,
          new OnnxSignature(
              ports(session.getInputInfo().values()), ports(session.getOutputInfo().values())));
    } catch (OrtException e) {
      throw new DataException(
          Text.of(
              "ONNX Runtime %s cannot load %s: %s",
              environment().getVersion(), uri, e.getMessage()),
          e);
    }
  }

  /**
   * @throws ConfigException if the library cannot have the provider
   */
  static void require(OnnxSettings.Provider provider) {
    if (provider == OnnxSettings.Provider.CPU) {
      return;
    }
    Set<OrtProvider> available = OrtEnvironment.getAvailableProviders();
    if (!available.contains(OrtProvider.CUDA)) {
      throw new ConfigException(
          Text.of(
              "The provider cuda is not in this build of ONNX Runtime, which has %s: put"
                  + " com.microsoft.onnxruntime:onnxruntime_gpu on the class path in place of"
                  + " onnxruntime, or take the provider cpu.",
              available.stream().map(OrtProvider::getName).sorted().toList()));
    }
  }

  private static void cuda(OrtSession.SessionOptions options, int device) {
    try {
      options.addCUDA(device);
    } catch (OrtException e) {
      throw new ConfigException(
          Text.of(
              "The provider cuda does not start on device %d: %s. It needs an NVIDIA driver, CUDA"
                  + " 12 and cuDNN on every executor.",
              device, e.getMessage()),
          e);
    }
  }

  private static List<OnnxPort> ports(Collection<NodeInfo> nodes) {
    List<OnnxPort> ports = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (node.getInfo() instanceof TensorInfo tensor) {
        ports.add(
            new OnnxPort(
                node.getName(),
                element(tensor.type),
                Arrays.stream(tensor.getShape()).boxed().toList(),
                Arrays.stream(tensor.getDimensionNames()).map(n -> n == null ? "" : n).toList()));
      } else {
        ports.add(new OnnxPort(node.getName(), Element.OTHER, List.of(), List.of()));
      }
    }
    return ports;
  }

  private static Element element(OnnxJavaType type) {
    return switch (type) {
      case INT32 -> Element.INT32;
      case INT64 -> Element.INT64;
      case FLOAT16 -> Element.FLOAT16;
      case BFLOAT16 -> Element.BFLOAT16;
      case FLOAT -> Element.FLOAT32;
      case DOUBLE -> Element.FLOAT64;
      default -> Element.OTHER;
    };
  }

  OnnxSignature signature() {
    return signature;
  }

  /** Inputs and output have been checked against the signature. */
  OnnxOutput run(List<? extends OnnxInput> inputs, String output, String uri) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (OnnxInput input : inputs) {
        tensors.put(input.name(), tensor(input, signature.input(input.name()).orElseThrow()));
      }
      try (OrtSession.Result result = session.run(tensors, Set.of(output))) {
        OnnxTensor tensor = (OnnxTensor) result.get(0);
        return new OnnxOutput(values(tensor), tensor.getInfo().getShape());
      }
    } catch (OrtException e) {
      throw new DataException(
          Text.of(
              "The model %s failed on %s: %s It has %s.",
              uri,
              inputs.stream()
                  .map(i -> i.name() + " " + OnnxPort.text(i.shape()))
                  .collect(Collectors.joining(", ")),
              e.getMessage(),
              signature),
          e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OnnxInput input, OnnxPort port) throws OrtException {
    OrtEnvironment environment = environment();
    long[] shape = input.shape();
    if (input instanceof OnnxInput.Integers integers) {
      return port.element() == Element.INT32
          ? OnnxTensor.createTensor(environment, ints(integers.values()), shape)
          : OnnxTensor.createTensor(environment, longs(integers.values()), shape);
    }
    double[] values = ((OnnxInput.Reals) input).values();
    return switch (port.element()) {
      case INT32 -> OnnxTensor.createTensor(environment, ints(whole(values, port)), shape);
      case INT64 -> OnnxTensor.createTensor(environment, longs(whole(values, port)), shape);
      case FLOAT16 ->
          OnnxTensor.createTensor(
              environment,
              Fp16Conversions.convertFloatBufferToFp16Buffer(floats(values)),
              shape,
              OnnxJavaType.FLOAT16);
      case BFLOAT16 ->
          OnnxTensor.createTensor(
              environment,
              Fp16Conversions.convertFloatBufferToBf16Buffer(floats(values)),
              shape,
              OnnxJavaType.BFLOAT16);
      case FLOAT32 -> OnnxTensor.createTensor(environment, floats(values), shape);
      default -> OnnxTensor.createTensor(environment, doubles(values), shape);
    };
  }

  private static int[] whole(double[] values, OnnxPort port) {
    int[] whole = new int[values.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (int) values[i];
      if (whole[i] != values[i]) {
        throw new ConfigException(
            Text.of("The input %s takes whole numbers, was given %s.", port, values[i]));
      }
    }
    return whole;
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  private static IntBuffer ints(int[] values) {
    return direct(4L * values.length).asIntBuffer().put(values).flip();
  }

  private static LongBuffer longs(int[] values) {
    LongBuffer buffer = direct(8L * values.length).asLongBuffer();
    for (int value : values) {
      buffer.put(value);
    }
    return buffer.flip();
  }

  private static FloatBuffer floats(double[] values) {
    FloatBuffer buffer = direct(4L * values.length).asFloatBuffer();
    for (double value : values) {
      buffer.put((float) value);
    }
    return buffer.flip();
  }

  private static DoubleBuffer doubles(double[] values) {
    return direct(8L * values.length).asDoubleBuffer().put(values).flip();
  }

  private static float[] values(OnnxTensor tensor) {
    if (tensor.getInfo().type == OnnxJavaType.DOUBLE) {
      DoubleBuffer doubles = tensor.getDoubleBuffer();
      float[] values = new float[doubles.remaining()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) doubles.get(i);
      }
      return values;
    }
    FloatBuffer floats = tensor.getFloatBuffer(); // a copy on the heap, half precision widened
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("a session of ONNX Runtime does not close", e);
    }
  }
}
