package io.accelerant.core.onnx;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.function.Supplier;

/**
 * A loaded model: named tensors in, one tensor out. Thread-safe. Models of one file and settings
 * share a session in a JVM; it outlives them until {@link #closeIdle} or until others push it out.
 */
public final class OnnxModel implements AutoCloseable {
  private final String uri;
  private final OnnxSession session;
  private boolean closed;

  private OnnxModel(String uri, OnnxSession session) {
    this.uri = uri;
    this.session = session;
  }

  static OnnxModel open(String uri, String sha256, Supplier<byte[]> bytes, OnnxSettings settings) {
    return new OnnxModel(uri, OnnxSessions.acquire(uri, sha256, bytes, settings));
  }

  /** Where the file was read from, for messages. */
  public String uri() {
    return uri;
  }

  public OnnxSignature signature() {
    return session.signature();
  }

  /**
   * Evaluates the model.
   *
   * @throws ConfigException if the model has no such input or output, lacks one of its inputs here,
   *     or declares another type or shape; names both and lists the signature
   * @throws DataException if the evaluation fails inside the model
   */
  public OnnxOutput run(List<? extends OnnxInput> inputs, String output) {
    if (closed) {
      throw new IllegalStateException("the model " + uri + " is closed");
    }
    for (OnnxPort port : signature().inputs()) {
      if (inputs.stream().noneMatch(i -> i.name().equals(port.name()))) {
        throw mismatch("needs the input " + port + ", which is not given");
      }
    }
    for (OnnxInput input : inputs) {
      check(input);
    }
    OnnxPort port =
        signature()
            .output(output)
            .orElseThrow(() -> mismatch("has no output called \"" + output + "\""));
    if (!port.element().isFloat()) {
      throw mismatch("gives " + port + ", expected floating-point numbers");
    }
    return session.run(inputs, output, uri);
  }

  private void check(OnnxInput input) {
    OnnxPort port =
        signature()
            .input(input.name())
            .orElseThrow(() -> mismatch("has no input called \"" + input.name() + "\""));
    boolean whole = input instanceof OnnxInput.Integers;
    if (!port.element().isInteger() && (whole || !port.element().isFloat())) {
      throw mismatch(
          Text.of(
              "takes %s, expected %s", port, whole ? "int32 or int64" : "floating-point numbers"));
    }
    if (!port.accepts(input.shape())) {
      throw mismatch(Text.of("takes %s, was given %s", port, OnnxPort.text(input.shape())));
    }
  }

  /** An error about what a model is asked for, with its signature. */
  public ConfigException mismatch(String what) {
    return new ConfigException(Text.of("The model %s %s. It has %s.", uri, what, signature()));
  }

  /** Gives the session back. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OnnxSessions.release(session);
    }
  }

  /** Closes the sessions of this JVM that no model uses. */
  public static void closeIdle() {
    OnnxSessions.closeIdle(0);
  }
}
