package io.accelerant.core.onnx;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/** What travels to the tasks in place of a model. Its bytes reach an executor once. */
public final class OnnxHandle implements Serializable {
  private static final long serialVersionUID = 1;

  private final String uri;
  private final String sha256;
  private final Broadcast<byte[]> bytes;
  private final OnnxSettings settings;

  OnnxHandle(String uri, String sha256, Broadcast<byte[]> bytes, OnnxSettings settings) {
    this.uri = uri;
    this.sha256 = sha256;
    this.bytes = bytes;
    this.settings = settings;
  }

  /** sha256 of the file. */
  public String sha256() {
    return sha256;
  }

  /**
   * The model in this JVM; the caller closes it. The bytes are fetched only when no session is
   * there.
   */
  public OnnxModel open() {
    return OnnxModel.open(uri, sha256, bytes::value, settings);
  }
}
