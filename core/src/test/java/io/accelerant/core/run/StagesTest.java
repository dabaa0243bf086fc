package io.accelerant.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.JobContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagesTest {
  private record Fit(String mode, double[] phi, List<Double> times) {}

  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();

  private Stages stages(boolean stopped) {
    Configuration hadoop = new Configuration();
    JobContext context =
        new JobContext(
            () -> {
              throw new AssertionError("needs no Spark");
            },
            hadoop,
            said::add,
            () -> stopped,
            false,
            "");
    return new Stages(
        context,
        StageStore.open(
            folder.resolve("stages").toString(), hadoop, Map.of("seed", 1), "auto", said::add));
  }

  private static <T> T unwanted() {
    throw new AssertionError("the stage was saved");
  }

  @Test
  void aSavedStageIsNotMadeAgain() {
    Fit fit = new Fit("scale", new double[] {1.0 / 3, -0.0}, List.of(0.1, 1e-300));
    assertThat(stages(false).of("fit", Fit.class, () -> fit)).isSameAs(fit);
    assertThat(stages(false).of("fit", Fit.class, StagesTest::unwanted))
        .usingRecursiveComparison()
        .isEqualTo(fit);
    assertThat(said).isEmpty();
  }

  @Test
  void aStopKeepsTheStageThatWasMade() {
    assertThatThrownBy(() -> stages(true).of("numbers", double[].class, () -> new double[] {0.1}))
        .isInstanceOf(StoppedException.class);
    assertThat(stages(false).of("numbers", double[].class, StagesTest::unwanted))
        .containsExactly(0.1);
  }

  @Test
  void aFailureSavesNothing() {
    assertThatThrownBy(() -> stages(false).of("a", String.class, StagesTest::unwanted))
        .isInstanceOf(AssertionError.class);
    assertThat(stages(false).of("a", String.class, () -> "made")).isEqualTo("made");
  }

  @Test
  void aStageOfAnotherFormIsSaidAndMadeAgain() {
    stages(false).of("fit", String.class, () -> "text");
    assertThat(stages(false).of("fit", Double.class, () -> 2.0)).isEqualTo(2.0);
    assertThat(said).singleElement().asString().contains("fit is not of the form Double");
  }
}
