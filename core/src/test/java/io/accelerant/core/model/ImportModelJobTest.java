package io.accelerant.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Python;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportModelJobTest {
  private static final System.Logger LOG = System.getLogger("golden");

  @TempDir Path folder;
  private final List<String> lines = new ArrayList<>();

  private JobResult run(String golden, String... sets) {
    return GoldenModels.JOB.run(
        GoldenModels.context(lines),
        GoldenModels.config(GoldenModels.folder(golden), folder.resolve("model"), sets));
  }

  private static Model open(JobResult result) {
    return Model.open(result.artifact(), new Configuration(), "a test");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-f32",
        "gpt2-f16-old-names",
        "gpt2-sharded",
        "bert-f32",
        "bert-bf16",
        "llama-f32",
        "llama-tied-bf16",
        "qwen2-f16-sharded",
        "llada-f32",
        "dream-bf16"
      })
  void logitsEqualThoseOfPyTorch(String golden) throws IOException {
    Model model = open(run(golden));
    Expected expected = Expected.read(GoldenModels.folder(golden).resolve("expected.json"));
    double narrow = expected.difference(model, Precision.FLOAT32);
    double wide = expected.difference(model, Precision.FLOAT64);
    LOG.log(
        System.Logger.Level.INFO,
        Text.of("%-20s float32 %.1e, float64 %.1e", golden, narrow, wide));
    assertThat(narrow).isLessThan(1e-5);
    assertThat(wide).isLessThan(1e-7); // the logits are stored with 9 digits
  }

  /** Tokens, mask and logits of another implementation. */
  private record Expected(
      List<List<Integer>> tokens, List<List<Integer>> mask, List<List<List<Double>>> logits) {
    @SuppressWarnings("unchecked")
    static Expected read(Path file) throws IOException {
      Map<String, Object> json = CanonicalJson.readObject(Files.readAllBytes(file), "expected");
      return new Expected(
          (List<List<Integer>>) json.get("tokens"),
          (List<List<Integer>>) json.get("mask"),
          (List<List<List<Double>>>) json.get("logits"));
    }

    /** Largest difference over all logits of positions that are tokens. */
    double difference(Model model, Precision precision) {
      int length = tokens.get(0).size();
      BatchShape shape = BatchShape.padded(tokens.size(), length);
      TokenNetwork network = (TokenNetwork) model.network();
      try (Program program = network.forward(precision, shape)) {
        program.setParameters(model.parameters());
        program.set("tokens", tokens.stream().flatMap(List::stream).mapToInt(t -> t).toArray());
        program.set(
            "padding", mask.stream().flatMap(List::stream).mapToDouble(m -> 1 - m).toArray());
        program.run();
        double[] found = program.doubles("logits");
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
          int at = i / network.vocabulary();
          double right = logits.get(at / length).get(at % length).get(i % network.vocabulary());
          if (mask.get(at / length).get(at % length) == 1) {
            worst = Math.max(worst, Math.abs(found[i] - right)); // NaN stays
          }
        }
        return worst;
      }
    }
  }

  @Test
  void shardsAndWholeFilesGiveOneArtifact() {
    JobResult whole = run("gpt2-f32");
    JobResult shards =
        GoldenModels.JOB.run(
            GoldenModels.context(lines),
            GoldenModels.config(
                GoldenModels.folder("gpt2-sharded"), folder.resolve("shards"), "run.seed=7"));
    assertThat(shards.contentHash()).isEqualTo(whole.contentHash());
  }

  /**
   * What is published is the source again: names, bits, and all of its configuration that counts.
   */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-f32", "bert-f32", "llama-f32", "llada-f32"})
  void whatIsPublishedIsTheSourceAgain(String golden) throws IOException {
    Artifact artifact = Artifact.open(run(golden).artifact(), new Configuration());
    Path source = GoldenModels.folder(golden);
    try (SafetensorsFile out = artifact.safetensors("model.safetensors");
        SafetensorsFile in =
            InputFile.safetensors(
                source.resolve("model.safetensors").toString(), new Configuration())) {
      assertThat(out.names()).hasSameElementsAs(in.names());
      for (Tensor tensor : in.tensors()) {
        assertThat(out.tensor(tensor.name()).shape()).isEqualTo(tensor.shape());
        assertThat(out.tensor(tensor.name()).data()).isEqualTo(tensor.data());
      }
    }
    byte[] json = Files.readAllBytes(source.resolve("config.json"));
    Map<String, Object> before = CanonicalJson.readObject(json, "source");
    Map<String, Object> after = artifact.readJson("config.json");
    assertThat(Networks.of(after, "artifact")).isEqualTo(Networks.of(before, "source"));
    before.keySet().retainAll(after.keySet());
    before.values().removeIf(Objects::isNull);
    after.keySet().retainAll(before.keySet());
    assertThat(after).isEqualTo(before);
  }

  /** The same weights under the names that other programs save them by. */
  @ParameterizedTest
  @CsvSource({
    "gpt2-f32, 'module.', ''",
    "gpt2-f32, '_orig_mod.transformer.', 'transformer.'",
    "gpt2-f32, 'model.transformer.', 'transformer.'",
    "gpt2-f32, '', 'transformer.'",
    "bert-f32, 'module.', ''",
    "bert-f32, 'model.', 'bert.'",
    "llama-f32, '_orig_mod.module.', ''",
    "llama-f32, '', 'model.'",
    "llada-f32, 'module.', ''",
    "llada-f32, '', 'model.'",
    "llada-f32, '', 'model.transformer.'",
    "dream-bf16, 'base.', ''"
  })
  void prefixesChangeNothing(String golden, String added, String removed) throws IOException {
    Path source = GoldenModels.copy(golden, folder);
    rewrite(
        source,
        t -> Optional.of(added + (t.startsWith(removed) ? t.substring(removed.length()) : t)));
    assertThat(imported(source).contentHash()).isEqualTo(run(golden).contentHash());
  }

  /** Saved once, under the name of the output. */
  @ParameterizedTest
  @CsvSource({
    "gpt2-f32, transformer.wte.weight, lm_head.weight",
    "gpt2-f32, transformer.wte.weight, module.lm_head.weight",
    "bert-f32, bert.embeddings.word_embeddings.weight, cls.predictions.decoder.weight",
    "bert-f32, cls.predictions.bias, cls.predictions.decoder.bias",
    "llama-tied-bf16, model.embed_tokens.weight, lm_head.weight"
  })
  void aTiedTensorHasEitherName(String golden, String one, String other) throws IOException {
    Path source = GoldenModels.copy(golden, folder);
    rewrite(
        source, t -> t.equals(other) ? Optional.empty() : Optional.of(t.equals(one) ? other : t));
    assertThat(imported(source).contentHash()).isEqualTo(run(golden).contentHash());
  }

  private JobResult imported(Path source) {
    return GoldenModels.JOB.run(
        GoldenModels.context(lines), GoldenModels.config(source, folder.resolve("renamed")));
  }

  private static void rewrite(Path source, Function<String, Optional<String>> name)
      throws IOException {
    Path file = source.resolve("model.safetensors");
    List<Tensor> renamed = new ArrayList<>();
    try (SafetensorsFile read = InputFile.safetensors(file.toString(), new Configuration())) {
      for (Tensor t : read.tensors()) {
        name.apply(t.name())
            .ifPresent(n -> renamed.add(new Tensor(n, t.dtype(), t.shape(), t.data())));
      }
    }
    Files.write(file, Safetensors.bytes(renamed, Map.of()));
  }

  @Test
  void theArtifactIsCompleteAndSaysWhereItComesFrom() {
    JobResult result = run("gpt2-f16-old-names", "importModel.licence=MIT");
    Artifact artifact = Artifact.open(result.artifact(), new Configuration());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.readJson("config.json"))
        .containsEntry("model_type", "gpt2")
        .containsEntry("eos_token_id", 60)
        .containsEntry("torch_dtype", "float32")
        .containsEntry("n_inner", 128);
    assertThat(artifact.manifest().parents())
        .singleElement()
        .matches(p -> p.role().equals("source"));
    assertThat(result.metrics())
        .containsEntry("parameters", 27936)
        .containsEntry("tensors", 28)
        .containsEntry("tensors.unused", 2)
        .containsKeys("check.nll", "check.logitRms");
    assertThat(artifact.readJson("metrics.json")).containsOnlyKeys(result.metrics().keySet());
    assertThat(text(artifact, "README.md"))
        .contains("AutoModelForCausalLM", "accelerant import-model", "MIT");
    assertThat(text(artifact, "report.md")).contains("h.0.attn.bias");
    try (var file = artifact.safetensors("model.safetensors")) {
      assertThat(file.metadata()).containsEntry("format", "pt");
      assertThat(file.names())
          .hasSize(28)
          .contains("transformer.wte.weight", "transformer.h.1.attn.c_attn.bias");
    }
  }

  private static String text(Artifact artifact, String name) {
    return new String(artifact.read(name), StandardCharsets.UTF_8);
  }

  @Test
  void tokenizerFilesTravelAlong() throws IOException {
    Path source = GoldenModels.copy("bert-f32", folder);
    Files.writeString(source.resolve("vocab.txt"), "[PAD]\n");
    JobResult result =
        GoldenModels.JOB.run(
            GoldenModels.context(lines), GoldenModels.config(source, folder.resolve("out")));
    Artifact artifact = Artifact.open(result.artifact(), new Configuration());
    assertThat(text(artifact, "vocab.txt")).isEqualTo("[PAD]\n");
    assertThat(text(artifact, "README.md")).contains("AutoModelForMaskedLM");
  }

  @Test
  void thePlanReadsHeadersOnlyAndWritesNothing() {
    Path output = folder.resolve("model");
    var config = GoldenModels.config(GoldenModels.folder("bert-bf16"), output);
    assertThat(GoldenModels.JOB.plan(GoldenModels.context(lines), config))
        .hasSize(3)
        .first()
        .asString()
        .contains("42 tensors", "bert-masked-lm");
    assertThat(output).doesNotExist();
    run("bert-bf16");
    assertThatThrownBy(() -> GoldenModels.JOB.plan(GoldenModels.context(lines), config))
        .hasMessageContaining("already");
  }

  @Test
  void theLoaderReadsTheArtifactWithNumpyAlone() throws Exception {
    try (InputStream loader = Model.class.getResourceAsStream("load.py")) {
      assertThat(new String(loader.readAllBytes(), StandardCharsets.UTF_8).lines().count())
          .isLessThanOrEqualTo(50);
    }
    String out =
        Python.run(
            Path.of(run("gpt2-f32").artifact()),
            "import runpy; runpy.run_path('python/load.py', run_name='__main__')");
    assertThat(out).contains("transformer.wte.weight [61, 32]", "gpt2 27936 parameters");
  }
}
