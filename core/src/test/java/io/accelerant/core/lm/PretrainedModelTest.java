package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.lm.tokenizer.TokenizerFolder;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Transformer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer of files goes with prompts and models, from one to the other. */
class PretrainedModelTest extends SparkTest {
  @TempDir Path folder;

  private JobResult prepare(String output, Path tokenizer, String... more) throws IOException {
    Files.write(
        folder.resolve("rows.jsonl"),
        List.of(
            "{\"question\": \"what is 7 + 5?\", \"answer\": \"12\"}",
            "{\"question\": \"what is 12 + 30?\", \"answer\": \"42\"}",
            "{\"question\": \"how many steps?\", \"answer\": \"eight \u20ac\"}"));
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(output),
                "preparePrompts.source=" + folder.resolve("rows.jsonl"),
                "preparePrompts.tokenizer=" + tokenizer));
    sets.addAll(List.of(more));
    PreparePromptsJob job = new PreparePromptsJob();
    return job.run(context(), JobConfig.load(List.of(), sets, job.keys()));
  }

  private Prompts open(JobResult result) {
    return Prompts.open(spark(), context().hadoop(), result.artifact(), "a test");
  }

  /** As {@code import-model} has it. */
  private Artifact imported(Path tokenizer, Transformer network) throws IOException {
    Path model = folder.resolve("model");
    float[] parameters = Flat.of(network.initial(1, InitialScale.SCALED)).toFloats();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(model.toString(), context().hadoop(), Claim.of("test"), false)) {
      new Model(network, parameters).write(artifact, Map.of("eos_token_id", 3));
      for (File file : tokenizer.toFile().listFiles()) {
        artifact.write(file.getName(), Files.readAllBytes(file.toPath()));
      }
      artifact.commit(ManifestDraft.of(Model.KIND, "import-model", "test", 1));
    }
    return Artifact.open(model.toString(), context().hadoop());
  }

  @Test
  void promptsTakeTheTokenizerAlong() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    JobResult result = prepare("prompts", llama);
    Prompts prompts = open(result);
    assertThat(prompts.tokenizer()).isEqualTo(Tokenizers.named(llama.toString(), hadoop()));
    assertThat(Tokenizers.named(result.artifact(), hadoop())).isEqualTo(prompts.tokenizer());
    List<Prompt> all = prompts.table().collectAsList().stream().map(Prompts::of).toList();
    assertThat(all).hasSize(3);
    for (Prompt prompt : all) {
      assertThat(prompt.ids()).startsWith(341).endsWith(345);
      assertThat(prompt.isCausal()).isTrue();
      assertThat(prompts.tokenizer().decode(answer(prompt))).isEqualTo(prompt.answer());
      assertThat(prompts.tokenizer().decode(prompt.promptIds())).isEqualTo(prompt.prompt());
    }
    assertThat(folder.resolve("prompts/tokenizer.json"))
        .hasSameBinaryContentAs(llama.resolve("tokenizer.json"));
    assertThat(Artifact.open(result.artifact(), hadoop()).manifest().parents())
        .extracting(parent -> parent.role())
        .containsExactly("source", "tokenizer");
  }

  private static Configuration hadoop() {
    return context().hadoop();
  }

  @Test
  void anImportedModelReadsThePromptsOfItsTokenizerAndNoOthers() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    Path gpt2 = TokenizerFolder.copy("gpt2", folder.resolve("gpt2"));
    Artifact artifact = imported(llama, Transformer.gpt2(352, 16, 8, 1, 2));
    assertThat(LanguageModel.isOne(artifact)).isTrue();
    LanguageModel model = LanguageModel.read(artifact, Optional.of(Kind.CAUSAL), "a test");
    model.requireSame(Tokenizers.named(llama.toString(), hadoop()), "own");
    assertThatThrownBy(
            () -> model.requireSame(Tokenizers.named(gpt2.toString(), hadoop()), "others"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has the tokens of a BPE tokenizer of 342 tokens")
        .hasMessageContaining("reads those of a BPE tokenizer of 347 tokens")
        .hasMessageContaining("prepare the prompts with the model's tokenizer");
  }

  @Test
  void aTrainedModelKeepsTheFiles() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    LanguageModel start =
        LanguageModel.read(
            imported(llama, Transformer.gpt2(347, 16, 8, 1, 2)), Optional.empty(), "a test");
    String uri = folder.resolve("trained").toString();
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, hadoop(), Claim.of("test"), false)) {
      start.write(writer, start.parameters().clone());
      writer.commit(ManifestDraft.of(Model.KIND, "train-teacher", "test", 1));
    }
    Artifact trained = Artifact.open(uri, hadoop());
    assertThat(LanguageModel.read(trained, Optional.empty(), "a test").tokenizer())
        .isEqualTo(start.tokenizer());
    assertThat(trained.readJson("config.json"))
        .containsEntry("eos_token_id", 345)
        .containsEntry("mask_token_id", 346);
    assertThat(trained.read("tokenizer.json"))
        .isEqualTo(Files.readAllBytes(llama.resolve("tokenizer.json")));
  }

  @Test
  void aNetworkOfTooFewTokensIsRefused() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    Artifact artifact = imported(llama, Transformer.gpt2(346, 16, 8, 1, 2));
    assertThatThrownBy(() -> LanguageModel.require(artifact, Optional.empty(), "a test"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("a tokenizer with 347 tokens cannot be a network of 346");
  }

  @Test
  void maskNeedNotBeTheLastToken() {
    Tokenizer tokenizer = tokenizer("llama");
    Transformer network = Transformer.gpt2(352, 16, 8, 1, 2).withCausal(false);
    LanguageModel model = new LanguageModel(network, new float[0], tokenizer, Kind.MASKED);
    assertThat(model.mask()).isEqualTo(346);
    assertThat(model.vocabulary()).isEqualTo(new MaskedVocabulary(352, 347, 346));
    assertThatThrownBy(() -> new MaskedVocabulary(352, 347, 352))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MASK, which is token 352, do not go into 352 logits");
  }

  private Tokenizer tokenizer(String name) {
    try {
      return Tokenizers.named(
          TokenizerFolder.copy(name, folder.resolve(name)).toString(), hadoop());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void gapsOfOneSymbolNeedAnAlphabet() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    assertThatThrownBy(() -> prepare("gaps", llama, "preparePrompts.source=task:cloze-chain"))
        .hasMessageContaining("preparePrompts.tokenizer")
        .hasMessageContaining("whose gaps are of one symbol each");
  }

  @Test
  void conversationsAreWrittenAsTheModelWasTaught() throws IOException {
    Path llama = TokenizerFolder.copy("llama", folder.resolve("llama"));
    Prompts prompts =
        open(
            prepare(
                "chat", llama, "preparePrompts.template=chat", "preparePrompts.system=Be brief."));
    List<Prompt> all = prompts.table().collectAsList().stream().map(Prompts::of).toList();
    assertThat(all)
        .extracting(Prompt::prompt)
        .contains(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nwhat is 7 + 5?<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    for (Prompt prompt : all) {
      assertThat(prompt.promptIds()).startsWith(341, 343).containsOnlyOnce(341);
      assertThat(prompts.tokenizer().decode(answer(prompt))).isEqualTo(prompt.answer());
    }
  }

  @Test
  void aChatNeedsItsTemplate() throws IOException {
    Path gpt2 = TokenizerFolder.copy("gpt2", folder.resolve("gpt2"));
    assertThatThrownBy(() -> prepare("chat", gpt2, "preparePrompts.template=chat"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("preparePrompts.template")
        .hasMessageContaining("has no chat template");
    Path letters = Path.of("alphabet:bytes");
    assertThatThrownBy(() -> prepare("chat", letters, "preparePrompts.template=chat"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is a template of files");
    assertThatThrownBy(() -> prepare("chat", letters, "preparePrompts.system=Be brief."))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("preparePrompts.system");
    Files.writeString(gpt2.resolve("chat_template.jinja"), "{{ messages | tojson }}");
    assertThatThrownBy(() -> prepare("chat", gpt2, "preparePrompts.template=chat"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the filter tojson");
  }

  private static int[] answer(Prompt prompt) {
    return Arrays.stream(prompt.open()).map(i -> prompt.ids()[i]).toArray();
  }
}
