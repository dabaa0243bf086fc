package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.WithoutSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** It needs no Spark. */
class ReplayTest {
  private static final JobContext CONTEXT = WithoutSpark.CONTEXT;

  @TempDir Path folder;

  private JobResult run(String name, String content, String... sets) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("fastlightgen.of=" + file);
    all.add("run.output=" + folder.resolve("out-{version}"));
    FastLightGenJob job = new FastLightGenJob();
    return job.run(CONTEXT, JobConfig.load(List.of(), all, job.keys()));
  }

  private static double metric(JobResult result, String name) {
    return result.metrics().get(name).doubleValue();
  }

  private static Map<String, Object> result(JobResult found) {
    return Artifact.open(found.artifact(), CONTEXT.hadoop()).readJson("result.json");
  }

  @Test
  void importanceAndSizesGiveThePlan() throws IOException {
    String file = "{\"delta\": [5, 2, 3, 1, 0], \"size\": 10, \"fraction\": 0.4}";
    Map<String, Object> guarded = result(run("a.json", file));
    assertThat(guarded).containsEntry("removed", List.of(1, 3)).containsEntry("share", .4);
    assertThat(guarded).containsEntry("order", List.of(3, 1, 2));
    assertThat(guarded).containsEntry("skippable", List.of(1, 3));
    JobResult free = run("a.json", file, "fastlightgen.guard=false");
    assertThat(result(free)).containsEntry("removed", List.of(3, 4));
    assertThat(metric(free, "kept.4")).isZero();
    assertThat(metric(free, "kept.0")).isOne();
  }

  /** A block a line; the fraction is that of the key. */
  @Test
  void jsonLinesAreColumns() throws IOException {
    String lines =
        "{\"delta\": 9, \"size\": 1}\n{\"delta\": 1, \"size\": 6}\n\n{\"delta\": 0, \"size\": 2}\n"
            + "{\"delta\": 8, \"size\": 1}\n";
    assertThat(result(run("a.jsonl", lines, "fastlightgen.prune=0.3")))
        .containsEntry("removed", List.of(1, 2));
    assertThat(result(run("a.jsonl", lines, "fastlightgen.prune=0.2")))
        .containsEntry("removed", List.of(2));
  }

  @Test
  void velocitiesAreGuidedByBothReadings() throws IOException {
    String file =
        "{\"whole\": [[2, 1], [0, 1]], \"pruned\": [[1, 1], [0, 3]], \"none\": [[0, 0], [1, 1]],"
            + " \"guidance\": [2, 3], \"contrast\": 0.5}";
    JobResult away = run("a.json", file);
    assertThat(metric(away, "velocity.0.0")).isEqualTo(2 * 2 + .5);
    assertThat(metric(away, "velocity.1.1")).isEqualTo(1 + 3 * 0 + .5 * -2);
    assertThat(metric(away, "velocityNorm"))
        .isCloseTo(Math.sqrt(4.5 * 4.5 + 2 * 2 + 2 * 2 + 0), within(1e-14));
    JobResult between = run("a.json", file, "fastlightgen.mode=interpolate");
    assertThat(metric(between, "velocity.0.0")).isEqualTo(2 * 1.5);
    assertThat(metric(between, "velocity.1.1")).isEqualTo(1 + 3 * (2 - 1));
    String said = file.replace("}", ", \"mode\": \"INTERPOLATE\"}");
    assertThat(metric(run("a.json", said), "velocity.0.0")).isEqualTo(3);
  }

  @Test
  void samplesHaveTheirGradientAndItsDivisors() throws IOException {
    JobResult found =
        run(
            "a.json",
            "{\"x\": [[1, 2], [5, 5]], \"xR\": [[0, 0], [5, 5]], \"xF\": [[0.5, -1], [4, 7]],"
                + " \"floor\": 0.1}");
    assertThat(metric(found, "divisor.0")).isEqualTo(1.5);
    assertThat(metric(found, "divisor.1")).isEqualTo(.1);
    assertThat(metric(found, "gradient.0.1")).isCloseTo(-1 / 1.5 / 4, within(1e-15));
    assertThat(metric(found, "gradient.1.0")).isCloseTo(-10. / 4, within(1e-15));
    double squares = (.25 + 1) / 2.25 + 100 + 400;
    assertThat(metric(found, "loss")).isCloseTo(squares / 8, within(1e-12));
  }

  @Test
  void oneFileMayAskForAll() throws IOException {
    JobResult found =
        run(
            "a.json",
            "{\"delta\": [3, 1, 2, 9], \"size\": [1, 1, 1, 1], \"fraction\": 0.25, \"x\": [1],"
                + " \"xR\": [0], \"xF\": [2], \"whole\": [1], \"pruned\": [2], \"none\": [0],"
                + " \"guidance\": 1, \"contrast\": 0}");
    assertThat(metric(found, "share")).isEqualTo(.25);
    assertThat(metric(found, "velocity.0.0")).isEqualTo(1);
    assertThat(metric(found, "gradient.0.0")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|asks for nothing",
        "{\"deltas\": [1]}|deltas is not known",
        "{\"delta\": [1, 2, 3]}|size must be a number, or a list of numbers, is missing",
        "{\"delta\": [1, 2, 3], \"size\": [1, 2]}|size has 2 numbers, there are 3",
        "{\"delta\": [1, 2, 3], \"size\": 0.5}|size must be whole numbers of at least 1",
        "{\"delta\": [1, \"b\"], \"size\": 1}|delta[1] must be a number, is b",
        "{\"delta\": [1, 2, 3], \"size\": 1, \"fraction\": 0.6}|1 of 3 blocks may go",
        "{\"x\": [1], \"xR\": [1]}|xF must be a list of numbers, or of such lists, is missing",
        "{\"x\": [[1], [1, 2]], \"xR\": [1], \"xF\": [1]}|x[1] has 2 numbers, x[0] has 1",
        "{\"x\": [1], \"xR\": [1, 2], \"xF\": [1]}|xR is [1][2], x is [1][1]",
        "{\"x\": [1], \"xR\": [1], \"xF\": [1], \"floor\": 0}|floor must be a positive number",
        "{\"whole\": [1], \"pruned\": [1], \"none\": [1], \"guidance\": 1}|contrast must be a"
            + " number",
        "{\"whole\": [1], \"pruned\": [1], \"none\": [1], \"guidance\": 1, \"contrast\": 1,"
            + " \"mode\": \"away\"}|mode must be extrapolate or interpolate, is away"
      })
  void whatCannotBeComputedIsRefusedInOneLine(String content, String message) {
    assertThatThrownBy(() -> run("a.json", content))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void linesMustBeAlike() {
    assertThatThrownBy(() -> run("a.jsonl", "{\"delta\": 1, \"size\": 1}\n{\"delta\": 1}\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 2 must be an object with the fields of the first line");
  }

  @Test
  void aFractionOutsideIsRefusedByItsKey() {
    assertThatThrownBy(() -> run("a.json", "{}", "fastlightgen.prune=1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.prune");
  }
}
