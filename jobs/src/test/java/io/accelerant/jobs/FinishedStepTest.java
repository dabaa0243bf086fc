package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.SparkTest;
import io.accelerant.distill.sample.SampleJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedStepTest extends SparkTest {
  @TempDir Path scratch;

  private List<String> sets(String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "sample.model=markov:1:" + scratch.resolve("corpus"),
                "sample.count=16",
                "sample.length=16",
                "sample.steps=2",
                "run.output=" + scratch.resolve("samples-{version}")));
    sets.addAll(List.of(more));
    return sets;
  }

  private Optional<String> found(String... more) {
    SampleJob job = new SampleJob();
    JobConfig config = JobConfig.load(List.of(), sets(more), job.keys());
    return FinishedStep.find(job, config, new Configuration()).map(Artifact::uri);
  }

  private void run(String[] arguments) {
    Accelerant.Outcome outcome = Accelerant.run(arguments);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
  }

  private void sample(String... more) {
    List<String> arguments = new ArrayList<>(List.of("sample"));
    sets(more).forEach(set -> arguments.addAll(List.of("--set", set)));
    run(arguments.toArray(String[]::new));
  }

  @Test
  void isTheNewestOfTheSameSettingsAndInputs() throws IOException {
    Path corpus = scratch.resolve("corpus");
    Path source = SmallTeacher.write(scratch.resolve("source.txt"));
    run(SmallTeacher.prepare(source.toString(), corpus.toString()));
    assertThat(found()).isEmpty();
    sample();
    sample();
    sample("sample.count=17");
    assertThat(found()).hasValueSatisfying(uri -> assertThat(uri).endsWith("samples-2"));
    assertThat(found("sample.count=17"))
        .hasValueSatisfying(uri -> assertThat(uri).endsWith("samples-3"));
    assertThat(found("run.seed=43")).isEmpty();
    assertThat(found("run.name=other", "spark.ui.enabled=true"))
        .as("settings that do not count for the content")
        .isPresent();

    FileUtil.fullyDelete(corpus.toFile());
    assertThat(found()).as("an input that is gone").isEmpty();
    Files.writeString(source, Files.readString(source).replace("another", "no other"));
    run(SmallTeacher.prepare(source.toString(), corpus.toString()));
    assertThat(found()).as("another input of the same name").isEmpty();
  }
}
