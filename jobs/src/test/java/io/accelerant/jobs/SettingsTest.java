package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of {@code conf/}. */
class SettingsTest {
  private static final Path CONF = Accelerant.project().resolve("conf");

  private static Properties properties(String file) throws IOException {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(CONF.resolve(file))) {
      properties.load(in);
    }
    return properties;
  }

  @Test
  void sparkDefaultsHoldSparkSettingsOnly() throws IOException {
    assertThat(properties("spark-defaults.conf").stringPropertyNames())
        .isNotEmpty()
        .allMatch(key -> key.startsWith("spark."))
        .doesNotContain("spark.master");
  }

  @Test
  void loggingGoesToStandardError() throws IOException {
    Properties logging = properties("log4j2.properties");
    assertThat(logging.getProperty("appender.stderr.target")).isEqualTo("SYSTEM_ERR");
    assertThat(logging.getProperty("rootLogger.level")).isEqualTo("warn");
  }

  /** Example configurations are called by their job, such as {@code lsd-countdown.conf}. */
  static Stream<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(CONF);
        Stream<Path> more = Files.list(CONF.resolve("checkpoint"))) {
      return Stream.concat(files, more)
          .filter(
              f ->
                  f.toString().endsWith(".conf")
                      && !f.getFileName().toString().startsWith("spark-"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("examples")
  void exampleIsAConfigurationOfItsJob(Path file) {
    String name = file.getFileName().toString();
    String job =
        Commands.all().stream()
            .map(JobCommand::name)
            .filter(name::startsWith)
            .max(Comparator.comparingInt(String::length))
            .orElseThrow(() -> new AssertionError("no job is called like " + name));
    Accelerant.Outcome outcome =
        Accelerant.run(
            job, "--conf", file.toString(), "--set", "run.output=/nowhere", "--print-config");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
  }
}
