package io.accelerant.jobs;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * What a run needs of the machine and of the account it runs under. It is looked at before anything
 * else, since what is missing shows itself late, deep in Spark or in a native library.
 */
final class Surroundings {
  /** Where JavaCPP unpacks the numeric libraries. */
  private static final String NATIVES = "org.bytedeco.javacpp.cachedir";

  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String USER = "user.name";

  /** Native code that is unpacked there, and the least that Spark spills. */
  private static final long LEAST_TEMPORARY = 32L << 20;

  /** Spark's own limit. */
  private static final long LEAST_HEAP = 450L << 20;

  private Surroundings() {}

  /**
   * @throws ConfigException that says what to set
   */
  static void require() {
    VersionMatrix.requireJava(Runtime.version().feature());
    requireHeap(Runtime.getRuntime().maxMemory());
    nameUser();
    Path temporary = Path.of(System.getProperty(TEMPORARY));
    requireTemporary(temporary);
    if (System.getProperty(NATIVES) == null && !canLoad(cache(Path.of(home())))) {
      Path elsewhere = temporary.resolve(".javacpp-" + System.getProperty(USER));
      System.setProperty(NATIVES, elsewhere.resolve("cache").toString());
    }
  }

  static void requireHeap(long bytes) {
    if (bytes < LEAST_HEAP) {
      throw new ConfigException(
          Text.of(
              "Java has a heap of %d MB, Spark needs %d; set ACCELERANT_HEAP=2g (under spark-submit: --driver-memory 2g).",
              bytes >> 20, LEAST_HEAP >> 20));
    }
  }

  /** A container may run under a number that has no name; Hadoop knows no user then. */
  private static void nameUser() {
    String name = System.getProperty(USER, "?");
    if (name.equals("?") || name.isBlank()) {
      String given = System.getenv("HADOOP_USER_NAME");
      System.setProperty(USER, given == null ? "nobody" : given);
      UserGroupInformation.setLoginUser(
          UserGroupInformation.createRemoteUser(System.getProperty(USER)));
    }
  }

  private static String home() {
    return System.getProperty("user.home", "?");
  }

  private static Path cache(Path home) {
    Path there = home.resolve(".javacpp/cache");
    while (!Files.exists(there) && !there.equals(home)) {
      there = there.getParent();
    }
    return there;
  }

  /** Whether files can be made in a folder, and run from it. */
  private static boolean canLoad(Path folder) {
    try {
      return probe(folder);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Makes a file with something in it, which takes more than a name on a full disk.
   *
   * @return whether it can be executed; false where the folder is mounted noexec
   */
  private static boolean probe(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "accelerant", "");
    try {
      Files.write(file, new byte[1 << 16]);
      return file.toFile().setExecutable(true) && file.toFile().canExecute();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  static void requireTemporary(Path folder) {
    String why;
    try {
      why =
          !probe(folder)
              ? "is mounted noexec: native code cannot be loaded from it"
              : folder.toFile().getUsableSpace() < LEAST_TEMPORARY
                  ? Text.of("has less than %d MB left", LEAST_TEMPORARY >> 20)
                  : "";
    } catch (IOException e) {
      why = "cannot be written: " + reason(e);
    }
    if (!why.isEmpty()) {
      throw new ConfigException(
          Text.of(
              "The temporary folder %s %s; set TMPDIR to another one (under spark-submit: -Djava.io.tmpdir=.. in spark.driver.extraJavaOptions).",
              folder, why));
    }
  }

  /** The system's own words, which stand in two places. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException known) {
      String said = known.getReason();
      return said == null ? known.getClass().getSimpleName().replace("Exception", "") : said;
    }
    return e.getMessage();
  }
}
