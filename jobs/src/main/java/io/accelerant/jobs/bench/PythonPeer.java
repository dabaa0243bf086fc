package io.accelerant.jobs.bench;

import io.accelerant.core.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A script of this package, run by a Python that has what it imports. */
record PythonPeer(String python, Path script) {
  /** Where a Python is looked for. */
  static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  /**
   * The peer; empty where no Python can import the modules.
   *
   * @param script resource of this package, written to the folder
   * @param modules such as {@code torch}
   */
  static Optional<PythonPeer> of(String script, Scratch folder, String modules) {
    return of(PYTHONS, script, folder, modules);
  }

  static Optional<PythonPeer> of(
      List<String> pythons, String script, Scratch folder, String modules) {
    return pythons.stream()
        .filter(python -> imports(python, modules))
        .findFirst()
        .map(
            python -> {
              folder.resource(PeerTensors.READER);
              return new PythonPeer(python, folder.resource(script));
            });
  }

  private static boolean imports(String python, String modules) {
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import " + modules)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs it; what it prints is one JSON object. */
  Map<String, Object> run(Map<String, String> environment, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
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

  static double number(Map<String, Object> answer, String name) {
    return ((Number) answer.get(name)).doubleValue();
  }
}
