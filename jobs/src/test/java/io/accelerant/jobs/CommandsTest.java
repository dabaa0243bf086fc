package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.RunKeys;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every job is reachable, and under a sound name. */
class CommandsTest {
  private static final List<Job> JOBS = Commands.all().stream().map(JobCommand::job).toList();

  @Test
  void everyJobHasACommand() {
    List<String> jobs =
        ArchitectureTest.CLASSES.stream()
            .filter(ArchitectureTest::isJob)
            .map(JavaClass::getName)
            .toList();
    assertThat(JOBS)
        .extracting(job -> job.getClass().getName())
        .containsExactlyInAnyOrderElementsOf(jobs);
  }

  @Test
  void namesAreUniqueWordsWithDashes() {
    assertThat(JOBS)
        .extracting(Job::name)
        .doesNotHaveDuplicates()
        .allMatch(n -> n.matches("[a-z][a-z0-9-]*"));
  }

  @Test
  void everyJobHasTheCommonKeysAndEachKeyOnce() {
    for (Job job : JOBS) {
      List<String> common = RunKeys.and(List.of()).stream().map(Key::path).toList();
      assertThat(job.keys())
          .as(job.name())
          .extracting(Key::path)
          .containsAll(common)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void everyJobHasHelp() {
    for (Job job : JOBS) {
      assertThat(Accelerant.run("help", job.name()).out()).contains("run.output", job.summary());
    }
  }

  @Test
  void helpShowsEveryJobOnceWithAnExampleThatIsThere() {
    String help = Accelerant.run("--help").out();
    for (JobCommand job : Commands.all()) {
      assertThat(help).containsOnlyOnce("\n      " + job.job().summary() + "\n");
      job.example()
          .ifPresent(
              conf -> {
                assertThat(help).contains("accelerant " + job.name() + " --conf " + conf + "\n");
                assertThat(Accelerant.project().resolve(conf)).isRegularFile();
              });
    }
    assertThat(help).contains("Other commands:", "explain-gpu").doesNotContain("Others:");
    assertThat(help.lines()).allMatch(line -> line.length() <= 106);
  }

  @Test
  void completionIsAScriptThatTheShellReads() throws Exception {
    String script = Accelerant.run("completion").out();
    assertThat(script).contains("dc-solver", "--print-config");
    Process shell = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
    try (var in = shell.outputWriter()) {
      in.write(script);
    }
    assertThat(new String(shell.getInputStream().readAllBytes())).isEmpty();
    assertThat(shell.waitFor()).isZero();
  }
}
