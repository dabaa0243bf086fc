package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * The state of a long computation, saved now and then beside the {@link StageStore} of its run. A
 * snapshot is a small artifact of its own ({@code round-<n>/}, manifest last), so that a half
 * written one does not count; the newest {@value #KEPT} are kept, and an old one goes only after a
 * new one has been read back.
 */
public final class Snapshots {
  /** How many are kept. */
  public static final int KEPT = 3;

  private static final String KIND = "snapshot";
  private static final String RESUME_KEY = "resumeKey";
  private static final String TENSORS = "state.safetensors";
  private static final String VALUES = "state.json";
  private static final Pattern NAME = Pattern.compile("round-([0-9]{1,9})");

  private final Store store;
  private final Claim claim;
  private final Progress progress;
  private Runnable holding = () -> {};

  /**
   * What was saved.
   *
   * @param round number of rounds done
   * @param tensors by name
   * @param values whole numbers by name
   */
  public record Snapshot(int round, Map<String, Tensor> tensors, Map<String, Long> values) {}

  private Snapshots(Store store, Claim claim, Progress progress) {
    this.store = store;
    this.claim = claim;
    this.progress = progress;
  }

  /**
   * Names the place; touches nothing.
   *
   * @param uri of the run's checkpoints
   * @param resumeKey of the run, see {@link StageStore#resumeKey}; snapshots of another do not
   *     count
   */
  public static Snapshots at(
      String uri, Configuration hadoop, String resumeKey, Progress progress) {
    return new Snapshots(Store.at(uri, hadoop), Claim.of(resumeKey), progress);
  }

  /** As {@link StageStore#heldBy}. */
  public Snapshots heldBy(ArtifactWriter output) {
    holding = output::requireHeld;
    return this;
  }

  /** The snapshots of one of several computations of the run, in a folder beside these. */
  public Snapshots part(String name) {
    Snapshots part = new Snapshots(store.child(name), claim, progress);
    part.holding = holding;
    return part;
  }

  /** A full URI of a file or folder beside the snapshots, for Spark and Hadoop. */
  public String uri(String name) {
    return store.uri(name);
  }

  /**
   * The newest snapshot that is whole; a damaged one is reported and passed over.
   *
   * @throws ArtifactException if the store cannot be listed
   */
  public Optional<Snapshot> latest() {
    for (int round : rounds()) {
      try {
        Optional<Snapshot> found = read(round);
        if (found.isPresent()) {
          return found;
        }
      } catch (ArtifactException e) {
        progress.say(
            "WARNING: the checkpoint of round %d is damaged, the one before it is tried: %s",
            round, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Rounds that have a directory, the newest first. */
  private List<Integer> rounds() {
    List<Integer> rounds = new ArrayList<>();
    try {
      for (String child : store.children("")) {
        Matcher matcher = NAME.matcher(child);
        if (matcher.matches()) {
          rounds.add(Integer.valueOf(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot list the checkpoints at " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
    rounds.sort(Comparator.reverseOrder());
    return rounds;
  }

  private Optional<Snapshot> read(int round) {
    Optional<Artifact> found = Artifact.find(store.child(name(round)));
    if (found.isEmpty()
        || !claim.resumeKey().equals(found.get().manifest().config().get(RESUME_KEY))) {
      return Optional.empty();
    }
    Artifact artifact = found.get().requireKind(KIND, "a checkpoint");
    Map<String, Tensor> tensors = new TreeMap<>();
    try (SafetensorsFile file = artifact.safetensors(TENSORS)) {
      for (String tensor : file.names()) {
        tensors.put(tensor, file.tensor(tensor));
      }
    }
    Map<String, Long> values = new TreeMap<>();
    artifact
        .readJson(VALUES)
        .forEach((key, value) -> values.put(key, ((Number) value).longValue()));
    return Optional.of(new Snapshot(round, tensors, values));
  }

  private static String name(int round) {
    return Text.of("round-%08d", round);
  }

  /**
   * Saves and reads back, then drops what is too old.
   *
   * @throws ArtifactException if it cannot be written, or another run has taken over; the snapshots
   *     before it are untouched
   */
  public void save(int round, Collection<Tensor> tensors, Map<String, Long> values) {
    holding.run();
    Store target = store.child(name(round));
    dropDamaged(target);
    try (ArtifactWriter writer = ArtifactWriter.claim(target, claim, true, false)) {
      try (OutputStream out = writer.create(TENSORS)) {
        Safetensors.write(out, tensors, Map.of());
      } catch (IOException e) {
        throw new ArtifactException(
            Text.of("Cannot write the checkpoint %s: %s", target.uri(), StoreFailure.describe(e)),
            e);
      }
      writer.writeJson(VALUES, values);
      writer.commit(
          ManifestDraft.of(KIND, "checkpoint", name(round), 0)
              .withConfig(Map.of(RESUME_KEY, claim.resumeKey())));
    }
    List<Integer> rounds = rounds();
    rounds.stream().filter(r -> r <= round).skip(KEPT).forEach(this::delete);
    // Those after this one are damaged, or this run would have begun there.
    rounds.stream().filter(r -> r > round).forEach(this::delete);
  }

  /** One that was passed over as damaged stands where the new one goes. */
  private void dropDamaged(Store target) {
    try {
      if (target.exists(Manifest.FILE)) {
        target.delete("");
      }
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot delete the damaged checkpoint " + target.uri() + ": " + StoreFailure.describe(e),
          e);
    }
  }

  private void delete(int round) {
    delete(name(round));
  }

  /** Removes a file or folder beside the snapshots; says so if it cannot. */
  public void delete(String child) {
    try {
      store.delete(child + "/" + Manifest.FILE); // without it the rest does not count
      store.delete(child);
    } catch (IOException e) {
      progress.say(
          "The old checkpoint %s could not be deleted: %s", store.uri(child), e.getMessage());
    }
  }

  /** Removes all of them, and named files or folders beside them. */
  public void deleteAll(String... beside) {
    rounds().forEach(this::delete);
    for (String name : beside) {
      delete(name);
    }
  }
}
