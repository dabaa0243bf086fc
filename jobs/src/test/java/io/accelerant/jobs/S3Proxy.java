package io.accelerant.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** An S3 server, s3proxy on a folder, in a process of its own; a bucket is a folder below. */
final class S3Proxy implements AutoCloseable {
  static final String ACCESS_KEY = "accelerant-tests";
  static final String SECRET_KEY = "kWm3Zx-not-to-be-seen-9Qd7";

  private static final class Shared {
    static final S3Proxy SERVER = start();

    private static S3Proxy start() {
      try {
        S3Proxy server = S3Proxy.start(Files.createTempDirectory(TARGET, "s3-shared"));
        Runtime.getRuntime().addShutdownHook(new Thread(server::kill));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final Path TARGET = Accelerant.project().resolve("jobs/target");

  private final Path folder;
  private final int port;
  private Process process;

  private S3Proxy(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** The server of all tests that leave it running; each takes buckets of its own. */
  static S3Proxy shared() {
    return Shared.SERVER;
  }

  /**
   * A server that a test may kill.
   *
   * @param scratch gets the buckets and the log
   */
  static S3Proxy start(Path scratch) {
    try {
      S3Proxy server = new S3Proxy(Files.createDirectories(scratch.resolve("s3")), freePort());
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts the server, again after {@link #kill}: the same port and the same objects. */
  void start() throws IOException {
    Path properties = folder.resolveSibling("s3proxy.properties");
    Files.write(
        properties,
        List.of(
            "s3proxy.endpoint=" + endpoint(),
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + ACCESS_KEY,
            "s3proxy.credential=" + SECRET_KEY,
            "s3proxy.v4-max-non-chunked-request-size=134217728",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + folder));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Accelerant.CHEAP_START.subList(0, 3));
    command.addAll(List.of("-Xmx256m", "-jar", jar().toString()));
    command.addAll(List.of("--properties", properties.toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolveSibling("s3proxy.log").toFile()))
            .start();
    awaitPort();
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(TARGET.resolve("s3proxy"))) {
      return files.filter(f -> f.toString().endsWith(".jar")).findFirst().orElseThrow();
    }
  }

  private void awaitPort() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          process.destroyForcibly();
          throw new IOException(
              "no server: " + Files.readString(folder.resolveSibling("s3proxy.log")), notYet);
        }
        pause();
      }
    }
  }

  private void pause() {
    try {
      process.waitFor(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SIGKILL, in the middle of whatever it does. */
  void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  int port() {
    return port;
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** Makes a bucket; returns its URI without a slash at the end. */
  String bucket(String name) throws IOException {
    Files.createDirectories(folder.resolve(name));
    return "s3a://" + name;
  }

  /** The file that holds an object. */
  Path object(String uri) {
    return folder.resolve(uri.substring("s3a://".length()));
  }

  /** What S3A must be told to speak with a server at an endpoint. */
  static Map<String, String> access(String endpoint) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("fs.s3a.endpoint", endpoint);
    settings.put("fs.s3a.endpoint.region", "us-east-1");
    settings.put("fs.s3a.path.style.access", "true");
    settings.put("fs.s3a.connection.ssl.enabled", "false");
    settings.put("fs.s3a.access.key", ACCESS_KEY);
    settings.put("fs.s3a.secret.key", SECRET_KEY);
    return settings;
  }

  /** The same as arguments of a command. */
  static List<String> arguments(Map<String, String> access) {
    List<String> arguments = new ArrayList<>();
    access.forEach(
        (key, value) -> arguments.addAll(List.of("--set", "spark.hadoop." + key + "=" + value)));
    return arguments;
  }

  /** The same for a client in this process. */
  static Configuration configuration(Map<String, String> access) {
    Configuration hadoop = new Configuration();
    access.forEach(hadoop::set);
    return hadoop;
  }

  @Override
  public void close() {
    kill();
  }
}
