package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The claim of one writer on a directory. Claims are numbered: {@code _claim}, {@code _claim.2},
 * ...; each is made by an exclusive create and the newest number owns. Taking over never touches
 * the older file, so that a holder believed dead finds out by looking for the next number.
 */
final class Claims {
  static final String CHECKPOINTS = "_checkpoints";
  static final String TEMPORARY = "_tmp.";
  private static final Pattern NAME = Pattern.compile("_claim(?:\\.([1-9][0-9]{0,8}))?");

  private final Store store;
  private final Claim claim;
  private final int number;

  private Claims(Store store, Claim claim, int number) {
    this.store = store;
    this.claim = claim;
    this.number = number;
  }

  static String name(int number) {
    return number == 1 ? "_claim" : "_claim." + number;
  }

  /** The number of the newest claim, 0 without one. */
  static int newest(Store store) throws IOException {
    int newest = 0;
    for (String child : store.children("")) {
      Matcher matcher = NAME.matcher(child);
      if (matcher.matches()) {
        newest =
            Math.max(newest, matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1)));
      }
    }
    return newest;
  }

  /** The newest claim, or empty if there is none that can be read. */
  static Optional<Claim> holder(Store store) throws IOException {
    int newest = newest(store);
    return newest == 0 ? Optional.empty() : read(store, newest);
  }

  private static Optional<Claim> read(Store store, int number) throws IOException {
    try {
      return Claim.fromJson(store.read(name(number), 1 << 20));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Claims a directory, and clears what a dead run left in it.
   *
   * @throws ArtifactException if it is an artifact, another run holds it, or it holds other things
   */
  static Claims acquire(Store store, Claim claim, boolean force) throws IOException {
    int newest = requireFree(store, claim::resumeKey, force);
    Claims ours = new Claims(store, claim, newest + 1);
    try {
      store.createExclusive(name(newest + 1), claim.toJson());
    } catch (FileAlreadyExistsException e) {
      Optional<Claim> winner = read(store, newest + 1);
      // A lost answer and a retry inside the client look like a conflict with ourselves.
      if (!winner.map(w -> w.runId().equals(claim.runId())).orElse(false)) {
        throw taken(store, "by " + winner.map(Claim::describe).orElse("another run"), e);
      }
    }
    try {
      refuseArtifact(store);
      if (newest > 0) {
        clear(store);
      }
    } catch (ArtifactException | IOException e) {
      ours.release();
      throw e;
    }
    return ours;
  }

  /**
   * Whether a directory can be claimed, without doing it.
   *
   * @param resumeKey asked for only where another run has left a claim
   * @return the number of the newest claim that is there, 0 without one
   * @throws ArtifactException as {@link #acquire}
   */
  static int requireFree(Store store, Supplier<String> resumeKey, boolean force)
      throws IOException {
    refuseArtifact(store);
    int newest = newest(store);
    if (newest == 0) {
      refuseForeignFiles(store);
    } else {
      checkTakeOver(store, read(store, newest), resumeKey, force);
    }
    return newest;
  }

  private static void refuseArtifact(Store store) throws IOException {
    if (store.isFile("")) {
      throw new ArtifactException(store.uri() + " is a file; run.output must be a directory.");
    }
    if (store.exists(Manifest.FILE)) {
      throw new ArtifactException(
          store.uri()
              + " is already an artifact; artifacts are immutable; choose another run.output or use"
              + " {version} in it.");
    }
  }

  /** Protects a directory that was named by mistake: later clean-up never meets a user's files. */
  private static void refuseForeignFiles(Store store) throws IOException {
    for (String child : store.children("")) {
      if (!Names.isHidden(child)) {
        throw new ArtifactException(
            Text.of(
                "%s holds \"%s\", which no run has written; choose an empty or new directory for"
                    + " run.output.",
                store.uri(), child));
      }
    }
  }

  /**
   * @throws ArtifactException if the holder certainly runs
   */
  static void refuseAlive(Store store, Optional<Claim> holder) {
    if (holder.isPresent() && holder.get().isAliveHere()) {
      throw new ArtifactException(
          Text.of(
              "%s is being written by %s, which is still running; wait for it, stop it, or choose"
                  + " another run.output.",
              store.uri(), holder.get().describe()));
    }
  }

  private static void checkTakeOver(
      Store store, Optional<Claim> holder, Supplier<String> resumeKey, boolean force) {
    refuseAlive(store, holder);
    boolean sameWork = holder.map(h -> h.resumeKey().equals(resumeKey.get())).orElse(false);
    if (!sameWork && !force) {
      throw taken(
          store,
          holder
              .map(h -> "by " + h.describe() + ", with another configuration or other inputs")
              .orElse("by a run whose claim cannot be read"),
          null);
    }
  }

  private static ArtifactException taken(Store store, String by, Throwable cause) {
    return new ArtifactException(
        Text.of(
            "%s is taken %s; choose another run.output, or take it over with --force if that run is"
                + " dead.",
            store.uri(), by),
        cause);
  }

  private static void clear(Store store) throws IOException {
    for (String child : store.children("")) {
      if (!Names.isHidden(child) || child.startsWith(TEMPORARY)) {
        store.delete(child);
      }
    }
  }

  Claim claim() {
    return claim;
  }

  /** Whether our claim is there and no newer one is. */
  boolean isOurs() throws IOException {
    return store.exists(name(number)) && !store.exists(name(number + 1));
  }

  /**
   * To be called before every write.
   *
   * @throws ArtifactException if another run has taken over
   */
  void check() {
    try {
      if (!isOurs()) {
        throw new ArtifactException(
            Text.of(
                "%s was taken over by %s while this run (%s) wrote it; this run stops.",
                store.uri(),
                holder(store).map(Claim::describe).orElse("another run"),
                claim.runId()));
      }
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the claim of " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }

  void release() throws IOException {
    store.delete(name(number));
  }
}
