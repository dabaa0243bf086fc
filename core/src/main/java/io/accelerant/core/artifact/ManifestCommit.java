package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.CommitUnknownException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;

/**
 * The one write that turns a directory into an artifact. The answer of a store may be lost, and a
 * client may have tried twice, so what counts is not the answer but what can be read afterwards.
 */
final class ManifestCommit {
  private static final int TRIES = 3;

  private ManifestCommit() {}

  /**
   * Writes the manifest, or finds out that it is there.
   *
   * @param runId in the manifest
   * @throws ArtifactException if it certainly was not written: another run published or took over,
   *     or the store refused
   * @throws CommitUnknownException if nobody can tell
   */
  static void publish(Store store, Claims claims, String runId, byte[] manifest) {
    IOException failure = null;
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      claims.check();
      try {
        store.createExclusive(Manifest.FILE, manifest);
        return;
      } catch (IOException e) {
        failure = e;
        if (isOurs(store, runId, e)) {
          return;
        }
      }
    }
    if (store.isLocal() || isRefusal(failure)) {
      throw new ArtifactException(
          Text.of(
              "Cannot write %s of %s: %s; nothing was published.",
              Manifest.FILE, store.uri(), StoreFailure.describe(failure)),
          failure);
    }
    // Absent now, but the store may still be working on a request whose answer was lost.
    throw new CommitUnknownException(
        Text.of(
            "%s: the manifest could not be written (%s), and it may still appear; nothing was"
                + " deleted. Run the same command again.",
            store.uri(), StoreFailure.describe(failure)),
        failure);
  }

  /** Whether the manifest is there and ours; false if there is none. */
  private static boolean isOurs(Store store, String runId, IOException failure) {
    Manifest found;
    try {
      found =
          Manifest.fromJson(
              store.read(Manifest.FILE, CanonicalJson.MAX_BYTES),
              store.uri() + "/" + Manifest.FILE);
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException | ArtifactException e) {
      e.addSuppressed(failure);
      throw new CommitUnknownException(
          Text.of(
              "%s: writing the manifest failed (%s) and it cannot be read back (%s), so it is"
                  + " unknown whether the artifact is published; nothing was deleted. Check with:"
                  + " accelerant artifact verify %s",
              store.uri(), StoreFailure.describe(failure), message(e), store.uri()),
          e);
    }
    if (!found.runId().equals(runId)) {
      throw new ArtifactException(
          Text.of(
              "%s was published by another run (%s) while this one (%s) wrote; choose another"
                  + " run.output.",
              store.uri(), found.runId(), runId),
          failure);
    }
    return true;
  }

  private static String message(Exception e) {
    return e instanceof IOException io ? StoreFailure.describe(io) : e.getMessage();
  }

  /** Whether the store answered, and said no. By name: HDFS has its own exception. */
  private static boolean isRefusal(IOException failure) {
    return failure instanceof AccessDeniedException
        || failure.getClass().getSimpleName().equals("AccessControlException");
  }
}
