package io.accelerant.jobs;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The classes of a first process, archived: those that tests start after it take half the processor
 * time until their work begins. An archive holds for one class path, which must be of jars and not
 * of folders. To make one takes time that grows faster than the number of classes.
 *
 * @param file new for each run of the tests
 */
record ClassArchive(Path file) {
  private static final Path FOLDER = Accelerant.project().resolve("jobs/target/class-archive");

  /** Of Spark at work, made by the first test that starts such a process. */
  static ClassArchive spark() {
    return Spark.ARCHIVE;
  }

  private static final class Spark {
    static final ClassArchive ARCHIVE = make();

    private static ClassArchive make() {
      ClassArchive archive = named("spark");
      List<String> command = new ArrayList<>(archive.making());
      command.add(ProbeMain.class.getName());
      command.addAll(List.of("probe", "--set", "run.output=/out", "--set", "probe.teacher=ann"));
      command.addAll(List.of("--set", "spark.master=local[2]", "--set", "probe.behaviour=chatter"));
      Accelerant.Outcome outcome =
          Accelerant.java(command, FOLDER.resolve("spark"), Map.of()).finish();
      if (outcome.exitCode() != 0 || !Files.exists(archive.file)) {
        throw new AssertionError("no archive of classes:\n" + outcome.out() + outcome.err());
      }
      return archive;
    }
  }

  /** One that is not there yet; {@link #making} tells the process that leaves it. */
  static ClassArchive named(String name) {
    try {
      Path folder = Files.createDirectories(FOLDER.resolve(name));
      Path file = folder.resolve("classes.jsa");
      Files.deleteIfExists(file);
      return new ClassArchive(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Options of the JVM that leaves the archive when it ends by itself. */
  List<String> making() {
    return List.of("-XX:ArchiveClassesAtExit=" + file, "-Xlog:cds=off", "-cp", classPath());
  }

  /** Options of a JVM that starts from it. */
  List<String> using() {
    return List.of(option(), "-cp", classPath());
  }

  /** For a JVM whose class path only begins with {@link #classPath}. */
  String option() {
    return "-XX:SharedArchiveFile=" + file;
  }

  /** The class path of the tests, with folders packed. */
  static String classPath() {
    return Packed.CLASS_PATH;
  }

  private static final class Packed {
    static final String CLASS_PATH = pack();

    private static String pack() {
      List<String> entries = new ArrayList<>();
      try {
        Files.createDirectories(FOLDER);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
          Path path = Path.of(entry);
          Path jar = FOLDER.resolve(entries.size() + ".jar");
          entries.add(Files.isDirectory(path) ? Accelerant.jar(path, jar).toString() : entry);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return String.join(File.pathSeparator, entries);
    }
  }
}
