package io.accelerant.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Spark's own standalone cluster on loopback, from the jars that Maven fetched: a master and two
 * workers of one core each. Jobs come to it by SparkSubmit, as on any cluster.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Path TARGET = Accelerant.project().resolve("jobs/target");
  private static final String PACKAGE = "org.apache.spark.deploy.";
  private static final int WORKERS = 2;

  private final Path folder;
  private final Path home;
  private final int port = freePort();
  private final int page = freePort();
  private final List<Process> daemons = new ArrayList<>();

  private StandaloneCluster(Path folder) throws IOException {
    this.folder = folder;
    this.home = sparkHome(folder.resolve("spark-home"));
  }

  static StandaloneCluster start(Path folder) throws IOException, InterruptedException {
    StandaloneCluster cluster = new StandaloneCluster(folder);
    try {
      cluster.daemon(
          "master",
          "master.Master",
          "--port",
          cluster.port + "",
          "--webui-port",
          cluster.page + "");
      for (int i = 0; i < WORKERS; i++) {
        Path work = Files.createDirectories(folder.resolve("worker-" + i));
        String[] limits = {"--cores", "1", "--memory", "1g", "--work-dir", work.toString()};
        List<String> arguments = new ArrayList<>(List.of(limits));
        arguments.addAll(List.of("--port", "0", "--webui-port", freePort() + "", cluster.master()));
        cluster.daemon("daemon-" + i, "worker.Worker", arguments.toArray(String[]::new));
      }
      cluster.awaitWorkers();
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  /** A Spark home is a folder with jars: those that a stock distribution has. */
  static Path sparkHome(Path home) throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String jar : stockClassPath().split(File.pathSeparator)) {
      Files.createSymbolicLink(jars.resolve(Path.of(jar).getFileName()), Path.of(jar));
    }
    return home;
  }

  /** Spark and what Spark brings, nothing of ours. */
  static String stockClassPath() throws IOException {
    return Files.readString(TARGET.resolve("launch/spark-classpath")).strip();
  }

  static Path applicationJar() throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files.filter(f -> f.toString().endsWith("-app.jar")).findFirst().orElseThrow();
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port", e);
    }
  }

  String master() {
    return "spark://127.0.0.1:" + port;
  }

  private void daemon(String name, String main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("-Xmx300m", "-cp", home + "/jars/*", PACKAGE + main, "--host", "127.0.0.1"));
    command.addAll(List.of(arguments));
    daemons.add(run(command, Files.createDirectories(folder.resolve(name))).process());
  }

  private Accelerant.Running run(List<String> command, Path scratch) {
    return Accelerant.java(
        command, scratch, Map.of("SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.13"));
  }

  /** The master's page tells how many workers have come. */
  private void awaitWorkers() throws IOException, InterruptedException {
    Instant limit = Instant.now().plus(Duration.ofMinutes(2));
    String last = "nothing";
    while (Instant.now().isBefore(limit)) {
      Thread.sleep(200);
      try (var in = URI.create("http://127.0.0.1:" + page + "/json/").toURL().openStream()) {
        JsonNode state = new ObjectMapper().readTree(in);
        last = state.toString();
        if (state.path("aliveworkers").asInt() == WORKERS) {
          return;
        }
      } catch (IOException e) {
        last = e.toString(); // not up yet
      }
    }
    throw new IllegalStateException("no two workers after 2 minutes: " + last);
  }

  /**
   * Submits the application jar in client mode.
   *
   * @param scratch of the driver, new for each
   * @param settings of Spark, such as {@code spark.eventLog.enabled=true}; the last one wins
   */
  Accelerant.Running submit(Path scratch, List<String> settings, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("-cp", home + "/jars/*", PACKAGE + "SparkSubmit", "--master", master()));
    List<String> all =
        new ArrayList<>(
            List.of(
                "spark.ui.enabled=false",
                "spark.serializer=org.apache.spark.serializer.KryoSerializer",
                "spark.executor.memory=700m",
                "spark.executor.cores=1",
                "spark.executor.extraJavaOptions="
                    + String.join(" ", Accelerant.CHEAP_START.subList(0, 3))));
    all.addAll(settings);
    all.forEach(setting -> command.addAll(List.of("--conf", setting)));
    command.addAll(List.of("--class", Main.class.getName(), applicationJar().toString()));
    command.addAll(List.of(arguments));
    return run(command, Files.createDirectories(scratch));
  }

  /** An executor that has run tasks of whichever application runs. */
  Optional<ProcessHandle> executorAtWork() {
    return daemons.stream().flatMap(Executors::all).filter(Executors::hasWorked).findFirst();
  }

  /** Ends all daemons and what they started. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>();
    for (Process daemon : daemons) {
      daemon.descendants().forEach(all::add);
      all.add(daemon.toHandle());
    }
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }
}
