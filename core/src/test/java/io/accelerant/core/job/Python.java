package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** python3 with numpy, as a user would load an artifact; tests are skipped where there is none. */
public final class Python {
  private static final List<String> CANDIDATES = List.of("python3", "/usr/bin/python3");

  private static Optional<String> found;

  private Python() {}

  /**
   * Runs a program to its end.
   *
   * @param folder where it runs
   * @return what it printed
   */
  public static String run(Path folder, String program, String... arguments)
      throws IOException, InterruptedException {
    Optional<String> python = find();
    assumeTrue(python.isPresent(), "skipped: python3 with numpy is not on this machine");
    List<String> command = new ArrayList<>(List.of(python.get(), "-B", "-c", program));
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile("python", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends within a minute").isTrue();
      String said = Files.readString(log, StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as(said).isZero();
      return said.strip();
    } finally {
      Files.delete(log);
    }
  }

  private static synchronized Optional<String> find() throws InterruptedException {
    if (found == null) {
      found = Optional.empty();
      for (String candidate : CANDIDATES) {
        if (found.isEmpty() && hasNumpy(candidate)) {
          found = Optional.of(candidate);
        }
      }
    }
    return found;
  }

  private static boolean hasNumpy(String candidate) throws InterruptedException {
    try {
      return new ProcessBuilder(candidate, "-c", "import numpy")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notThere) {
      return false;
    }
  }
}
