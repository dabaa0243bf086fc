package io.accelerant.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/** Runs the command line as a user does and keeps what it said. */
final class Accelerant {
  /** Options of a JVM that lives for seconds. */
  static final List<String> CHEAP_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx700m");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Commands in this process take turns: each has standard output, the signals and Spark. */
  private static final Lock TURN = new ReentrantLock(true);

  private Accelerant() {}

  /** What a finished run left: the exit code and both streams; and how long it took. */
  record Outcome(int exitCode, String out, String err, Duration time) {
    /** The only line on standard output. */
    JsonNode line() {
      List<String> lines = out.lines().toList();
      if (lines.size() != 1) {
        throw new AssertionError("standard output is not one line:\n" + out + "\n--\n" + err);
      }
      try {
        return JSON.readTree(lines.get(0));
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + lines.get(0), e);
      }
    }
  }

  /** In this process; a test whose job needs Spark is a {@code SparkTest}, and gives it its own. */
  static Outcome run(String... arguments) {
    return run(Commands.all(), arguments);
  }

  /** In this process, the probe being the only job. */
  static Outcome probe(String... arguments) {
    return run(List.of(ProbeMain.command()), arguments);
  }

  private static Outcome run(List<JobCommand> jobs, String... arguments) {
    return on(console -> Main.run(arguments, console, jobs));
  }

  /** A command that is not (or not so) reached by the entry point. */
  static Outcome on(ToIntFunction<Console> command) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return inTurn(
        () -> {
          long start = System.nanoTime();
          int code = command.applyAsInt(console);
          Duration time = Duration.ofNanos(System.nanoTime() - start);
          return new Outcome(
              code,
              out.toString(StandardCharsets.UTF_8),
              err.toString(StandardCharsets.UTF_8),
              time);
        });
  }

  /** While no other command runs in this process. */
  static <T> T inTurn(Supplier<T> work) {
    try {
      TURN.lockInterruptibly();
    } catch (InterruptedException e) {
      throw new AssertionError("no turn among the tests of this process", e);
    }
    try {
      return work.get();
    } finally {
      TURN.unlock();
    }
  }

  /** In a JVM of its own on the test class path. */
  static Outcome spawn(Class<?> main, Path scratch, String... arguments) {
    return start(main, scratch, arguments).finish();
  }

  static Running start(Class<?> main, Path scratch, String... arguments) {
    return java(command(main, arguments), scratch, Map.of());
  }

  /** Options, class path, class and arguments of a JVM of the tests. */
  private static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(ClassArchive.spark().using());
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** As {@link #spawn}, with two executors of one core each in processes of their own. */
  static Outcome spawnOnCluster(Class<?> main, Path scratch, String... arguments) {
    return startOnCluster(main, scratch, 2, arguments).finish();
  }

  /** As {@link #start}, with executors of one core each in processes of their own. */
  static Running startOnCluster(Class<?> main, Path scratch, int executors, String... arguments) {
    String master = Text.of("local-cluster[%d,1,700]", executors);
    return startOn(master, Map.of(), main, scratch, arguments);
  }

  /**
   * As {@link #start}, with executors in processes of their own.
   *
   * @param environment of the driver, in whose process the workers are
   */
  static Running startOn(
      String master,
      Map<String, String> environment,
      Class<?> main,
      Path scratch,
      String... arguments) {
    Path home = scratch.resolve("spark-home");
    List<String> executor = new ArrayList<>(CHEAP_START.subList(0, 3));
    executor.addAll(ClassArchive.spark().options());
    List<String> command = command(main, arguments);
    for (String setting :
        List.of(
            "master=" + master,
            "executor.memory=700m",
            "executor.extraClassPath=" + ClassArchive.classPath(),
            "executor.extraJavaOptions=" + String.join(" ", executor))) {
      command.addAll(List.of("--set", "spark." + setting));
    }
    try {
      Files.createDirectories(home.resolve("jars"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(Map.of("SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.13"));
    return java(command, scratch, all);
  }

  /** As {@link #start}, where no file may grow beyond a size. */
  static Running startLimited(Class<?> main, Path scratch, int kibibytes, String... arguments) {
    return java(
        List.of("bash", "-c", Text.of("ulimit -f %d && exec \"$@\"", kibibytes), "bash"),
        command(main, arguments),
        scratch,
        Map.of());
  }

  /** As {@link #start}, under a user id that has no name and without a home; only root can. */
  static Running startNameless(Class<?> main, Path scratch, String... arguments) {
    return java(
        List.of(
            "setpriv", "--reuid=4242", "--regid=0", "--clear-groups", "env", "HOME=/nonexistent"),
        Stream.concat(Stream.of("-cp", linked(scratch), main.getName()), Stream.of(arguments))
            .toList(),
        scratch,
        Map.of());
  }

  /** The class path where anybody may read it: a repository lies in its owner's home. */
  private static String linked(Path scratch) {
    StringJoiner path = new StringJoiner(File.pathSeparator);
    try {
      Path folder = Files.createDirectory(scratch.resolve("class-path"));
      int count = 0;
      for (String entry : ClassArchive.classPath().split(File.pathSeparator)) {
        Path link = folder.resolve(count++ + ".jar");
        try {
          Files.createLink(link, Path.of(entry));
        } catch (IOException | UnsupportedOperationException otherFileSystem) {
          Files.copy(Path.of(entry), link);
        }
        path.add(link.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path.toString();
  }

  /** Java with Spark's module options, a cheap start and the logging of the launcher. */
  static Running java(List<String> arguments, Path scratch, Map<String, String> environment) {
    return java(List.of(), arguments, scratch, environment);
  }

  private static Running java(
      List<String> wrapper, List<String> arguments, Path scratch, Map<String, String> environment) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    command.addAll(CHEAP_START);
    command.add("-Dlog4j2.configurationFile=" + project().resolve("conf/log4j2.properties"));
    command.addAll(arguments);
    Path out = scratch.resolve("stdout");
    Path err = scratch.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().putAll(environment);
    try {
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A running process and the files that its streams go to. */
  record Running(Process process, Path out, Path err, long started) {
    Running(Process process, Path out, Path err) {
      this(process, out, err, System.nanoTime());
    }

    /** Waits until a file is there. */
    void await(Path file) throws IOException, InterruptedException {
      while (!Files.exists(file)) {
        if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
          throw new AssertionError("ended without " + file + ":\n" + Files.readString(err));
        }
      }
    }

    /** Waits until the process has said something on standard error. */
    void await(String said) throws IOException, InterruptedException {
      while (!Files.readString(err).contains(said)) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
          throw new AssertionError("ended without \"" + said + "\":\n" + Files.readString(err));
        }
      }
    }

    Outcome finish() {
      try {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
          throw new AssertionError("no end after 5 minutes:\n" + Files.readString(err));
        }
        Duration time = Duration.ofNanos(System.nanoTime() - started);
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err), time);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Packs the files of a folder. */
  static Path jar(Path folder, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(folder)) {
      for (Path source : all.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(source).toString().replace(File.separatorChar, '/');
        out.putNextEntry(new JarEntry(name));
        Files.copy(source, out);
      }
    }
    return jar;
  }

  /** The root of the project; tests run in the module's folder. */
  static Path project() {
    return Path.of("").toAbsolutePath().getParent();
  }
}
