package io.accelerant.core.safetensors;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An open safetensors file. The header is checked on opening; a tensor's bytes are read when asked
 * for, so that a large file need not fit into memory. Not for use by several threads at once.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final RandomAccess file;
  private final String whatItIs;
  private final Function<IOException, String> failure;
  private final SafetensorsHeader header;

  private SafetensorsFile(RandomAccess file, String whatItIs, Function<IOException, String> failure)
      throws IOException {
    this.file = file;
    this.whatItIs = whatItIs;
    this.failure = failure;
    this.header = SafetensorsHeader.read(file, whatItIs);
  }

  /**
   * Opens a file; closing it closes what it is read from.
   *
   * @param whatItIs named in errors
   * @param failure what a failure to read means, for people
   * @throws DataException if it is malformed
   */
  public static SafetensorsFile of(
      RandomAccess file, String whatItIs, Function<IOException, String> failure)
      throws IOException {
    return new SafetensorsFile(file, whatItIs, failure);
  }

  /**
   * Opens the bytes of a file.
   *
   * @param whatItIs named in errors
   * @throws DataException if they are malformed
   */
  public static SafetensorsFile of(byte[] bytes, String whatItIs) {
    try {
      return of(RandomAccess.of(bytes), whatItIs, Throwable::getMessage);
    } catch (IOException e) {
      throw new DataException(whatItIs + ": " + e.getMessage(), e);
    }
  }

  /** Names of the tensors, in order of position. */
  public Set<String> names() {
    return header.entries().keySet();
  }

  /** The free texts of {@code __metadata__}, sorted. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  public Dtype dtype(String name) {
    return entry(name).dtype();
  }

  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  private SafetensorsHeader.Entry entry(String name) {
    return Optional.ofNullable(header.entries().get(name))
        .orElseThrow(() -> new DataException(whatItIs + " holds no tensor " + name + "."));
  }

  /**
   * Reads one tensor.
   *
   * @throws DataException if there is none of this name, it takes more than 2 GiB, or cannot be
   *     read
   */
  public Tensor tensor(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    long bytes = entry.end() - entry.begin();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new DataException(
          Text.of(
              "%s: tensor %s takes %d bytes; at most 2 GiB are read at once.",
              whatItIs, name, bytes));
    }
    try {
      ByteBuffer data = ByteBuffer.allocate((int) bytes);
      file.read(header.dataStart() + entry.begin(), data);
      return new Tensor(name, entry.dtype(), entry.shape(), data.flip());
    } catch (IOException e) {
      throw new DataException(
          Text.of("%s: cannot read tensor %s: %s", whatItIs, name, failure.apply(e)), e);
    }
  }

  /** All tensors, in order of position. */
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    names().forEach(name -> tensors.add(tensor(name)));
    return tensors;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new DataException("Cannot close " + whatItIs + ": " + e.getMessage(), e);
    }
  }
}
