package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import-model} as a user runs it, on a small random model. */
class ImportModelCommandTest {
  private static final Path MODEL = Path.of("../core/src/test/resources/golden-models/gpt2-f32");

  @TempDir Path folder;

  private Accelerant.Outcome run(Path source, String... more) {
    String[] line = {
      "import-model",
      "--conf",
      "../conf/import-model.conf",
      "--set",
      "importModel.source=" + source,
      "--set",
      "run.output=" + folder.resolve("model")
    };
    String[] all = java.util.Arrays.copyOf(line, line.length + more.length);
    System.arraycopy(more, 0, all, line.length, more.length);
    return Accelerant.run(all);
  }

  @Test
  void importsAndPrintsOneLine() {
    Accelerant.Outcome outcome = run(MODEL);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("status").asText()).isEqualTo("ok");
    assertThat(outcome.line().get("metrics").get("parameters").asInt()).isEqualTo(27936);
    assertThat(Accelerant.run("artifact", "verify", outcome.line().get("artifact").asText()))
        .matches(verified -> verified.exitCode() == 0);
  }

  @Test
  void badInputIsExitCodeThree() {
    Accelerant.Outcome outcome = run(folder);
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err()).contains("holds no config.json").doesNotContain("\tat ");
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void aDryRunPublishesNothing() {
    Accelerant.Outcome outcome = run(MODEL, "--dry-run");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("28 tensors (27,936 parameters) of a gpt2");
    assertThat(folder.resolve("model")).doesNotExist();
  }
}
