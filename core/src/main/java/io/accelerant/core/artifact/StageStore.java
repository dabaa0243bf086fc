package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * What the finished stages of a job computed, so that a run that was stopped goes on from there.
 * One JSON file per stage, verified on read. Opening only reads.
 */
public final class StageStore {
  /** Name of the folder inside the output where a run keeps its stages by default. */
  public static final String FOLDER = Claims.CHECKPOINTS;

  private static final int FORMAT_VERSION = 1;
  private static final String IDENTITY = "identity.json";
  private static final String SUFFIX = ".stage.json";
  private static final Pattern STAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,150}");

  private final Store store;
  private final Map<String, Object> identity;
  private final Progress progress;
  private Runnable holding = () -> {};
  private boolean begun;
  private int loaded;

  private StageStore(Store store, Map<String, Object> identity, Progress progress, boolean begun) {
    this.store = store;
    this.identity = identity;
    this.progress = progress;
    this.begun = begun;
  }

  /**
   * The key under which work can be resumed.
   *
   * @param identity what is computed: {@link io.accelerant.core.config.JobConfig#identity()} and
   *     the hash of every input, under a name such as {@code input.corpus}
   */
  public static String resumeKey(Map<String, ?> identity) {
    return CanonicalJson.sha256Of(Map.of("format", FORMAT_VERSION, "identity", identity));
  }

  /**
   * Opens the stages at a URI, which need not exist.
   *
   * @param identity as for {@link #resumeKey}
   * @param resumeMode {@code auto}, {@code never} (old stages are dropped) or {@code require}
   * @throws ConfigException if the stages there are of another identity (names the first key that
   *     differs) and the mode is not {@code never}, or the mode is {@code require} and there are
   *     none
   */
  public static StageStore open(
      String uri,
      Configuration hadoop,
      Map<String, ?> identity,
      String resumeMode,
      Progress progress) {
    return open(Store.at(uri, hadoop), identity, resumeMode, progress);
  }

  static StageStore open(
      Store store, Map<String, ?> identity, String resumeMode, Progress progress) {
    Map<String, Object> ours = normalised(identity);
    try {
      Optional<Map<String, Object>> theirs =
          resumeMode.equals("never") ? Optional.empty() : readIdentity(store, "");
      theirs.ifPresent(found -> requireSame(store, ours, found));
      if (resumeMode.equals("require") && (theirs.isEmpty() || count(store) == 0)) {
        throw new ConfigException(
            "run.resume = require, but there is no checkpoint at " + store.uri() + ".");
      }
      if (theirs.isEmpty() && count(store) > 0 && !resumeMode.equals("never")) {
        progress.say(
            "The checkpoint at " + store.uri() + " cannot be read; its stages are dropped.");
      }
      return new StageStore(store, ours, progress, theirs.isPresent());
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the checkpoint at " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }

  /**
   * With a look at the claim before every save, so that a run that was believed dead and was taken
   * over stops there, not hours later.
   */
  public StageStore heldBy(ArtifactWriter output) {
    holding = output::requireHeld;
    return this;
  }

  /** As it comes back from JSON, so that the two sides compare. */
  private static Map<String, Object> normalised(Map<String, ?> identity) {
    return CanonicalJson.readObject(CanonicalJson.writeSorted(identity), "identity");
  }

  @SuppressWarnings("unchecked")
  private static Optional<Map<String, Object>> readIdentity(Store store, String prefix)
      throws IOException {
    try {
      Map<String, Object> file =
          CanonicalJson.readObject(
              store.read(prefix + IDENTITY, CanonicalJson.MAX_BYTES), prefix + IDENTITY);
      return Optional.of((Map<String, Object>) file.get("identity"));
    } catch (FileNotFoundException | DataException | ClassCastException | NullPointerException e) {
      return Optional.empty();
    }
  }

  /** Whether anything is at a URI, so that {@link #open} has something to compare. */
  public static boolean holdsAny(String uri, Configuration hadoop) {
    Store store = Store.at(uri, hadoop);
    try {
      return !store.children("").isEmpty();
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the checkpoint at " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }

  /** Whether there are stages with this resume key. */
  static boolean belongsTo(Store store, String prefix, String resumeKey) throws IOException {
    return readIdentity(store, prefix).map(i -> resumeKey(i).equals(resumeKey)).orElse(false);
  }

  private static void requireSame(
      Store store, Map<String, Object> ours, Map<String, Object> theirs) {
    TreeSet<String> keys = new TreeSet<>(ours.keySet());
    keys.addAll(theirs.keySet());
    for (String key : keys) {
      if (!Objects.equals(ours.get(key), theirs.get(key))) {
        throw new ConfigException(
            Text.of(
                "The checkpoint at %s was made with %s = %s, this run has %s; set it back, choose"
                    + " another run.output, or start anew with --set run.resume=never.",
                store.uri(), key, shown(theirs, key), shown(ours, key)));
      }
    }
  }

  private static String shown(Map<String, Object> identity, String key) {
    return identity.containsKey(key) ? CanonicalJson.write(identity.get(key)) : "(nothing)";
  }

  private static int count(Store store) throws IOException {
    return (int) store.children("").stream().filter(name -> name.endsWith(SUFFIX)).count();
  }

  /**
   * What a stage saved, or empty if it must be computed. A damaged file is reported and counts as
   * absent. Numbers come back as Integer, Long or Double, arrays as lists; doubles are bit-equal.
   */
  @SuppressWarnings("unchecked")
  public Optional<Map<String, Object>> load(String stage) {
    String name = file(stage);
    if (!begun) {
      return Optional.empty();
    }
    try {
      Map<String, Object> file =
          CanonicalJson.readObject(
              store.read(name, CanonicalJson.MAX_BYTES), store.uri() + "/" + name);
      Map<String, Object> value = (Map<String, Object>) file.get("value");
      if (value == null || !hash(stage, value).equals(file.get("sha256"))) {
        throw new DataException(store.uri() + "/" + name + " does not have the hash it states.");
      }
      loaded++;
      return Optional.of(value);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (DataException | ClassCastException e) {
      progress.say(
          "Checkpoint of stage " + stage + " is damaged and is computed again: " + e.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the checkpoint "
              + store.uri()
              + "/"
              + name
              + ": "
              + StoreFailure.describe(e),
          e);
    }
  }

  /**
   * Saves what a stage computed.
   *
   * @throws ArtifactException if it cannot be written, or another run has taken over
   */
  public void save(String stage, Map<String, ?> value) {
    String name = file(stage);
    holding.run();
    try {
      if (!begun) {
        begin();
      }
      Map<String, Object> file = new LinkedHashMap<>();
      file.put("stage", stage);
      file.put("sha256", hash(stage, value));
      file.put("value", value);
      store.replace(name, CanonicalJson.bytes(file));
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot write the checkpoint "
              + store.uri()
              + "/"
              + name
              + ": "
              + StoreFailure.describe(e),
          e);
    }
  }

  /** Drops stages of another identity before the first of ours. */
  private void begin() throws IOException {
    deleteOwn();
    Map<String, Object> file = new TreeMap<>();
    file.put("formatVersion", FORMAT_VERSION);
    file.put("resumeKey", resumeKey(identity));
    file.put("identity", identity);
    store.replace(IDENTITY, CanonicalJson.bytes(file));
    begun = true;
  }

  private String hash(String stage, Map<String, ?> value) {
    return CanonicalJson.sha256Of(
        Map.of("resumeKey", resumeKey(identity), "stage", stage, "value", value));
  }

  private static String file(String stage) {
    if (!STAGE.matcher(stage).matches()) {
      throw new IllegalArgumentException("stage name \"" + stage + "\"");
    }
    return stage + SUFFIX;
  }

  /** How many stages were taken from the checkpoint. */
  public int loaded() {
    return loaded;
  }

  /** Removes the stages, after success. */
  public void delete() {
    try {
      deleteOwn();
      store.deleteIfEmpty("");
      begun = false;
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot delete the checkpoint at " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }

  /** The identity goes first: without it no stage is ever loaded. */
  private void deleteOwn() throws IOException {
    store.delete(IDENTITY);
    for (String child : store.children("")) {
      if (child.endsWith(SUFFIX) || child.startsWith(Claims.TEMPORARY)) {
        store.delete(child);
      }
    }
  }
}
