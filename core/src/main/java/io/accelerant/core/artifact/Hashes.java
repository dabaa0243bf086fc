package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Sizes and hashes of stored files. */
final class Hashes {
  private static final int BUFFER = 1 << 20;

  private Hashes() {}

  static Manifest.FileEntry hash(Store store, String name) throws IOException {
    try (InputStream in = store.open(name)) {
      return hash(in, name);
    }
  }

  static Manifest.FileEntry hash(InputStream in, String name) throws IOException {
    MessageDigest digest = CanonicalJson.newSha256();
    long size = 0;
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
      size += n;
    }
    return new Manifest.FileEntry(name, size, HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Reads a file and compares size and hash.
   *
   * @throws ArtifactException if it is missing or differs; names file, expected and found
   */
  static void verify(Store store, Manifest.FileEntry expected) throws IOException {
    Manifest.FileEntry found;
    try {
      long size = store.size(expected.path());
      found =
          size == expected.size()
              ? hash(store, expected.path())
              : new Manifest.FileEntry(expected.path(), size, "");
    } catch (FileNotFoundException e) {
      throw new ArtifactException(
          Text.of(
              "%s: %s is missing (expected %d bytes).",
              store.uri(), expected.path(), expected.size()),
          e);
    }
    check(store, expected, found);
  }

  static void check(Store store, Manifest.FileEntry expected, Manifest.FileEntry found) {
    if (found.size() != expected.size()) {
      throw new ArtifactException(
          Text.of(
              "%s: %s has changed: expected %d bytes, found %d.",
              store.uri(), expected.path(), expected.size(), found.size()));
    }
    if (!found.sha256().equals(expected.sha256())) {
      throw new ArtifactException(
          Text.of(
              "%s: %s has changed: expected sha256 %s, found %s.",
              store.uri(), expected.path(), expected.sha256(), found.sha256()));
    }
  }

  /** What a file counts for in the content hash: JSON by its values, anything else by its bytes. */
  static String identity(Store store, Manifest.FileEntry file) throws IOException {
    if (!file.path().endsWith(".json")) {
      return file.sha256();
    }
    byte[] content = store.read(file.path(), file.size());
    try {
      return CanonicalJson.sha256Of(
          CanonicalJson.readObject(content, store.uri() + "/" + file.path()));
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }
}
