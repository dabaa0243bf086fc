package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * A published artifact. Every read checks size and hash against the manifest before anything is
 * handed out.
 */
public final class Artifact {
  private final Store store;
  private final Manifest manifest;

  private Artifact(Store store, Manifest manifest) {
    this.store = store;
    this.manifest = manifest;
  }

  /** Whether a name is that of an artifact that comes along, {@code builtin:<name>}. */
  public static boolean isBuiltin(String uri) {
    return uri.startsWith(BuiltinStore.SCHEME);
  }

  /** The URIs of all artifacts that come along. */
  public static List<String> builtins() {
    return BuiltinStore.NAMES.stream().map(name -> BuiltinStore.SCHEME + name).toList();
  }

  /**
   * Opens an artifact.
   *
   * @param uri of its directory, of a {@code latest} pointer file, or {@code builtin:<name>}
   * @throws ArtifactException if there is none, or its manifest is not valid
   */
  public static Artifact open(String uri, Configuration hadoop) {
    Store store = Versions.follow(Store.toRead(uri, hadoop));
    try {
      return openIfThere(store).orElseThrow(() -> notAnArtifact(store));
    } catch (IOException e) {
      throw cannotRead(store, "", e);
    }
  }

  /**
   * As {@link #open}, empty where no manifest is.
   *
   * @throws ArtifactException if the store cannot be read or the manifest is not valid
   */
  public static Optional<Artifact> find(String uri, Configuration hadoop) {
    return find(Versions.follow(Store.toRead(uri, hadoop)));
  }

  static Optional<Artifact> find(Store store) {
    try {
      return openIfThere(store);
    } catch (IOException e) {
      throw cannotRead(store, "", e);
    }
  }

  private static Optional<Artifact> openIfThere(Store store) throws IOException {
    if (!store.isFile(Manifest.FILE)) {
      return Optional.empty();
    }
    byte[] json = store.read(Manifest.FILE, CanonicalJson.MAX_BYTES);
    return Optional.of(
        new Artifact(store, Manifest.fromJson(json, store.uri() + "/" + Manifest.FILE)));
  }

  private static ArtifactException notAnArtifact(Store store) {
    try {
      if (!store.exists("")) {
        return new ArtifactException(store.uri() + " does not exist.");
      }
      Optional<Claim> holder = Claims.holder(store);
      return new ArtifactException(
          store.uri()
              + " is not an artifact: no manifest.json"
              + holder.map(c -> "; it is unfinished work of " + c.describe()).orElse("")
              + ".");
    } catch (IOException e) {
      return cannotRead(store, "", e);
    }
  }

  private static ArtifactException cannotRead(Store store, String name, IOException e) {
    return new ArtifactException(
        Text.of(
            "Cannot read %s%s: %s",
            store.uri(), name.isEmpty() ? "" : "/" + name, StoreFailure.describe(e)),
        e);
  }

  /** The directory: an absolute path where it is local, else a URI; a pointer is followed. */
  public String uri() {
    return store.uri();
  }

  public Manifest manifest() {
    return manifest;
  }

  public String contentHash() {
    return manifest.contentHash();
  }

  /**
   * This artifact if it is of a kind.
   *
   * @param what names the need in the error, such as a configuration key
   * @throws ArtifactException if it is of another kind
   */
  public Artifact requireKind(String kind, String what) {
    if (!manifest.kind().equals(kind)) {
      throw new ArtifactException(
          Text.of(
              "%s needs an artifact of kind %s; %s is of kind %s.",
              what, kind, uri(), manifest.kind()));
    }
    return this;
  }

  public boolean holds(String name) {
    return manifest.file(name).isPresent();
  }

  private Manifest.FileEntry entry(String name) {
    return manifest
        .file(name)
        .orElseThrow(
            () ->
                new ArtifactException(
                    Text.of(
                        "%s holds no file %s; it is of kind %s, method %s.",
                        uri(), name, manifest.kind(), manifest.method())));
  }

  /**
   * A whole file of at most 2 GiB.
   *
   * @throws ArtifactException if it is missing, changed or cannot be read
   */
  public byte[] read(String name) {
    Manifest.FileEntry entry = entry(name);
    try {
      long size = store.size(name);
      Hashes.check(store, entry, new Manifest.FileEntry(name, size, entry.sha256()));
      if (size > Integer.MAX_VALUE - 8) {
        throw new ArtifactException(
            Text.of("%s: %s is too large to be read at once: %d bytes.", uri(), name, size));
      }
      byte[] content = store.read(name, size);
      Hashes.check(
          store,
          entry,
          new Manifest.FileEntry(name, content.length, CanonicalJson.sha256(content)));
      return content;
    } catch (FileNotFoundException e) {
      throw missing(entry, e);
    } catch (IOException e) {
      throw cannotRead(store, name, e);
    }
  }

  /** A JSON file, see {@link CanonicalJson#readObject(byte[], String)}. */
  public Map<String, Object> readJson(String name) {
    byte[] content = read(name);
    try {
      return CanonicalJson.readObject(content, uri() + "/" + name);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  /**
   * A stream over a large file. The file is read and verified first, and then once more by the
   * caller; the end of the stream verifies again that nothing changed in between.
   */
  public InputStream open(String name) {
    Manifest.FileEntry entry = entry(name);
    try {
      Hashes.verify(store, entry);
      return new VerifyingInput(store.open(name), found -> Hashes.check(store, entry, found), name);
    } catch (IOException e) {
      throw cannotRead(store, name, e);
    }
  }

  /**
   * A safetensors file. It is verified through the handle that the tensors are then read from, so a
   * file that is put in its place later is not seen.
   *
   * @throws ArtifactException if it is missing, changed or malformed
   */
  public SafetensorsFile safetensors(String name) {
    Manifest.FileEntry entry = entry(name);
    RandomAccess file = null;
    try {
      file = store.openRandom(name);
      Hashes.check(store, entry, new Manifest.FileEntry(name, file.size(), entry.sha256()));
      Hashes.check(store, entry, Hashes.hash(file.stream(), name));
      SafetensorsFile opened = SafetensorsFile.of(file, uri() + "/" + name, StoreFailure::describe);
      file = null;
      return opened;
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    } catch (FileNotFoundException e) {
      throw missing(entry, e);
    } catch (IOException e) {
      throw cannotRead(store, name, e);
    } finally {
      closeQuietly(file);
    }
  }

  private static void closeQuietly(RandomAccess file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // An error that matters more is on its way.
      return;
    }
  }

  private ArtifactException missing(Manifest.FileEntry entry, IOException e) {
    return new ArtifactException(
        Text.of("%s: %s is missing (expected %d bytes).", uri(), entry.path(), entry.size()), e);
  }

  /**
   * Where Spark reads a table. Its files are verified first, and files that the manifest does not
   * list are refused, since Spark would read them.
   *
   * @param name as given to {@link ArtifactWriter#tableUri}
   * @throws ArtifactException if there is no such table or it has changed
   */
  public String tableUri(String name) {
    List<Manifest.FileEntry> expected =
        manifest.files().stream().filter(f -> f.path().startsWith(name + "/")).toList();
    if (expected.isEmpty()) {
      throw new ArtifactException(
          Text.of(
              "%s holds no table %s; it is of kind %s, method %s.",
              uri(), name, manifest.kind(), manifest.method()));
    }
    try {
      for (Manifest.FileEntry file : expected) {
        Hashes.verify(store, file);
      }
      Set<String> known = new HashSet<>();
      expected.forEach(file -> known.add(file.path()));
      for (Store.Listed found : store.files(name)) {
        if (!Names.isHiddenPath(found.name()) && !known.contains(found.name())) {
          throw new ArtifactException(
              Text.of(
                  "%s: %s is not in the manifest, but would be read as part of the table.",
                  uri(), found.name()));
        }
      }
    } catch (IOException e) {
      throw cannotRead(store, name, e);
    }
    return store.uri(name);
  }

  /**
   * Verifies every file and the content hash.
   *
   * @return files that are there but not in the manifest, without hidden ones
   * @throws ArtifactException if files are missing or changed; names each, expected and found
   */
  public List<String> verify() {
    List<String> wrong = new ArrayList<>();
    Set<String> known = new HashSet<>(Set.of(Manifest.FILE));
    List<String> extra = new ArrayList<>();
    try {
      for (Manifest.FileEntry file : manifest.files()) {
        known.add(file.path());
        try {
          Hashes.verify(store, file);
          String stated = manifest.identity().get(file.path());
          if (stated != null && !stated.equals(Hashes.identity(store, file))) {
            wrong.add(uri() + ": " + file.path() + " does not have the hash stated in identity.");
          }
        } catch (ArtifactException e) {
          wrong.add(e.getMessage());
        }
      }
      for (Store.Listed found : store.files("")) {
        if (!known.contains(found.name()) && !Names.isHiddenPath(found.name())) {
          extra.add(found.name());
        }
      }
    } catch (IOException e) {
      throw cannotRead(store, "", e);
    }
    if (!wrong.isEmpty()) {
      throw new ArtifactException(String.join("\n", wrong));
    }
    return extra;
  }

  Store store() {
    return store;
  }
}
