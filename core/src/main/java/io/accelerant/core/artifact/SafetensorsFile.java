package io.accelerant.core.artifact;

import io.accelerant.core.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * An open safetensors file. The header is checked on opening; a tensor's bytes are read when asked
 * for, so that a large file need not fit into memory. Not for use by several threads at once.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final RandomAccess file;
  private final String whatItIs;
  private final SafetensorsHeader header;

  SafetensorsFile(RandomAccess file, String whatItIs) throws IOException {
    this.file = file;
    this.whatItIs = whatItIs;
    this.header = SafetensorsHeader.read(file, whatItIs);
  }

  /**
   * Opens a file that a user brings; for a file of an artifact see {@link Artifact#safetensors}.
   *
   * @throws DataException if it cannot be read or is malformed
   */
  public static SafetensorsFile open(String uri, Configuration hadoop) {
    Store store = Store.toRead(uri, hadoop);
    try {
      RandomAccess file = store.parent().openRandom(store.lastName());
      try {
        return new SafetensorsFile(file, uri);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (FileNotFoundException e) {
      throw new DataException(uri + " does not exist.", e);
    } catch (IOException e) {
      throw new DataException("Cannot read " + uri + ": " + StoreFailure.describe(e), e);
    }
  }

  /**
   * Opens the bytes of a file.
   *
   * @param whatItIs named in errors
   * @throws DataException if they are malformed
   */
  public static SafetensorsFile of(byte[] bytes, String whatItIs) {
    try {
      return new SafetensorsFile(RandomAccess.of(bytes), whatItIs);
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
          "%s: tensor %s takes %d bytes; at most 2 GiB are read at once."
              .formatted(whatItIs, name, bytes));
    }
    try {
      ByteBuffer data = ByteBuffer.allocate((int) bytes);
      file.read(header.dataStart() + entry.begin(), data);
      return new Tensor(name, entry.dtype(), entry.shape(), data.flip());
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot read tensor %s: %s".formatted(whatItIs, name, StoreFailure.describe(e)), e);
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
