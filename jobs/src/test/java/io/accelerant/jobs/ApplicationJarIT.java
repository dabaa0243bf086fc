package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The application jar as spark-submit runs it: nothing but Spark's own jars on the class path. */
@Timeout(300)
class ApplicationJarIT {
  private static final Path TARGET = Accelerant.project().resolve("jobs/target");

  @TempDir Path scratch;

  @Test
  void holdsOurCodeAndNothingOfSpark() throws IOException {
    try (JarFile jar = new JarFile(StandaloneCluster.applicationJar().toFile())) {
      List<String> names = jar.stream().map(JarEntry::getName).toList();
      assertThat(names)
          .doesNotHaveDuplicates()
          .contains(
              "io/accelerant/jobs/Main.class",
              "io/accelerant/core/config/JobConfig.class",
              "picocli/CommandLine.class",
              "META-INF/LICENSE",
              "accelerant-version.properties")
          .noneMatch(name -> name.matches("(org/apache/(spark|hadoop|logging)|scala|org/slf4j)/.*"))
          .noneMatch(name -> name.startsWith("com/fasterxml/jackson/"))
          .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA)|.*module-info\\.class"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.accelerant.jobs.Main");
    }
  }

  /** Two versions of one class on a class path are an error that shows itself somewhere else. */
  @Test
  void hasNoClassThatAStockSparkHasToo() throws IOException {
    Set<String> ours = classes(StandaloneCluster.applicationJar());
    for (String stock : StandaloneCluster.stockClassPath().split(File.pathSeparator)) {
      Set<String> both = classes(Path.of(stock));
      both.retainAll(ours);
      assertThat(both).as(stock).isEmpty();
    }
  }

  private static Set<String> classes(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(JarEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .filter(name -> !name.endsWith("module-info.class"))
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  @Test
  void isAsLargeAsTheReadmeSays() throws IOException {
    String readme = Files.readString(Accelerant.project().resolve("README.md"));
    Matcher stated = Pattern.compile("application jar \\((\\d+) MB\\)").matcher(readme);
    assertThat(stated.find()).as("README states the size").isTrue();
    double megabytes = Files.size(StandaloneCluster.applicationJar()) / 1e6;
    assertThat(megabytes).isCloseTo(Double.parseDouble(stated.group(1)), withinPercentage(3));
  }

  @Test
  void runsUnderSparkSubmitWhoseMasterWins() throws IOException {
    Accelerant.Outcome outcome =
        submit(
            ProbeMain.class,
            "probe",
            "--set",
            "run.output=/out",
            "--set",
            "probe.teacher=ann",
            "--set",
            "spark.master=local[7]",
            "--set",
            "probe.behaviour=chatter");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("status").asText()).isEqualTo("ok");
    assertThat(outcome.err())
        .contains("spark.master (--set) is ignored", "Starting Spark on local[2]", "| id|");
  }

  @Test
  void failureInATaskKeepsItsExitCodeUnderSparkSubmit() throws IOException {
    Accelerant.Outcome outcome =
        submit(
            ProbeMain.class,
            "probe",
            "--set",
            "run.output=/out",
            "--set",
            "probe.teacher=ann",
            "--set",
            "probe.behaviour=task");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(3);
    assertThat(outcome.line().get("error").asText()).isEqualTo("row 7 is bad");
  }

  @Test
  void sparkSubmitPublishesWhatAnEmbeddedRunPublishes() throws IOException {
    Path text = scratch.resolve("text.txt");
    Files.writeString(
        text,
        IntStream.range(0, 300)
            .mapToObj(i -> "a document about the number " + Integer.toString(i, 36) + "\n")
            .collect(Collectors.joining()));
    String[] job = {
      "prepare-text",
      "--set",
      "prepareText.source=" + text,
      "--set",
      "prepareText.length=16",
      "--set",
      "run.output=" + scratch + "/{version}"
    };
    Accelerant.Outcome submitted = submit(Main.class, job);
    assertThat(submitted.exitCode()).as(submitted.err()).isZero();
    Accelerant.Outcome embedded = Accelerant.run(job);
    assertThat(embedded.exitCode()).as(embedded.err()).isZero();
    assertThat(embedded.line().get("artifact")).isNotEqualTo(submitted.line().get("artifact"));
    assertThat(embedded.line().get("contentHash")).isEqualTo(submitted.line().get("contentHash"));
    assertThat(embedded.line().get("metrics")).isEqualTo(submitted.line().get("metrics"));
  }

  @Test
  void unknownCommandIsExitTwoUnderSparkSubmit() throws IOException {
    Accelerant.Outcome outcome = submit(Main.class, "artefact");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("the nearest is artifact");
  }

  @Test
  void launcherRunsWhatWasBuilt() throws Exception {
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    Process process =
        new ProcessBuilder(
                Accelerant.project().resolve("jobs/bin/accelerant").toString(), "--version")
            .directory(scratch.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    Accelerant.Outcome outcome = new Accelerant.Running(process, out, err).finish();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("accelerant 0.1.0+");
    assertThat(outcome.err()).doesNotContain("building");
  }

  private Accelerant.Outcome submit(Class<?> main, String... arguments) throws IOException {
    return submit(scratch, List.of(), main, arguments);
  }

  /** In client mode on {@code local[2]}, with the tests as a second jar and others after it. */
  static Accelerant.Outcome submit(
      Path scratch, List<Path> jars, Class<?> main, String... arguments) throws IOException {
    Files.createDirectories(scratch.resolve("home/jars"));
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "-cp",
            StandaloneCluster.stockClassPath(),
            "org.apache.spark.deploy.SparkSubmit",
            "--master",
            "local[2]",
            "--conf",
            "spark.ui.enabled=false",
            "--jars",
            Stream.concat(
                    Stream.of(
                        Accelerant.jar(
                            TARGET.resolve("test-classes"), scratch.resolve("tests.jar"))),
                    jars.stream())
                .map(Path::toString)
                .collect(Collectors.joining(",")),
            "--class",
            main.getName(),
            StandaloneCluster.applicationJar().toString()));
    command.addAll(List.of(arguments));
    Map<String, String> environment =
        Map.of("SPARK_HOME", scratch.resolve("home").toString(), "SPARK_SCALA_VERSION", "2.13");
    return Accelerant.java(command, scratch, environment).finish();
  }
}
