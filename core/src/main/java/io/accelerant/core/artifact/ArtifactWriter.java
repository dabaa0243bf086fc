package io.accelerant.core.artifact;

import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.CommitUnknownException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;

/**
 * Writes one artifact: claim, files under their final names, {@link #commit}. Until the manifest is
 * there, nothing is an artifact; closing without a commit removes what this writer wrote, and no
 * other thing.
 */
public final class ArtifactWriter implements AutoCloseable {
  private static final int TRIES = 3;
  private static final Set<String> IDENTITY_FILES = Set.of("sampler.json", "config.json");

  private enum State {
    OPEN,
    COMMITTED,
    /** Committed or not: nobody knows, so nothing may be deleted. */
    UNKNOWN,
    CLOSED
  }

  private final Store store;
  private final Claims claims;
  private final boolean versioned;
  private final SortedMap<String, Manifest.FileEntry> written = new TreeMap<>();
  private final Set<String> names = new TreeSet<>();
  private final Set<String> tables = new TreeSet<>();
  private State state = State.OPEN;

  ArtifactWriter(Store store, Claims claims, boolean versioned) {
    this.store = store;
    this.claims = claims;
    this.versioned = versioned;
  }

  /**
   * Claims the directory of an artifact to be.
   *
   * @param uri may hold {@code {version}}, see {@link Versions}; then {@link #uri()} tells which
   *     number it became, and the commit moves the {@code latest} pointer
   * @param force take over from a run with another resume key; never from one that is alive on this
   *     host
   * @throws ArtifactException if it is an artifact already, is held by another run, holds foreign
   *     files, or the store has no exclusive create
   */
  public static ArtifactWriter claim(String uri, Configuration hadoop, Claim claim, boolean force) {
    return Versions.holdsVersion(uri)
        ? Versions.claimNext(uri, hadoop, claim, force)
        : claim(Store.at(uri, hadoop), claim, force, false);
  }

  static ArtifactWriter claim(Store store, Claim claim, boolean force, boolean versioned) {
    if (!store.isLocal()) {
      ExclusiveCreate.probe(store);
    }
    try {
      return new ArtifactWriter(store, Claims.acquire(store, claim, force), versioned);
    } catch (IOException e) {
      throw new ArtifactException("Cannot claim " + store.uri() + ": " + describe(e), e);
    }
  }

  /** The directory: an absolute path where it is local, else a URI; {@code {version}} replaced. */
  public String uri() {
    return store.uri();
  }

  public String runId() {
    return claims.claim().runId();
  }

  /** Where checkpoints of this artifact go unless {@code run.checkpoint} says otherwise. */
  public String checkpointUri() {
    return store.isLocal() ? store.uri() + "/" + Claims.CHECKPOINTS : store.uri(Claims.CHECKPOINTS);
  }

  /**
   * Writes one file.
   *
   * @param name relative, with slashes; no part may begin with {@code _} or {@code .}
   * @throws ArtifactException if it cannot be written, or another run has taken over
   */
  public void write(String name, byte[] content) {
    try (OutputStream out = create(name)) {
      out.write(content);
    } catch (IOException e) {
      throw cannotWrite(name, e);
    }
  }

  /** Writes one text file in UTF-8. */
  public void write(String name, String text) {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes one JSON file, indented, doubles with 17 digits. */
  public void writeJson(String name, Map<String, ?> content) {
    write(name, CanonicalJson.bytes(content));
  }

  /**
   * A stream into one file; the file counts as written when the stream is closed. Its methods throw
   * {@link ArtifactException} where writing fails.
   */
  public OutputStream create(String name) {
    requireNewName(name);
    checkClaim();
    try {
      OutputStream out = store.create(name);
      names.add(name);
      return new HashingOutput(
          out,
          (size, sha256) -> written.put(name, new Manifest.FileEntry(name, size, sha256)),
          e -> cannotWrite(name, e));
    } catch (IOException e) {
      throw cannotWrite(name, e);
    }
  }

  /**
   * A place for Spark to write a table to, such as {@code dataset.write().parquet(...)}. Its files
   * are hashed at commit; hidden ones ({@code _SUCCESS}, {@code .crc}) are removed then.
   *
   * @param name of the folder, such as {@code corpus} or {@code corpus.jsonl}
   * @return a full URI; nothing is there yet
   */
  public String tableUri(String name) {
    requireNewName(name);
    checkClaim();
    String uri = store.uri(name);
    requireNoGlob(uri);
    names.add(name);
    tables.add(name);
    return uri;
  }

  static void requireNoGlob(String uri) {
    if (uri.chars().anyMatch(c -> "*?[]{}".indexOf(c) >= 0)) {
      throw new ArtifactException(
          uri + ": Spark would take * ? [ ] { } as a pattern; choose a directory without them.");
    }
  }

  private void requireNewName(String name) {
    requireOpen();
    Names.violation(name, true)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("file name \"" + name + "\" " + why);
            });
    for (String other : names) {
      if (other.equals(name) || other.startsWith(name + "/") || name.startsWith(other + "/")) {
        throw new IllegalArgumentException(
            "\"" + name + "\" collides with \"" + other + "\", which this writer has written");
      }
    }
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("this artifact is " + state);
    }
  }

  private void checkClaim() {
    try {
      claims.check();
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the claim of " + store.uri() + ": " + describe(e), e);
    }
  }

  /**
   * Verifies every file by reading it back, then writes the manifest: from then on this is an
   * artifact.
   *
   * @throws ArtifactException if a file does not read back as written, another run has taken over
   *     or committed, or the manifest could not be written; then nothing is visible
   * @throws CommitUnknownException if it cannot be found out whether the manifest was written
   */
  public Manifest commit(ManifestDraft draft) {
    requireOpen();
    checkClaim();
    Manifest manifest;
    try {
      List<Manifest.FileEntry> files = verified();
      Map<String, String> identity = identity(draft, files);
      manifest =
          new Manifest(
              draft.kind(),
              draft.method(),
              draft.name(),
              runId(),
              Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
              CodeVersion.text(),
              draft.seed(),
              draft.config(),
              files,
              draft.parents(),
              identity,
              Manifest.contentHash(draft.kind(), draft.method(), identity),
              draft.metrics());
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot verify " + store.uri() + " before publishing: " + describe(e), e);
    }
    publish(manifest, CanonicalJson.bytes(manifest.toJson()));
    return manifest;
  }

  /** Publishes files that were copied from another artifact under its manifest. */
  void commitCopy(Manifest manifest, byte[] bytes) {
    requireOpen();
    checkClaim();
    publish(manifest, bytes);
  }

  private List<Manifest.FileEntry> verified() throws IOException {
    List<Manifest.FileEntry> files = new ArrayList<>();
    for (String name : names) {
      if (tables.contains(name)) {
        files.addAll(tableFiles(name));
        continue;
      }
      Manifest.FileEntry expected = written.get(name);
      if (expected == null) {
        throw new IllegalStateException("the stream of " + name + " is still open");
      }
      Hashes.verify(store, expected);
      files.add(expected);
    }
    files.sort(java.util.Comparator.comparing(Manifest.FileEntry::path));
    return files;
  }

  private List<Manifest.FileEntry> tableFiles(String table) throws IOException {
    List<Manifest.FileEntry> files = new ArrayList<>();
    for (Store.Listed listed : store.files(table)) {
      if (Names.isHiddenPath(listed.name())) {
        store.delete(listed.name());
      } else {
        files.add(Hashes.hash(store, listed.name()));
      }
    }
    if (files.isEmpty()) {
      throw new ArtifactException(
          "%s: the table \"%s\" has no files; was it written?".formatted(store.uri(), table));
    }
    for (String child : store.children(table)) {
      if (Names.isHidden(child)) {
        store.delete(table + "/" + child);
      }
    }
    return files;
  }

  private Map<String, String> identity(ManifestDraft draft, List<Manifest.FileEntry> files)
      throws IOException {
    SortedMap<String, String> identity = new TreeMap<>();
    for (Map.Entry<String, String> table : draft.tables().entrySet()) {
      if (!tables.contains(table.getKey())) {
        throw new IllegalArgumentException("no table \"" + table.getKey() + "\" was written");
      }
      identity.put(table.getKey(), table.getValue());
    }
    for (String file : draft.identityFiles()) {
      if (!written.containsKey(file)) {
        throw new IllegalArgumentException("no file \"" + file + "\" was written");
      }
    }
    for (Manifest.FileEntry file : files) {
      String last = file.path().substring(file.path().lastIndexOf('/') + 1);
      if (written.containsKey(file.path())
          && (last.endsWith(".safetensors")
              || IDENTITY_FILES.contains(last)
              || draft.identityFiles().contains(file.path()))) {
        identity.put(file.path(), Hashes.identity(store, file));
      }
    }
    return identity;
  }

  /** The answer of the create may be lost, so what counts is what can be read afterwards. */
  private void publish(Manifest manifest, byte[] bytes) {
    IOException failure = null;
    for (int attempt = 1; attempt <= TRIES && state == State.OPEN; attempt++) {
      checkClaim();
      try {
        store.createExclusive(Manifest.FILE, bytes);
        state = State.COMMITTED;
      } catch (IOException e) {
        failure = e;
        if (readBack(e).isPresent()) {
          state = State.COMMITTED;
        }
      }
    }
    if (state != State.COMMITTED) {
      if (!store.isLocal()) {
        // The store may still be working on a request whose answer we no longer wait for.
        state = State.UNKNOWN;
        throw new CommitUnknownException(
            "%s: the manifest could not be written (%s), and it is not certain that it will not appear; nothing was deleted. Run the same command again."
                .formatted(store.uri(), describe(failure)),
            failure);
      }
      throw cannotWrite(Manifest.FILE, failure);
    }
    if (versioned) {
      Versions.pointLatest(store);
    }
  }

  /** Our manifest, or empty if there is none. */
  private Optional<Manifest> readBack(IOException failure) {
    Manifest found;
    try {
      found =
          Manifest.fromJson(
              store.read(Manifest.FILE, CanonicalJson.MAX_BYTES), store.uri() + "/manifest.json");
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException | ArtifactException e) {
      state = State.UNKNOWN;
      e.addSuppressed(failure);
      throw new CommitUnknownException(
          "%s: writing the manifest failed (%s) and it cannot be read back (%s), so whether the artifact is published is unknown; nothing was deleted. Check with: accelerant artifact verify %s"
              .formatted(store.uri(), describe(failure), e.getMessage(), store.uri()),
          e);
    }
    if (!found.runId().equals(runId())) {
      throw new ArtifactException(
          "%s was published by another run (%s) while this one (%s) wrote; choose another run.output."
              .formatted(store.uri(), found.runId(), runId()),
          failure);
    }
    return Optional.of(found);
  }

  private AccelerantException cannotWrite(String name, IOException e) {
    return new ArtifactException(
        "Cannot write %s of %s: %s; nothing was published."
            .formatted(name, store.uri(), describe(e)),
        e);
  }

  /** The file systems' messages often hold a path only. */
  static String describe(IOException e) {
    String kind = e.getClass().getSimpleName();
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    return kind.equals("IOException") ? message.replaceFirst("^: ", "") : kind + message;
  }

  /** Without a commit: removes what this writer wrote, unless another run has taken over. */
  @Override
  public void close() {
    if (state == State.OPEN) {
      state = State.CLOSED;
      try {
        if (claims.isOurs()) {
          removeOurs();
        }
      } catch (IOException e) {
        throw new ArtifactException(
            "Cannot clean up "
                + store.uri()
                + ": "
                + describe(e)
                + "; nothing was published, what is left there may be deleted.",
            e);
      }
    }
  }

  private void removeOurs() throws IOException {
    for (String name : names) {
      store.delete(name);
    }
    for (String name : names) {
      for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
        store.deleteIfEmpty(name.substring(0, slash));
      }
    }
    claims.release();
    store.deleteIfEmpty("");
  }
}
