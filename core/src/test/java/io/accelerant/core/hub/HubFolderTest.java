package io.accelerant.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.lm.tokenizer.TokenizerFolder;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.model.GoldenModels;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class HubFolderTest {
  private static final Configuration HADOOP = new Configuration();
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir Path folder;

  private JobResult imported(Path source, String name) {
    return GoldenModels.JOB.run(
        GoldenModels.context(new ArrayList<>()), GoldenModels.config(source, folder.resolve(name)));
  }

  private Path exported(Artifact artifact) {
    return Path.of(
        HubFolder.export(
            artifact, folder.resolve("hub").toString(), Optional.of("org/base"), HADOOP));
  }

  private Path exported(JobResult result) {
    return exported(Artifact.open(result.artifact(), HADOOP));
  }

  /** A causal model of ours that has learned nothing. */
  private Artifact published(Transformer network, Tokenizer tokenizer, LanguageModel.Kind kind) {
    double[] initial = network.initial(5);
    float[] parameters = new float[initial.length];
    for (int i = 0; i < parameters.length; i++) { // biases, which begin at zero, count too
      parameters[i] = (float) (3 * initial[i] + 0.1 * StrictMath.sin(i));
    }
    String uri = folder.resolve("ours").toString();
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, HADOOP, Claim.of("test"), false)) {
      new LanguageModel(network, parameters, tokenizer, kind).write(writer, parameters);
      writer.write("README.md", "---\nlicense: \"mit\"\n---\n\n# Ours\n");
      writer.write("python/load.py", "pass\n");
      writer.commit(ManifestDraft.of(Model.KIND, "train-teacher", "ours", 1));
    }
    return Artifact.open(uri, HADOOP);
  }

  private static Transformer network(Positions positions) {
    return Transformer.gpt2(11, 8, 12, 2, 3).withPositions(positions);
  }

  private static SafetensorsFile weights(Path folder) throws IOException {
    return InputFile.safetensors(folder.resolve("model.safetensors").toString(), HADOOP);
  }

  private static double[] logits(Model model) {
    TokenNetwork network = (TokenNetwork) model.network();
    try (Program program = network.forward(Precision.FLOAT32, BatchShape.of(1, TOKENS.length))) {
      program.setParameters(model.parameters()).set("tokens", TOKENS);
      program.run();
      return program.doubles("logits");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-f32", "bert-f32", "llama-f32", "llada-f32"})
  void anImportedModelIsTheSourceAgain(String golden) throws IOException {
    Path source = GoldenModels.folder(golden);
    Path hub = exported(imported(source, "model"));
    try (SafetensorsFile out = weights(hub);
        SafetensorsFile in = weights(source)) {
      assertThat(out.metadata()).containsEntry("format", "pt");
      assertThat(out.names()).hasSameElementsAs(in.names());
      for (Tensor tensor : in.tensors()) {
        assertThat(out.tensor(tensor.name())).isEqualTo(tensor);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-f16-old-names, gpt2, GPT2LMHeadModel",
    "bert-bf16, bert, BertForMaskedLM",
    "llama-tied-bf16, llama, LlamaForCausalLM",
    "qwen2-f16-sharded, qwen2, Qwen2ForCausalLM",
    "dream-bf16, Dream, DreamModel"
  })
  void whatIsExportedImportsAsTheSameModel(String golden, String type, String architecture) {
    JobResult first = imported(GoldenModels.folder(golden), "model");
    Path hub = exported(first);
    assertThat(imported(hub, "again").contentHash()).isEqualTo(first.contentHash());
    assertThat(Artifact.open(hub.toString(), HADOOP).readJson("config.json"))
        .containsEntry("model_type", type)
        .containsEntry("architectures", List.of(architecture))
        .containsEntry("torch_dtype", "float32");
  }

  @Test
  void tokenizerFilesAreUnchanged() throws IOException {
    Path source = GoldenModels.copy("gpt2-f32", folder);
    TokenizerFolder.copy("gpt2", source);
    Files.writeString(source.resolve("generation_config.json"), "{\"max_length\": 7}");
    Path hub = exported(imported(source, "model"));
    for (String file : List.of("vocab.json", "merges.txt", "generation_config.json")) {
      assertThat(hub.resolve(file)).hasSameBinaryContentAs(source.resolve(file));
    }
    assertThat(hub.resolve("metrics.json")).doesNotExist();
  }

  /** Rotary positions as another implementation, written for their names, reads them. */
  @Test
  void aModelOfOursWithRotaryPositionsIsAGptNeoX() throws IOException {
    Artifact ours =
        published(
            network(Positions.ROTARY), SymbolTokenizer.of("0123456789"), LanguageModel.Kind.CAUSAL);
    Path hub = exported(ours);
    assertThat(Artifact.open(hub.toString(), HADOOP).readJson("config.json"))
        .containsEntry("architectures", List.of("GPTNeoXForCausalLM"))
        .containsEntry("eos_token_id", 10)
        .containsEntry("tie_word_embeddings", true)
        .doesNotContainKey("language");
    try (SafetensorsFile file = weights(hub)) {
      double[] theirs =
          Arrays.stream(new NeoXReference(file, 2, 3, 1e-5).logits(TOKENS))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      double[] here = logits(Model.read(ours));
      assertThat(Arrays.stream(here).map(Math::abs).max().orElseThrow()).isGreaterThan(0.5);
      for (int i = 0; i < here.length; i++) {
        assertThat(theirs[i]).isCloseTo(here[i], Offset.offset(1e-5));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LEARNED", "SINUSOIDAL"})
  void aModelOfOursWithAddedPositionsIsAGpt2(Positions positions) {
    Artifact ours =
        published(network(positions), SymbolTokenizer.of("0123456789"), LanguageModel.Kind.CAUSAL);
    Path hub = exported(ours);
    Model again = Model.open(imported(hub, "again").artifact(), HADOOP, "a test");
    assertThat(((Transformer) again.network()).isGpt2()).isTrue();
    assertThat(logits(again)).isEqualTo(logits(Model.read(ours)));
  }

  @Test
  void theTokenizerOfSymbolsReadsBackAsFiles() {
    Tokenizer symbols = SymbolTokenizer.of("0123456789");
    Path hub = exported(published(network(Positions.LEARNED), symbols, LanguageModel.Kind.CAUSAL));
    Tokenizer files = Tokenizers.named(hub.toString(), HADOOP);
    assertThat(files.size()).isEqualTo(symbols.size());
    assertThat(files.end()).isEqualTo(symbols.end());
    assertThat(files.encode("31415")).isEqualTo(symbols.encode("31415"));
  }

  /** What looks both ways and is neither BERT nor of another family has no class there. */
  @Test
  void anotherNetworkSaysThatNoClassLoadsIt() throws IOException {
    Path hub =
        exported(
            published(
                network(Positions.ROTARY).withCausal(false),
                SymbolTokenizer.of("012345678"),
                LanguageModel.Kind.MASKED));
    assertThat(head(hub))
        .containsEntry("library_name", "accelerant")
        .doesNotContainKey("pipeline_tag");
    assertThat(hub.resolve("README.md")).content().contains("No class of transformers");
    assertThat(hub.resolve("python/load.py")).exists();
    Artifact artifact = Artifact.open(hub.toString(), HADOOP);
    assertThat(artifact.readJson("config.json"))
        .containsEntry("model_type", "accelerant-transformer")
        .containsKey("language");
    assertThat(artifact.readJson("tokenizer_config.json"))
        .containsEntry("mask_token", "<|mask|>")
        .containsEntry("eos_token", "<|end|>");
  }

  private static Map<String, Object> head(Path hub) throws IOException {
    String card = Files.readString(hub.resolve("README.md"));
    assertThat(card).startsWith("---\n");
    return new Yaml().load(card.substring(4, card.indexOf("\n---\n")));
  }

  @Test
  void theCardHasWhatTheHubReads() throws IOException {
    Path hub = exported(imported(GoldenModels.folder("llama-f32"), "model"));
    Map<String, Object> head = head(hub);
    assertThat(head)
        .containsEntry("license", "other")
        .containsEntry("base_model", List.of("org/base"))
        .containsEntry("library_name", "transformers")
        .containsEntry("pipeline_tag", "text-generation");
    assertThat(head.get("tags")).isEqualTo(List.of("accelerant", "import-model"));
    assertThat(head.get("model-index").toString())
        .contains("type=text-generation", "type=check.nll");
    String card = Files.readString(hub.resolve("README.md"), StandardCharsets.UTF_8);
    assertThat(card)
        .containsOnlyOnce("## Load it from Python")
        .contains("model = AutoModelForCausalLM.from_pretrained(\".\")", "accelerant import-model")
        .doesNotContain("python/load.py");
  }

  /** The hub takes only its own names, and a folder of some file system is none. */
  @Test
  void aBaseThatTheHubDoesNotKnowStaysOutOfTheHead() throws IOException {
    JobResult model = imported(GoldenModels.folder("gpt2-f32"), "model");
    Artifact artifact = Artifact.open(model.artifact(), HADOOP);
    String hub = folder.resolve("hub").toString();
    HubFolder.export(artifact, hub, Optional.empty(), HADOOP);
    assertThat(head(Path.of(hub))).doesNotContainKey("base_model");
    for (String wrong : List.of("/models/gpt2", "gpt2", "a/b/c", "")) {
      assertThatThrownBy(() -> HubFolder.export(artifact, hub, Optional.of(wrong), HADOOP))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("--base-model must be the name of a model on the hub");
    }
  }

  @Test
  void whatIsNoModelIsRefused() {
    String uri = folder.resolve("sampler").toString();
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, HADOOP, Claim.of("test"), false)) {
      writer.write("sampler.json", "{}");
      writer.commit(ManifestDraft.of("sampler", "dc-solver", "test", 1));
    }
    assertThatThrownBy(() -> exported(Artifact.open(uri, HADOOP)))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is of kind sampler, method dc-solver")
        .hasMessageContaining("leave out --format");
    assertThat(folder.resolve("hub")).doesNotExist();
  }

  @Test
  void aTargetThatIsTakenIsLeftAsItIs() throws IOException {
    JobResult model = imported(GoldenModels.folder("gpt2-f32"), "model");
    Files.createDirectories(folder.resolve("hub"));
    Files.writeString(folder.resolve("hub/note.txt"), "mine");
    assertThatThrownBy(() -> exported(model)).isInstanceOf(ArtifactException.class);
    assertThat(folder.resolve("hub")).isDirectoryNotContaining("glob:**.json");
  }
}
