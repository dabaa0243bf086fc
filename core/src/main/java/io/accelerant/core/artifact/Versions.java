package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbered artifacts side by side: {@code {version}} in the last part of a URI becomes the next
 * free number, and the small file {@code latest} beside them names the newest one that was
 * committed.
 */
public final class Versions {
  /** The name of the pointer file. */
  public static final String LATEST = "latest";

  private static final String PLACE = "{version}";
  private static final int TRIES = 100;

  /** How many versions are searched for unfinished work. */
  private static final int LOOK_BACK = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

  private Versions() {}

  /** Whether {@link #resolve} has a number to find. */
  public static boolean holdsVersion(String uri) {
    return uri.contains(PLACE);
  }

  /**
   * Replaces {@code {version}}, writes nothing. A directory of the same work that was not finished
   * is used again; a URI without {@code {version}} is returned as it is.
   *
   * @param resumeKey of this work, see {@link StageStore#resumeKey}
   * @throws ConfigException if {@code {version}} is not in the last part, or there twice
   */
  public static String resolve(String uri, Configuration hadoop, String resumeKey) {
    return holdsVersion(uri) ? with(uri, number(uri, hadoop, resumeKey)) : uri;
  }

  /**
   * As {@link #resolve}, of a place that a run could claim; claims nothing.
   *
   * @param resumeKey asked for only where it matters: with {@code {version}}, or beside a claim
   * @param force as for {@link ArtifactWriter#claim}
   * @throws ArtifactException if there is an artifact already, another run holds it, or it holds
   *     foreign files
   */
  public static String requireFree(
      String uri, Configuration hadoop, Supplier<String> resumeKey, boolean force) {
    String output = holdsVersion(uri) ? resolve(uri, hadoop, resumeKey.get()) : uri;
    if (Artifact.find(output, hadoop).isPresent()) {
      throw new ArtifactException(
          output
              + " is an artifact already, and artifacts are immutable; choose another run.output or"
              + " use {version}.");
    }
    Store store = Store.at(output, hadoop);
    try {
      Claims.requireFree(store, resumeKey, force);
    } catch (IOException e) {
      throw cannotList(store, e);
    }
    return output;
  }

  /**
   * Makes sure, by trying, that a place can be written; leaves nothing there.
   *
   * @throws ArtifactException that says why not
   */
  public static void requireWritable(String output, Configuration hadoop) {
    Store.at(output, hadoop).requireWritable();
  }

  private static String with(String uri, int number) {
    return uri.replace(PLACE, Integer.toString(number));
  }

  /**
   * What was published at a URI, the newest version first; at most one artifact without {@code
   * {version}}. Looked for one after the other, as the stream is read.
   */
  public static Stream<Artifact> artifacts(String uri, Configuration hadoop) {
    Stream<String> uris =
        holdsVersion(uri)
            ? numbers(uri, hadoop).descendingSet().stream().map(number -> with(uri, number))
            : Stream.of(uri);
    return uris.map(version -> Artifact.find(version, hadoop)).flatMap(Optional::stream);
  }

  private static int number(String uri, Configuration hadoop, String resumeKey) {
    TreeSet<Integer> numbers = numbers(uri, hadoop);
    try {
      for (int number : numbers.descendingSet().stream().limit(LOOK_BACK).toList()) {
        if (isUnfinished(Store.at(with(uri, number), hadoop), resumeKey)) {
          return number;
        }
      }
    } catch (IOException e) {
      throw cannotList(parent(uri, hadoop), e);
    }
    return numbers.isEmpty() ? 1 : numbers.last() + 1;
  }

  /** Numbers of the directories that are there, finished or not. */
  private static TreeSet<Integer> numbers(String uri, Configuration hadoop) {
    String trimmed = uri.replaceAll("/+$", "");
    int place = trimmed.indexOf(PLACE);
    if (place != trimmed.lastIndexOf(PLACE) || trimmed.indexOf('/', place) >= 0) {
      throw new ConfigException(
          "run.output = " + uri + ": {version} must stand once, in the last part of the path.");
    }
    Pattern sibling =
        Pattern.compile(
            Pattern.quote(trimmed.substring(trimmed.lastIndexOf('/') + 1, place))
                + "([1-9][0-9]{0,8})"
                + Pattern.quote(trimmed.substring(place + PLACE.length())));
    Store parent = parent(uri, hadoop);
    TreeSet<Integer> numbers = new TreeSet<>();
    try {
      for (String child : parent.children("")) {
        Matcher matcher = sibling.matcher(child);
        if (matcher.matches()) {
          numbers.add(Integer.valueOf(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      throw cannotList(parent, e);
    }
    return numbers;
  }

  private static Store parent(String uri, Configuration hadoop) {
    return Store.at(with(uri, 1), hadoop).parent();
  }

  private static ArtifactException cannotList(Store parent, IOException e) {
    return new ArtifactException(
        "Cannot list " + parent.uri() + ": " + StoreFailure.describe(e), e);
  }

  private static boolean isUnfinished(Store store, String resumeKey) throws IOException {
    if (store.exists(Manifest.FILE)) {
      return false;
    }
    Optional<Claim> holder = Claims.holder(store);
    if (holder.isPresent()) {
      return holder.get().resumeKey().equals(resumeKey) && !holder.get().isAliveHere();
    }
    return StageStore.belongsTo(store, Claims.CHECKPOINTS + "/", resumeKey);
  }

  /** Two runs that start together see the same free number; who loses it takes the next. */
  static ArtifactWriter claimNext(String uri, Configuration hadoop, Claim claim, boolean force) {
    for (int attempt = 1; ; attempt++) {
      String candidate = resolve(uri, hadoop, claim.resumeKey());
      try {
        return ArtifactWriter.claim(Store.at(candidate, hadoop), claim, force, true);
      } catch (ArtifactException e) {
        if (attempt == TRIES || candidate.equals(resolve(uri, hadoop, claim.resumeKey()))) {
          throw e;
        }
      }
    }
  }

  /** Points {@code latest} to a version; a failure is no failure of the commit. */
  static void pointLatest(Store version) {
    try {
      version
          .parent()
          .replace(LATEST, (version.lastName() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("{} is published, but {} beside it could not be written", version.uri(), LATEST, e);
    }
  }

  /** The directory that a pointer file names; any other store as it is. */
  static Store follow(Store store) {
    try {
      if (!store.lastName().equals(LATEST) || !store.isFile("")) {
        return store;
      }
      Store parent = store.parent();
      String target = new String(parent.read(LATEST, 1000), StandardCharsets.UTF_8).strip();
      if (target.contains("/") || Names.violation(target, true).isPresent()) {
        throw new ArtifactException(
            store.uri() + " is no pointer: it must hold the name of a directory beside it.");
      }
      return parent.child(target);
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
  }
}
