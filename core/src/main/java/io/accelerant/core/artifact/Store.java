package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * One directory of a file system. Names are relative to it, with slashes; the empty name is the
 * directory itself. Absence is {@link FileNotFoundException} everywhere.
 */
interface Store {
  /** A file in a listing. */
  record Listed(String name, long size) {}

  /**
   * The store of a URI that is written to; a URI without a scheme is a local path.
   *
   * @throws ArtifactException if the scheme has no exclusive create, or no file system
   */
  static Store at(String uri, Configuration hadoop) {
    Location location = location(uri);
    if (!Set.of("file", "hdfs", "s3a").contains(location.scheme())) {
      throw new ArtifactException(
          Text.of(
                  "%s: %s: has no exclusive create that is known here, so two runs could publish over each",
                  uri, location.scheme())
              + " other; use file:, hdfs: or s3a:, or write ./ before a local path.");
    }
    return toRead(location, hadoop);
  }

  /**
   * As {@link #at}, of any scheme that Hadoop knows and of what comes along with the program, for
   * what is only read.
   */
  static Store toRead(String uri, Configuration hadoop) {
    return uri.startsWith(BuiltinStore.SCHEME)
        ? BuiltinStore.of(uri)
        : toRead(location(uri), hadoop);
  }

  private static Store toRead(Location location, Configuration hadoop) {
    return location.isLocal()
        ? new LocalStore(location.local())
        : HadoopStore.open(location, hadoop);
  }

  private static Location location(String uri) {
    if (uri.isBlank()) {
      throw new ArtifactException("An artifact needs a URI; it is empty.");
    }
    return Location.of(uri);
  }

  /** The directory: an absolute path where it is local, else a URI. No slash at the end. */
  String uri();

  /** A full URI with a scheme, for Spark. */
  String uri(String name);

  /** The store of the parent directory. */
  Store parent();

  /** The store of a directory below. */
  Store child(String name);

  /** The last part of the path. */
  String lastName();

  boolean exists(String name) throws IOException;

  boolean isFile(String name) throws IOException;

  /** Names of the entries of a directory in order, directories too; empty if it does not exist. */
  List<String> children(String name) throws IOException;

  /** All files below, by name relative to this store, in order; empty if there are none. */
  List<Listed> files(String name) throws IOException;

  /** Size of a file in bytes. */
  long size(String name) throws IOException;

  InputStream open(String name) throws IOException;

  RandomAccess openRandom(String name) throws IOException;

  /** Creates or replaces a file. Directories above are made. */
  OutputStream create(String name) throws IOException;

  /**
   * Creates a file that nobody else has created: of any number of racers exactly one succeeds, and
   * no reader sees it half written.
   *
   * @throws FileAlreadyExistsException if the file is there
   */
  void createExclusive(String name, byte[] content) throws IOException;

  /** Replaces a small file; a reader sees the old or the new content, never a part. */
  void replace(String name, byte[] content) throws IOException;

  /** Deletes a file, or a directory with all it holds; nothing if it is not there. */
  void delete(String name) throws IOException;

  /** Deletes a directory if it is empty; one that a link names stays. */
  void deleteIfEmpty(String name) throws IOException;

  /**
   * Makes sure, by trying, that a directory of this name can be made and written; leaves nothing.
   *
   * @throws ArtifactException that says why not
   */
  default void requireWritable() {
    ExclusiveCreate.probe(this);
  }

  /** Whether a read that finds nothing proves that a failed write cannot appear later. */
  boolean isLocal();

  /** Reads a whole file. */
  default byte[] read(String name, long limit) throws IOException {
    try (InputStream in = open(name)) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (content.size() + (long) n > limit) {
          throw new IOException(name + " is larger than " + limit + " bytes");
        }
        content.write(buffer, 0, n);
      }
      return content.toByteArray();
    }
  }
}
