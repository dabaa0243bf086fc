package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher with a Java and a Maven that only say how they were called. */
@Timeout(60)
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2025-04-15' >&2; exit; fi
      for word in "$@"; do echo "[$word]"; done
      [ -z "$TELL_LOCALE" ] || echo "LC_ALL=$LC_ALL LC_CTYPE=$LC_CTYPE"
      echo "kernel=$OPENBLAS_CORETYPE $DNNL_MAX_CPU_ISA ip=$SPARK_LOCAL_IP"
      """;
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$@" >>"$MAVEN_CALLS"
      [ ! -e "$MAVEN_CALLS.broken" ] || { echo "it is broken"; exit 1; }
      root=$(dirname "$4")
      mkdir -p "$root/jobs/target/launch" "$root/core/target"
      touch "$root/core/target/core.jar"
      echo "-Done --add-modules=jdk.incubator.vector -Dtwo" >"$root/jobs/target/launch/jvm.options"
      echo "$root/core/target/core.jar:/elsewhere/spark.jar" >"$root/jobs/target/launch/classpath"
      """;

  @TempDir Path folder;
  private Path project;
  private Path calls;

  @BeforeEach
  void emptyProject() throws IOException {
    folder = folder.toRealPath();
    project = folder.resolve("a project");
    calls = folder.resolve("calls");
    Files.createDirectories(project.resolve("core/src/main/java"));
    Files.writeString(project.resolve("pom.xml"), "<project/>");
    Files.writeString(project.resolve("core/src/main/java/A.java"), "class A {}");
    script(project.resolve("jobs/bin/accelerant"), launcher());
    script(folder.resolve("jdk/bin/java"), JAVA.replace("VERSION", "17.0.1"));
    script(folder.resolve("tools/mvn"), MAVEN);
  }

  private static String launcher() throws IOException {
    return Files.readString(Accelerant.project().resolve("jobs/bin/accelerant"));
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Accelerant.Outcome launch(String... arguments) throws Exception {
    return launch(project.resolve("jobs/bin/accelerant"), Map.of(), arguments);
  }

  private Accelerant.Outcome launch(
      Path launcher, Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeAll(
            List.of(
                "OPENBLAS_CORETYPE",
                "DNNL_MAX_CPU_ISA",
                "ACCELERANT_HEAP",
                "TMPDIR",
                "JAVA_TOOL_OPTIONS"));
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("MAVEN_CALLS", calls.toString());
    builder.environment().merge("PATH", folder + "/tools", (old, tools) -> tools + ":" + old);
    builder.environment().putAll(environment);
    return new Accelerant.Running(builder.start(), out, err).finish();
  }

  private int builds() throws IOException {
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }

  @Test
  void buildsOnceAndPassesEverythingOn() throws Exception {
    Accelerant.Outcome first = launch("lsd", "--set", "lsd.teacher=a b", "--set", "x=$y");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.err()).contains("building " + project);
    assertThat(first.out().lines().toList())
        .startsWith(
            "[-Done]",
            "[-Dtwo]",
            "[-XX:G1HeapRegionSize=8m]",
            "[-Xmx2g]",
            "[-Djava.awt.headless=true]")
        .contains("[-Dlog4j2.configurationFile=" + project + "/conf/log4j2.properties]")
        .contains(
            Text.of(
                "[%s/jobs/target/classes:%s/core/target/core.jar:/elsewhere/spark.jar]",
                project, project))
        .containsSequence(
            "[io.accelerant.jobs.Main]", "[lsd]", "[--set]", "[lsd.teacher=a b]", "[--set]")
        .endsWith("[x=$y]", "kernel=  ip=127.0.0.1");
    assertThat(launch("lsd").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
    assertThat(Files.readString(calls)).contains("-DskipTests").contains(" package");
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    launch();
    Path source = project.resolve("core/src/main/java/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    launch();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainWhenTheProjectHasMoved() throws Exception {
    launch();
    Path moved = folder.resolve("moved");
    Files.move(project, moved);
    Accelerant.Outcome outcome = launch(moved.resolve("jobs/bin/accelerant"), Map.of());
    assertThat(outcome.out()).contains(moved + "/core/target/core.jar");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void isFoundThroughLinks() throws Exception {
    Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("a project/jobs/bin"));
    Path two = Files.createSymbolicLink(folder.resolve("two"), one.resolve("accelerant"));
    assertThat(launch(two, Map.of(), "lsd").out()).contains(project + "/core/target/core.jar");
  }

  @Test
  void brokenBuildShowsItsLog() throws Exception {
    Files.createFile(folder.resolve("calls.broken"));
    Accelerant.Outcome outcome = launch("lsd");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("it is broken", "the build failed");
    assertThat(outcome.line().get("status").asText()).isEqualTo("failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_392", "11.0.2", "18", "25.0.1"})
  void everyJavaBut17And21IsRefused(String version) throws Exception {
    script(folder.resolve("jdk/bin/java"), JAVA.replace("VERSION", version));
    Accelerant.Outcome outcome = launch("lsd");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText())
        .contains("is Java " + version.split("\\.")[0] + "; Accelerant needs 17 or 21");
    assertThat(builds()).isZero();
  }

  @Test
  void java21IsTaken() throws Exception {
    script(folder.resolve("jdk/bin/java"), JAVA.replace("VERSION", "21.0.5"));
    assertThat(launch("lsd").exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "2gb", "g", "-1"})
  void aHeapThatIsNoSizeIsRefused(String heap) throws Exception {
    refused(Map.of("ACCELERANT_HEAP", heap), "ACCELERANT_HEAP is " + heap);
  }

  private void refused(Map<String, String> environment, String why) throws Exception {
    Accelerant.Outcome outcome = launch(project.resolve("jobs/bin/accelerant"), environment, "lsd");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains(why);
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void aProjectThatCannotBeBuiltWhereItIsSaysSo() throws Exception {
    Files.createFile(project.resolve("jobs/target"));
    refused(
        Map.of(), "is not built, or a source is newer than the build, and it cannot be written");
  }

  @Test
  void aPathWithAColonIsRefused() throws Exception {
    Path moved = Files.move(project, folder.resolve("a:b"));
    Accelerant.Outcome outcome = launch(moved.resolve("jobs/bin/accelerant"), Map.of(), "lsd");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("has a colon in it");
  }

  @Test
  void aClassPathThatIsNotThereIsNamed() throws Exception {
    launch();
    Files.delete(project.resolve("core/target/core.jar"));
    refused(Map.of(), "core.jar is on the class path and cannot be read");
  }

  @ParameterizedTest
  @CsvSource({"'LC_ALL=C', LC_ALL=C.UTF-8", "'LC_ALL= LANG=C', LC_CTYPE=C.UTF-8"})
  void javaGetsNamesOfAllFilesInThePlainLocale(String given, String set) throws Exception {
    Map<String, String> environment = new HashMap<>(Map.of("TELL_LOCALE", "yes"));
    for (String one : given.split(" ")) {
      environment.put(one.split("=", 2)[0], one.split("=", 2)[1]);
    }
    Accelerant.Outcome outcome = launch(project.resolve("jobs/bin/accelerant"), environment);
    assertThat(outcome.out()).contains(set);
  }

  @Test
  void temporaryFilesGoWhereTheSystemSays() throws Exception {
    Path launcher = project.resolve("jobs/bin/accelerant");
    assertThat(launch(launcher, Map.of("TMPDIR", "/a b")).out())
        .contains("[-Djava.io.tmpdir=/a b]");
    Map<String, String> both = Map.of("TMPDIR", "/a", "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/b");
    assertThat(launch(launcher, both).out()).doesNotContain("[-Djava.io.tmpdir");
  }

  @Test
  void aSmallLimitOfFilesAndClosedStreamsAreSeen() throws Exception {
    launch();
    String launcher = "'" + project.resolve("jobs/bin/accelerant") + "' lsd";
    Path shell = folder.resolve("shell");
    script(shell, "#!/bin/bash\nulimit -n 64\n" + launcher);
    assertThat(launch(shell, Map.of()).line().get("error").asText()).contains("ulimit -n 4096");
    script(shell, "#!/bin/bash\n" + launcher + " <&- >&- 2>&-");
    assertThat(launch(shell, Map.of()).exitCode()).isZero();
  }

  @Test
  void missingJavaIsRefused() throws Exception {
    Files.delete(folder.resolve("jdk/bin/java"));
    Accelerant.Outcome outcome = launch("lsd");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains("JAVA_HOME");
  }

  @Test
  void environmentReachesTheProcess() throws Exception {
    Map<String, String> environment = Map.of("ACCELERANT_HEAP", "5g", "SPARK_LOCAL_IP", "10.0.0.1");
    Accelerant.Outcome outcome =
        launch(project.resolve("jobs/bin/accelerant"), environment, "--set", "engine.kernel=Zen");
    assertThat(outcome.out()).contains("[-Xmx5g]", "kernel=Zen AVX2 ip=10.0.0.1");
  }
}
