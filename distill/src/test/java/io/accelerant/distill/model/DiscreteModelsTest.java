package io.accelerant.distill.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.job.WithoutSpark;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.network.TextModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiscreteModelsTest extends SparkTest {
  private static final Key<String> KEY = Key.string("test.model", "the model");
  private static final Key<String> REFERENCE =
      Key.string("test.reference", "what samples are held against").optional();

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

  private static ModelName name(String name, JobContext context, String... sets) {
    List<String> all = new ArrayList<>(List.of("test.model=" + name, "run.output=none"));
    all.addAll(List.of(sets));
    List<Key<?>> keys = new ArrayList<>(RunKeys.and(List.of(KEY, REFERENCE)));
    keys.addAll(Models.DISCRETE.keys());
    return new ModelName(KEY, context, JobConfig.load(List.of(), all, keys));
  }

  private static ModelName name(String name) {
    return name(name.replace("CORPUS", corpus), context());
  }

  private static DiscreteRequest wanted(Integer length, double smoothing) {
    return new DiscreteRequest(
        DiffusionGraph.ABSORB,
        new NoiseSchedule.LogLinear(1e-3),
        Optional.ofNullable(length),
        smoothing,
        Optional.of(REFERENCE));
  }

  private static OpenedDiscreteModel open(String name, Integer length, double smoothing) {
    return Models.DISCRETE.open(name(name), wanted(length, smoothing));
  }

  @Test
  void countdownIsExactAndNeedsNoInput() {
    OpenedDiscreteModel model = open("markov:countdown", null, 0);
    assertThat(model.source().length()).isEqualTo(64);
    assertThat(model.source().process().vocabulary()).isEqualTo(32);
    assertThat(model.chain().orElseThrow().transition(5, 4)).isEqualTo(1);
    assertThat(model.corpus()).isEmpty();
    assertThat(model.parents()).isEmpty();
    assertThat(open("markov:countdown", 16, 0).source().length()).isEqualTo(16);
  }

  @Test
  void smoothingMakesAnotherModel() {
    OpenedDiscreteModel smooth = open("markov:countdown", null, 0.032);
    assertThat(smooth.chain().orElseThrow().transition(5, 4)).isCloseTo(0.969, within(1e-12));
    assertThat(smooth.source().modelHash())
        .isNotEqualTo(open("markov:countdown", null, 0).source().modelHash())
        .isEqualTo(open("markov:countdown", 16, 0.032).source().modelHash());
  }

  @Test
  void aChainIsCountedFromTheCorpus() {
    OpenedDiscreteModel model = open("markov:2:CORPUS", null, 0);
    assertThat(model.source().length()).isEqualTo(4);
    assertThat(model.chain().orElseThrow().order()).isEqualTo(2);
    assertThat(model.source().process().vocabulary()).isEqualTo(27);
    assertThat(model.corpus().orElseThrow().uri()).isEqualTo(corpus);
    String hash = Artifact.open(corpus, context().hadoop()).contentHash();
    assertThat(model.parents()).containsExactly(new Manifest.Parent("corpus", corpus, hash));
    assertThat(model.source().modelHash())
        .isEqualTo(open("markov:2:CORPUS", 9, 0).source().modelHash());
    try (DiscreteModel teacher = model.source().open()) { // x a x x: after a comes b
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
    JobContext none = WithoutSpark.CONTEXT;
    DiscreteRequest wanted = wanted(null, 0);
    assertThat(Models.DISCRETE.inputs(name("markov:countdown", none), wanted)).isEmpty();
    assertThat(Models.DISCRETE.inputs(name("markov:1:" + corpus, none), wanted)).hasSize(1);
  }

  private static String published(String name, long seed, Artifact... corpora) {
    return TextModels.publish(shared.resolve(name), seed, corpora).uri();
  }

  private static Artifact corpus() {
    return Artifact.open(corpus, context().hadoop());
  }

  @Test
  void aModelArtifactBringsItsCorpus() {
    String uri = published("trained", 5, corpus());
    Artifact artifact = Artifact.open(uri, context().hadoop());
    OpenedDiscreteModel model = open(uri, null, 0);
    assertThat(model.source().length()).isEqualTo(TextModels.LENGTH);
    assertThat(model.source().process().vocabulary()).isEqualTo(27);
    assertThat(model.source().modelHash()).isEqualTo(artifact.contentHash());
    assertThat(model.chain()).isEmpty();
    assertThat(model.alphabet()).contains(Alphabet.LETTERS27);
    assertThat(model.corpus().orElseThrow().uri()).isEqualTo(corpus);
    assertThat(model.parents())
        .containsExactly(
            new Manifest.Parent("model", uri, artifact.contentHash()),
            new Manifest.Parent("reference", corpus, corpus().contentHash()));
    assertThat(Models.DISCRETE.inputs(name(uri), wanted(null, 0))).isEqualTo(model.parents());
  }

  /** sample needs no corpus, and works when it is gone. */
  @Test
  void theCorpusIsOpenedOnlyWhereItIsAskedFor() throws IOException {
    Artifact gone = Artifact.open(copyOfCorpus("gone"), context().hadoop());
    String uri = published("orphan", 6, gone);
    Files.delete(Path.of(gone.uri(), Manifest.FILE));
    DiscreteRequest none =
        new DiscreteRequest(
            DiffusionGraph.ABSORB,
            new NoiseSchedule.LogLinear(1e-3),
            Optional.empty(),
            0,
            Optional.empty());
    assertThat(Models.DISCRETE.open(name(uri), none).corpus()).isEmpty();
    assertThat(Models.DISCRETE.inputs(name(uri), none)).hasSize(1);
    assertThatThrownBy(() -> open(uri, null, 0))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("The corpus that the model " + uri + " was trained on cannot be")
        .hasMessageContaining("is not an artifact: no manifest.json");
  }

  private static String copyOfCorpus(String name) throws IOException {
    Path copy = shared.resolve(name);
    try (Stream<Path> files = Files.walk(Path.of(corpus))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(Path.of(corpus).relativize(file).toString()));
      }
    }
    return copy.toString();
  }

  @Test
  void anotherCorpusInItsPlaceIsRefused() throws IOException {
    Artifact corpus = corpus();
    Artifact other = TextModels.publish(shared.resolve("other"), 7);
    String uri =
        TextModels.publish(
                shared.resolve("moved"),
                writer -> TextModels.model(8).write(writer, TextModels.model(8).parameters()),
                new Manifest.Parent("corpus", corpus.uri(), other.contentHash()))
            .uri();
    assertThatThrownBy(() -> open(uri, null, 0))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is not the corpus that the model " + uri + " was trained on");
  }

  @Test
  void aModelThatRecordsNoCorpusHasNone() {
    assertThat(open(published("bare", 9), null, 0).corpus()).isEmpty();
  }

  @Test
  void aTrainedModelIsForOneGraphNoiseAndLength() {
    String uri = published("strict", 10);
    assertThatThrownBy(() -> open(uri, 11, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "is a model that was trained for length 12; this run asks for length 11.");
    for (DiffusionGraph graph : DiffusionGraph.values()) {
      NoiseSchedule noise =
          new NoiseSchedule.LogLinear(graph == DiffusionGraph.ABSORB ? 1e-2 : 1e-3);
      DiscreteRequest wanted =
          new DiscreteRequest(graph, noise, Optional.empty(), 0, Optional.empty());
      assertThatThrownBy(() -> Models.DISCRETE.open(name(uri), wanted))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(
              "trained for " + (graph == DiffusionGraph.ABSORB ? "noise" : "graph"));
    }
  }

  @Test
  void aReferenceInAnotherAlphabetIsRefused() throws IOException {
    PrepareTextJob job = new PrepareTextJob();
    String bytes =
        job.run(
                context(),
                JobConfig.load(
                    List.of(),
                    List.of(
                        "run.output=" + shared.resolve("bytes"),
                        "prepareText.source=" + shared.resolve("text.txt"),
                        "prepareText.alphabet=bytes",
                        "prepareText.length=4"),
                    job.keys()))
            .artifact();
    ModelName letters = name(published("letters", 11), context(), "test.reference=" + bytes);
    assertThatThrownBy(() -> Models.DISCRETE.open(letters, wanted(null, 0)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a model over letters27, but the reference " + bytes)
        .hasMessageContaining("is written in bytes");
  }

  @Test
  void aReferenceIsForNetworks() {
    ModelName chain = name("markov:cycle", context(), "test.reference=" + corpus);
    assertThatThrownBy(() -> Models.DISCRETE.inputs(chain, wanted(null, 0)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("test.reference (--set) is for networks; markov:cycle brings its own.");
  }

  @Test
  void keysOfAnotherProviderAreRefused() {
    ModelName chain = name("markov:cycle", context(), "onnx.mask=3");
    assertThatThrownBy(() -> Models.DISCRETE.inputs(chain, wanted(null, 0)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "onnx.mask (--set) is for onnx:<file>, but test.model = markov:cycle is none; leave it"
                + " out.");
  }

  static Stream<Arguments> refused() {
    Class<?> config = ConfigException.class;
    return Stream.of(
        Arguments.of("gpt2", null, config, "is \"gpt2\", which is no model"),
        Arguments.of(
            "markov:up", null, config, "expected markov:countdown, markov:cycle, markov:<order>:"),
        Arguments.of("torch:x", null, config, "is no model: expected markov:countdown"),
        Arguments.of(
            "/nowhere/teacher", null, ArtifactException.class, "/nowhere/teacher does not exist"),
        Arguments.of("CORPUS", null, ArtifactException.class, "needs an artifact of kind model; "),
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
