package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.CommitUnknownException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Writes one artifact: claim, files under their final names, {@link #commit}. Until the manifest is
 * there, nothing is an artifact; closing without a commit removes what this writer wrote, and no
 * other thing.
 */
public final class ArtifactWriter implements AutoCloseable {

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
  private final Inventory inventory;
  private State state = State.OPEN;
  private boolean silent;

  ArtifactWriter(Store store, Claims claims, boolean versioned) {
    this.store = store;
    this.claims = claims;
    this.versioned = versioned;
    this.inventory = new Inventory(store);
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
    if (store.isLocal()) {
      store.requireWritable();
    } else {
      ExclusiveCreate.probe(store);
    }
    try {
      return new ArtifactWriter(store, Claims.acquire(store, claim, force), versioned);
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot claim " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }

  /** The directory: an absolute path where it is local, else a URI; {@code {version}} replaced. */
  public String uri() {
    return store.uri();
  }

  public String runId() {
    return claims.claim().runId();
  }

  /**
   * To be called now and then during long work.
   *
   * @throws ArtifactException if another run has taken over
   */
  public void requireHeld() {
    claims.check();
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
    requireName(name);
    return createCopy(name);
  }

  /** As {@link #create}, for a name that a manifest lists. */
  OutputStream createCopy(String name) {
    requireOpen();
    claims.check();
    inventory.begin(name, false);
    try {
      OutputStream out = store.create(name);
      return new HashingOutput(
          out,
          (size, sha256) -> inventory.finish(new Manifest.FileEntry(name, size, sha256)),
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
    requireName(name);
    claims.check();
    inventory.begin(name, true);
    return uri(name);
  }

  /** A full URI of something in the directory, with a scheme, for Spark. */
  public String uri(String name) {
    return store.uri(name);
  }

  private void requireName(String name) {
    requireOpen();
    Names.violation(name, true)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("file name \"" + name + "\" " + why);
            });
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("this artifact is " + state);
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
    claims.check();
    Manifest manifest;
    try {
      List<Manifest.FileEntry> files = inventory.verify();
      Map<String, String> identity = inventory.identity(draft, files);
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
      throw cannotVerify(e);
    }
    publish(manifest);
    return manifest;
  }

  /** Publishes files that were copied from another artifact, under its manifest. */
  void commitCopy(Manifest manifest) {
    requireOpen();
    claims.check();
    try {
      for (Manifest.FileEntry file : manifest.files()) {
        Hashes.verify(store, file);
      }
    } catch (IOException e) {
      throw cannotVerify(e);
    }
    publish(manifest);
  }

  private void publish(Manifest manifest) {
    try {
      ManifestCommit.publish(
          store, claims, manifest.runId(), CanonicalJson.bytes(manifest.toJson()));
    } catch (CommitUnknownException e) {
      state = State.UNKNOWN;
      throw e;
    }
    state = State.COMMITTED;
    if (versioned) {
      Versions.pointLatest(store);
    }
  }

  private ArtifactException cannotVerify(IOException e) {
    silent |= StoreFailure.isNoAnswer(e);
    return new ArtifactException(
        "Cannot verify " + store.uri() + " before publishing: " + StoreFailure.describe(e), e);
  }

  private ArtifactException cannotWrite(String name, IOException e) {
    silent |= StoreFailure.isNoAnswer(e);
    return new ArtifactException(
        Text.of(
            "Cannot write %s of %s: %s; nothing was published.",
            name, store.uri(), StoreFailure.describe(e)),
        e);
  }

  /**
   * Without a commit: removes what this writer wrote, unless another run has taken over. A store
   * that did not answer is not asked: the next run of the same work clears what is left.
   */
  @Override
  public void close() {
    if (state == State.OPEN) {
      state = State.CLOSED;
      if (silent) {
        return;
      }
      try {
        // Where another run took over or published, equal names are its files now.
        if (claims.isOurs() && !store.exists(Manifest.FILE)) {
          inventory.remove();
          claims.release();
          store.deleteIfEmpty("");
        }
      } catch (IOException e) {
        throw new ArtifactException(
            "Cannot clean up "
                + store.uri()
                + ": "
                + StoreFailure.describe(e)
                + "; nothing was published, what is left there may be deleted.",
            e);
      }
    }
  }
}
