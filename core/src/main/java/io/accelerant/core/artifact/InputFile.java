package io.accelerant.core.artifact;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small file of the user's, read whole.
 *
 * @param uri as the user wrote it
 * @param content not copied
 */
public record InputFile(String uri, byte[] content) {
  /**
   * Reads a file of any file system that Hadoop knows; without a scheme it is a local path.
   *
   * @param largest in bytes
   * @throws DataException if there is no such file, it is larger, or cannot be read
   */
  public static InputFile read(String uri, Configuration hadoop, int largest) {
    return read(
        uri,
        hadoop,
        status -> {
          if (!status.isFile() || status.getLen() > largest) {
            throw new DataException(
                Text.of(
                    "%s is %s; expected a file of at most %,d bytes.",
                    uri,
                    status.isFile() ? Text.of("%,d bytes long", status.getLen()) : "a directory",
                    largest));
          }
        });
  }

  /**
   * As {@link #read(String, Configuration, int)}.
   *
   * @param check refuses what is no file, or too large
   */
  public static InputFile read(String uri, Configuration hadoop, Consumer<FileStatus> check) {
    String full =
        uri.matches("(?s)[a-zA-Z][a-zA-Z0-9+.-]*:.*")
            ? uri
            : java.nio.file.Path.of(uri).toAbsolutePath().normalize().toUri().toString();
    try {
      Path path = new Path(full);
      FileSystem files = path.getFileSystem(hadoop);
      FileStatus status = files.getFileStatus(path);
      check.accept(status);
      byte[] content = new byte[(int) status.getLen()];
      try (FSDataInputStream in = files.open(path)) {
        in.readFully(0, content);
      }
      return new InputFile(uri, content);
    } catch (FileNotFoundException e) {
      throw new DataException("There is no file " + uri + ".", e);
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new DataException(
          Text.of("Cannot read %s: %s.", uri, StoreFailure.explain(e).orElse(e.getMessage())), e);
    }
  }

  /**
   * Opens a safetensors file of any size; for one of an artifact see {@link Artifact#safetensors}.
   *
   * @throws DataException if it cannot be read or is malformed
   */
  public static SafetensorsFile safetensors(String uri, Configuration hadoop) {
    Store store = Store.toRead(uri, hadoop);
    try {
      RandomAccess file = store.parent().openRandom(store.lastName());
      try {
        return SafetensorsFile.of(file, uri, StoreFailure::describe);
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

  /** sha256 of the content. */
  public String sha256() {
    return CanonicalJson.sha256(content);
  }

  /** The JSON object that it holds. */
  public java.util.Map<String, Object> json() {
    return CanonicalJson.readObject(content, uri);
  }
}
