package io.accelerant.jobs;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The classes of a process, archived: one that starts from them takes half the processor time until
 * its work begins. An archive holds for one class path, which must be of jars and not of folders.
 *
 * @param file new in each run of the tests
 */
record ClassArchive(Path file) {
  private static final Path FOLDER = Accelerant.project().resolve("jobs/target/class-archive");

  /**
   * Of Spark at work. Begun by the first who asks and made in the background, which takes the time
   * of some starts without it; nobody waits for it.
   */
  static ClassArchive spark() {
    return Spark.ARCHIVE;
  }

  private static final class Spark {
    static final ClassArchive ARCHIVE = begin();

    private static ClassArchive begin() {
      ClassArchive archive = named("spark");
      List<String> command = new ArrayList<>(archive.making());
      command.add(ProbeMain.class.getName());
      command.addAll(List.of("probe", "--set", "run.output=/out", "--set", "probe.teacher=ann"));
      command.addAll(List.of("--set", "spark.master=local[2]", "--set", "probe.behaviour=chatter"));
      Process maker = Accelerant.java(command, archive.file.getParent(), Map.of()).process();
      maker.onExit().thenAccept(archive::accept);
      Runtime.getRuntime().addShutdownHook(new Thread(maker::destroyForcibly));
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
    return List.of("-XX:ArchiveClassesAtExit=" + unfinished(), "-Xlog:cds=off", "-cp", classPath());
  }

  private Path unfinished() {
    return file.resolveSibling("unfinished.jsa");
  }

  /** To be called when the process that was to leave the archive has ended. */
  void accept(Process maker) {
    try {
      if (maker.exitValue() == 0) {
        Files.move(unfinished(), file);
      } else {
        System.err.printf(
            Locale.ROOT, "no archive of classes %s: exit %d%n", file, maker.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Options of a JVM that starts from it, if it is there. */
  List<String> using() {
    List<String> options = new ArrayList<>(options());
    options.addAll(List.of("-cp", classPath()));
    return options;
  }

  /** The same where the class path is given otherwise, and begins with {@link #classPath}. */
  List<String> options() {
    return Files.exists(file) ? List.of("-XX:SharedArchiveFile=" + file) : List.of();
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
