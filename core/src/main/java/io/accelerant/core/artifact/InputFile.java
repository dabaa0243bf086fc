package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.conf.Configuration;

/**
 * A small file of the user's, read whole.
 *
 * @param uri as the user wrote it
 * @param content not copied
 */
public record InputFile(String uri, byte[] content) {
  private static final String JAR = "jar:";
  private static final String INSIDE = "!/";

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
        (isFile, size) -> {
          if (!isFile || size > largest) {
            throw new DataException(
                Text.of(
                    "%s is %s; expected a file of at most %,d bytes.",
                    uri, isFile ? Text.of("%,d bytes long", size) : "a directory", largest));
          }
        });
  }

  /**
   * As {@link #read(String, Configuration, int)}; nothing if there is no such file.
   *
   * @param largest in bytes
   */
  public static Optional<InputFile> find(String uri, Configuration hadoop, int largest) {
    try {
      return store(uri, hadoop).isFile("")
          ? Optional.of(read(uri, hadoop, largest))
          : Optional.empty();
    } catch (IOException e) {
      throw cannotRead(uri, e);
    }
  }

  /**
   * As {@link #read(String, Configuration, int)}; {@code jar:<uri>!/<entry>} is a file in a jar or
   * zip archive.
   *
   * @param largest in bytes, of archive and entry
   */
  public static InputFile readPacked(String uri, Configuration hadoop, int largest) {
    int cut = uri.indexOf(INSIDE);
    if (!uri.startsWith(JAR) || cut < 0) {
      return read(uri, hadoop, largest);
    }
    String entry = uri.substring(cut + INSIDE.length());
    byte[] archive = read(uri.substring(JAR.length(), cut), hadoop, largest).content();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
        if (next.getName().equals(entry)) {
          return new InputFile(uri, unpacked(uri, zip, largest));
        }
      }
    } catch (IOException e) {
      throw new DataException(Text.of("Cannot read %s: %s.", uri, e.getMessage()), e);
    }
    throw new DataException(Text.of("%s: the archive has no such entry.", uri));
  }

  private static byte[] unpacked(String uri, ZipInputStream zip, int largest) throws IOException {
    byte[] content = zip.readNBytes(largest);
    if (zip.read() >= 0) {
      throw new DataException(
          Text.of("%s unpacks to more than %,d bytes, which is too large.", uri, largest));
    }
    return content;
  }

  /**
   * As {@link #read(String, Configuration, int)}.
   *
   * @param check refuses what is no file, or too large, given its size in bytes
   */
  public static InputFile read(String uri, Configuration hadoop, BiConsumer<Boolean, Long> check) {
    Store file = store(uri, hadoop);
    try {
      long size = file.size("");
      check.accept(file.isFile(""), size);
      try (DataInputStream in = new DataInputStream(file.open(""))) {
        byte[] content = new byte[(int) size];
        in.readFully(content);
        return new InputFile(uri, content);
      }
    } catch (IOException e) {
      throw cannotRead(uri, e);
    }
  }

  /**
   * A stream over a file of any file system that Hadoop knows; without a scheme it is a local path.
   *
   * @throws DataException if there is no such file, or it cannot be opened
   */
  public static InputStream open(String uri, Configuration hadoop) {
    try {
      return store(uri, hadoop).open("");
    } catch (IOException e) {
      throw cannotRead(uri, e);
    }
  }

  private static Store store(String uri, Configuration hadoop) {
    try {
      return Store.toRead(uri, hadoop);
    } catch (ArtifactException e) {
      throw new DataException(e.getMessage(), e);
    }
  }

  private static DataException cannotRead(String uri, IOException e) {
    return e instanceof FileNotFoundException
        ? new DataException(Text.of("There is no file %s.%s", uri, Location.of(uri).hint()), e)
        : new DataException(Text.of("Cannot read %s: %s.", uri, StoreFailure.describe(e)), e);
  }

  /**
   * Opens a safetensors file of any size; for one of an artifact see {@link Artifact#safetensors}.
   *
   * @throws DataException if it cannot be read or is malformed
   */
  public static SafetensorsFile safetensors(String uri, Configuration hadoop) {
    try {
      RandomAccess file = store(uri, hadoop).openRandom("");
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
