package io.accelerant.core.onnx;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/** The bytes of an ONNX file and what identifies them. Looked over, not yet loaded. */
public final class OnnxFile {
  private static final long LARGEST = Integer.MAX_VALUE - 64L;

  private final String uri;
  private final String sha256;
  private final byte[] bytes;

  private OnnxFile(String uri, byte[] bytes) {
    this.uri = uri;
    this.bytes = bytes;
    this.sha256 = CanonicalJson.sha256(bytes);
  }

  /**
   * Reads a file of any file system that Hadoop knows; without a scheme it is a local path.
   *
   * @throws DataException if there is no such file, it cannot be read, is no ONNX model, or keeps
   *     its weights in other files
   */
  public static OnnxFile read(String uri, Configuration hadoop) {
    InputFile file =
        InputFile.read(
            uri,
            hadoop,
            (isFile, size) -> {
              if (!isFile) {
                throw new DataException(uri + " is a directory; an ONNX model is one file.");
              }
              if (size > LARGEST) {
                throw new DataException(
                    Text.of("%s has %d bytes; an ONNX file has at most 2 GB.", uri, size));
              }
            });
    return of(uri, file.content());
  }

  /**
   * @param uri names the model in errors
   * @throws DataException if the bytes are no ONNX model, or name other files
   */
  public static OnnxFile of(String uri, byte[] bytes) {
    OnnxWire.check(bytes, uri);
    return new OnnxFile(uri, bytes);
  }

  public String uri() {
    return uri;
  }

  public String sha256() {
    return sha256;
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * Loads the model into this JVM, or shares the session that is there.
   *
   * @throws DataException if ONNX Runtime cannot load it
   */
  public OnnxModel open(OnnxSettings settings) {
    return OnnxModel.open(uri, sha256, () -> bytes, settings);
  }

  /**
   * Sends the bytes to the executors, once each.
   *
   * @throws io.accelerant.core.error.ConfigException if the provider is not there
   */
  public OnnxHandle broadcast(JobContext context, OnnxSettings settings) {
    OnnxSession.require(settings.provider());
    return new OnnxHandle(
        uri,
        sha256,
        JavaSparkContext.fromSparkContext(context.spark().sparkContext()).broadcast(bytes),
        settings);
  }
}
