package io.accelerant.distill.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteTeacher;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TeacherModelsTest extends SparkTest {
  private static final Key<String> KEY = Key.string("test.model", "the model");

  @TempDir static Path shared;
  private static String corpus;

  @BeforeAll
  static void prepare() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add("ab".repeat(4) + "cd".repeat(1 + i % 3));
    }
    Files.write(shared.resolve("text.txt"), lines);
    PrepareTextJob job = new PrepareTextJob();
    corpus =
        job.run(
                context(),
                JobConfig.load(
                    List.of(),
                    List.of(
                        "run.output=" + shared.resolve("corpus"),
                        "prepareText.source=" + shared.resolve("text.txt"),
                        "prepareText.length=4"),
                    job.keys()))
            .artifact();
  }

  private static JobConfig config() {
    return JobConfig.load(List.of(), List.of("test.model=x"), List.of(KEY));
  }

  private static TeacherModel open(String name, Integer length, double smoothing) {
    TeacherModels.Request request =
        new TeacherModels.Request(
            name.replace("CORPUS", corpus),
            DiffusionGraph.ABSORB,
            new NoiseSchedule.LogLinear(1e-3),
            Optional.ofNullable(length),
            smoothing);
    return TeacherModels.open(request, context(), config(), KEY);
  }

  @Test
  void countdownIsExactAndNeedsNoInput() {
    TeacherModel model = open("markov:countdown", null, 0);
    assertThat(model.source().length()).isEqualTo(64);
    assertThat(model.source().process().vocabulary()).isEqualTo(32);
    assertThat(model.chain().orElseThrow().transition(5, 4)).isEqualTo(1);
    assertThat(model.corpus()).isEmpty();
    assertThat(model.parents()).isEmpty();
    assertThat(open("markov:countdown", 16, 0).source().length()).isEqualTo(16);
  }

  @Test
  void smoothingMakesAnotherModel() {
    TeacherModel smooth = open("markov:countdown", null, 0.032);
    assertThat(smooth.chain().orElseThrow().transition(5, 4)).isCloseTo(0.969, within(1e-12));
    assertThat(smooth.source().modelHash())
        .isNotEqualTo(open("markov:countdown", null, 0).source().modelHash())
        .isEqualTo(open("markov:countdown", 16, 0.032).source().modelHash());
  }

  @Test
  void aChainIsCountedFromTheCorpus() {
    TeacherModel model = open("markov:2:CORPUS", null, 0);
    assertThat(model.source().length()).isEqualTo(4);
    assertThat(model.chain().orElseThrow().order()).isEqualTo(2);
    assertThat(model.source().process().vocabulary()).isEqualTo(27);
    assertThat(model.corpus().orElseThrow().uri()).isEqualTo(corpus);
    String hash = Artifact.open(corpus, context().hadoop()).contentHash();
    assertThat(model.parents()).containsExactly(new Manifest.Parent("corpus", corpus, hash));
    assertThat(model.source().modelHash())
        .isEqualTo(open("markov:2:CORPUS", 9, 0).source().modelHash());
    try (DiscreteTeacher teacher = model.source().open()) { // x a x x: after a comes b
      int[] alphabet = model.corpus().orElseThrow().alphabet().encode("ab");
      int[] state = {27, alphabet[0], 27, 27};
      double[] scores = new double[4 * 28];
      teacher.scores(state, 1, 0.5, scores);
      double[] row = Arrays.copyOfRange(scores, 2 * 28, 2 * 28 + 27);
      assertThat(row[alphabet[1]] / Arrays.stream(row).sum()).isGreaterThan(0.9);
    }
  }

  @Test
  void inputsAreFoundWithoutSpark() {
    JobContext none =
        new JobContext(
            () -> {
              throw new AssertionError("Spark was started");
            },
            new Configuration(),
            Progress.SILENT,
            () -> false,
            false,
            "");
    assertThat(TeacherModels.inputs("markov:countdown", none, config(), KEY)).isEmpty();
    assertThat(TeacherModels.inputs("markov:1:" + corpus, none, config(), KEY)).hasSize(1);
  }

  static Stream<Arguments> refused() {
    Class<?> config = ConfigException.class;
    return Stream.of(
        Arguments.of("gpt2", null, config, "is \"gpt2\", which is no model"),
        Arguments.of("markov:up", null, config, "expected markov:countdown or markov:<order>:"),
        Arguments.of("markov:0:CORPUS", null, config, "which is no model"),
        Arguments.of("markov:99999999999:CORPUS", null, config, "which is no model"),
        Arguments.of("markov:9999:CORPUS", null, config, "asks for order 9999 over 27 symbols"),
        Arguments.of("markov:4:CORPUS", null, config, "asks for order 4 over 27 symbols"),
        Arguments.of("markov:3:CORPUS", 2, config, "asks for order 3, but sequences"),
        Arguments.of(
            "markov:1:/nowhere", null, ArtifactException.class, "/nowhere does not exist"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNoModelIsExplained(
      String name, Integer length, Class<? extends AccelerantException> type, String message) {
    assertThatThrownBy(() -> open(name, length, 0))
        .isInstanceOf(type)
        .hasMessageContaining(message);
  }
}
