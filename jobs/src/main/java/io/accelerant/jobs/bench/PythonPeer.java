package io.accelerant.jobs.bench;

import io.accelerant.core.artifact.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A script of this package beside its input, run by a Python that has torch. */
final class PythonPeer implements AutoCloseable {
  private static final String INPUT = "bench.json";

  private final String python;
  private final String script;
  private final Path folder;

  private PythonPeer(String python, String script, Path folder) {
    this.python = python;
    this.script = script;
    this.folder = folder;
  }

  /** The peer with its input written to a folder of its own; empty where no Python has torch. */
  static Optional<PythonPeer> of(String script, Map<String, ?> input) {
    return python()
        .map(
            python -> {
              try (InputStream in = PythonPeer.class.getResourceAsStream(script)) {
                Path folder = Files.createTempDirectory("accelerant-bench");
                Files.write(folder.resolve(script), in.readAllBytes());
                Files.write(folder.resolve(INPUT), CanonicalJson.bytes(input));
                return new PythonPeer(python, script, folder);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static Optional<String> python() {
    for (String candidate : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(candidate, "-c", "import torch")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return Optional.of(candidate);
        }
      } catch (IOException notThere) {
        // the next one
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return Optional.empty();
  }

  /** Runs it; what it prints is one JSON object. */
  Map<String, Object> run(int threads) {
    ProcessBuilder builder =
        new ProcessBuilder(
            python,
            folder.resolve(script).toString(),
            folder.resolve(INPUT).toString(),
            Integer.toString(threads));
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the peer failed: " + out);
      }
      return CanonicalJson.readObject(out, "the peer's answer");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    for (String name : List.of(script, INPUT, "")) {
      try {
        Files.deleteIfExists(folder.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
