package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.hub.HubFolder;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.TokenizerFolder;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.model.ImportModelJob;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.distill.certainty.CertaintyJob;
import io.accelerant.distill.evaluate.EvaluateJob;
import io.accelerant.distill.model.network.TextModels;
import io.accelerant.distill.sample.SampleJob;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of other makers are trained by adapters, write answers and are judged. */
class ImportedModelTest extends SparkTest {
  /** Tokens of the checked-in models. */
  private static final int VOCABULARY = 61;

  /** Of the checked-in tokenizer of files. */
  private static final int TOKENS = 347;

  /** One in the middle. */
  private static final int MASK = 343;

  private static final String SYMBOLS =
      "0123456789+=;:,.?|-()<>#*/% abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  @TempDir Path folder;

  private static JobResult run(Job job, String... sets) {
    return job.run(context(), JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  /** As {@code import-model} has it, with a tokenizer of symbols. */
  private Artifact imported(String golden, SymbolTokenizer tokenizer, LanguageModel.Kind kind)
      throws IOException {
    Path source = Files.createDirectories(folder.resolve(golden));
    for (String file : List.of("config.json", "model.safetensors")) {
      try (InputStream in =
          getClass().getResourceAsStream("/golden-models/" + golden + "/" + file)) {
        Files.copy(in, source.resolve(file));
      }
    }
    JobResult job =
        run(
            new ImportModelJob(),
            "importModel.source=" + source,
            "run.output=" + folder.resolve("imported"));
    Model model = Model.open(job.artifact(), context().hadoop(), "a test");
    return TextModels.publish(
        folder.resolve("language"),
        artifact ->
            new LanguageModel((TokenNetwork) model.network(), model.parameters(), tokenizer, kind)
                .write(artifact, model.parameters()));
  }

  private String prompts(SymbolTokenizer tokenizer) {
    return prompts("\"alphabet:" + tokenizer.symbols() + "\"");
  }

  private String prompts(String tokenizer) {
    return run(
            new PreparePromptsJob(),
            "run.output=" + folder.resolve("prompts"),
            "preparePrompts.source=task:addition",
            "preparePrompts.addition.maximum=2",
            "preparePrompts.count=60",
            "preparePrompts.split=[0.6,0.2,0.2]",
            "preparePrompts.tokenizer=" + tokenizer)
        .artifact();
  }

  private Artifact adapted(Artifact start, String prompts, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve("adapted"),
                "trainTeacher.start=" + start.uri(),
                "trainTeacher.data=" + prompts,
                "trainTeacher.adapter.rank=2",
                "trainTeacher.evaluationPrompts=4",
                "trainTeacher.sampleEvery=0",
                "train.workers=1",
                "train.batch=4",
                "train.rounds=2"));
    sets.addAll(List.of(more));
    JobResult trained = run(new TrainTeacherJob(), sets.toArray(String[]::new));
    return Artifact.open(trained.artifact(), context().hadoop());
  }

  private JobResult judged(Artifact model, String prompts) {
    JobResult samples =
        run(
            new SampleJob(),
            "run.output=" + folder.resolve("samples"),
            "sample.model=" + model.uri(),
            "sample.prompts=" + prompts,
            "sample.count=4");
    return run(
        new EvaluateJob(),
        "run.output=" + folder.resolve("judged"),
        "evaluate.samples=" + samples.artifact());
  }

  /** Same names and configuration; matrices of blocks have moved, and nothing else. */
  private static void assertAdapted(Artifact start, Artifact adapted, Llama network) {
    assertThat(adapted.readJson("config.json")).isEqualTo(start.readJson("config.json"));
    List<String> moved = new ArrayList<>();
    try (SafetensorsFile before = start.safetensors("model.safetensors");
        SafetensorsFile after = adapted.safetensors("model.safetensors");
        SafetensorsFile adapter = adapted.safetensors(Adapters.WEIGHTS)) {
      assertThat(after.names()).hasSameElementsAs(before.names());
      for (String name : before.names()) {
        if (!Arrays.equals(before.tensor(name).toFloats(), after.tensor(name).toFloats())) {
          moved.add(name);
        }
      }
      assertThat(adapter.names()).hasSize(2 * moved.size());
      assertThat(moved)
          .hasSize(7 * network.layers())
          .allSatisfy(
              name ->
                  assertThat(adapter.names())
                      .contains("base_model.model." + name.replace(".weight", ".lora_A.weight")));
    }
  }

  @Test
  void aLlama() throws IOException {
    SymbolTokenizer tokenizer = SymbolTokenizer.of(SYMBOLS.substring(0, VOCABULARY - 1));
    Artifact start = imported("llama-f32", tokenizer, LanguageModel.Kind.CAUSAL);
    String prompts = prompts(tokenizer);
    Artifact adapted = adapted(start, prompts, "trainTeacher.kind=causal-text");
    assertAdapted(start, adapted, network(start));
    assertThat(adapted.readJson(Adapters.CONFIG))
        .containsEntry("task_type", "CAUSAL_LM")
        .containsEntry("fan_in_fan_out", false)
        .containsEntry("r", 2);
    assertThat(judged(adapted, prompts).metrics()).containsKeys("exactMatch", "judgeNll");
    assertExported(start, adapted);
  }

  /** The adapters are in the weights that go out; read again, they are the trained model. */
  private void assertExported(Artifact start, Artifact adapted) {
    String hub =
        HubFolder.export(
            adapted, folder.resolve("hub").toString(), Optional.empty(), context().hadoop());
    JobResult again =
        run(
            new ImportModelJob(),
            "importModel.source=" + hub,
            "run.output=" + folder.resolve("again"));
    float[] trained = Model.read(adapted).parameters();
    assertThat(Model.open(again.artifact(), context().hadoop(), "a test").parameters())
        .isEqualTo(trained)
        .isNotEqualTo(Model.read(start).parameters());
    Artifact exported = Artifact.open(hub, context().hadoop());
    assertThat(exported.holds(Adapters.CONFIG)).isTrue();
    assertThat(exported.readJson("config.json"))
        .containsEntry("model_type", "llama")
        .containsEntry("eos_token_id", VOCABULARY - 1)
        .doesNotContainKey("language");
  }

  @Test
  void aLlada() throws IOException {
    SymbolTokenizer tokenizer = SymbolTokenizer.of(SYMBOLS.substring(0, VOCABULARY - 2));
    Artifact start = imported("llada-f32", tokenizer, LanguageModel.Kind.MASKED);
    String prompts = prompts(tokenizer);
    Artifact adapted =
        adapted(start, prompts, "trainTeacher.kind=masked-text", "trainTeacher.answerLength=12");
    assertAdapted(start, adapted, network(start));
    assertThat(adapted.readJson("config.json")).containsEntry("mask_token_id", 60);
    assertThat(judged(adapted, prompts).metrics()).containsKeys("exactMatch", "evaluationsPerRow");
  }

  /**
   * As the files of LLaDA and Dream have it. Of the logits behind the tokens one is always larger
   * than all others.
   */
  private Artifact maskInTheMiddle(Path tokenizer) throws IOException {
    Llama network =
        new Llama(
            LlamaFamily.LLADA,
            TOKENS + 2,
            60,
            16,
            1,
            2,
            2,
            8,
            24,
            false,
            1e-5,
            Rotary.of(10_000),
            Map.of());
    float[] parameters = Flat.of(network.initial(1, InitialScale.SCALED)).toFloats();
    Layout.Tensor head = network.layout().find("model.transformer.ff_out.weight");
    Arrays.fill(parameters, head.offset() + TOKENS * 16, head.offset() + (TOKENS + 1) * 16, 5);
    Arrays.fill(
        parameters, head.offset() + (TOKENS + 1) * 16, head.offset() + (TOKENS + 2) * 16, -5);
    Path config = tokenizer.resolve("tokenizer_config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"<|mask|>\"", "\"<|start_header_id|>\""));
    return TextModels.publish(
        folder.resolve("middle"),
        artifact -> {
          new Model(network, parameters).write(artifact, Map.of());
          for (File file : tokenizer.toFile().listFiles()) {
            artifact.write(file.getName(), content(file));
          }
        });
  }

  private static byte[] content(File file) {
    try {
      return Files.readAllBytes(file.toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMaskThatIsNotTheLastToken() throws IOException {
    Path tokenizer = TokenizerFolder.copy("llama", folder.resolve("tokenizer"));
    Artifact start = maskInTheMiddle(tokenizer);
    LanguageModel model = LanguageModel.read(start, Optional.empty(), "a test");
    assertThat(model.vocabulary()).isEqualTo(new MaskedVocabulary(TOKENS + 2, TOKENS, MASK));
    String prompts = prompts(tokenizer.toString());
    Artifact adapted =
        adapted(start, prompts, "trainTeacher.kind=masked-text", "trainTeacher.answerLength=9");
    assertThat(adapted.readJson("config.json")).containsEntry("mask_token_id", MASK);
    JobResult certain =
        run(
            new CertaintyJob(),
            "run.output=" + folder.resolve("certain"),
            "certainty.model=" + adapted.uri(),
            "certainty.prompts=" + prompts,
            "certainty.answerLength=9",
            "certainty.correctOnly=false",
            "certainty.beta=[2]",
            "certainty.trajectories=4",
            "certainty.fitPrompts=2",
            "certainty.testPrompts=2",
            "certainty.seeds=[3]",
            "certainty.bootstrap=100",
            "certainty.decoders=[one-per-step, confidence]",
            "certainty.thresholds.confidence=[0.5]",
            "certainty.adapter.rank=2",
            "train.rounds=2",
            "train.batch=4",
            "train.microBatch=4");
    JobResult samples =
        run(
            new SampleJob(),
            "run.output=" + folder.resolve("samples"),
            "sample.model=" + certain.artifact(),
            "sample.prompts=" + prompts,
            "sample.answerLength=9",
            "sample.count=4");
    Artifact written = Artifact.open(samples.artifact(), context().hadoop());
    assertThat(ArtifactTables.read(spark(), written, "samples").collectAsList())
        .hasSize(4)
        .allSatisfy(
            row ->
                assertThat(row.<Integer>getList(row.fieldIndex("tokens")))
                    .hasSize(9)
                    .allMatch(token -> token < TOKENS && token != MASK));
    assertThat(
            run(
                    new EvaluateJob(),
                    "run.output=" + folder.resolve("compared"),
                    "evaluate.model=" + certain.artifact(),
                    "evaluate.prompts=" + prompts,
                    "evaluate.answerLength=9",
                    "evaluate.count=2")
                .metrics())
        .isNotEmpty();
  }

  private static Llama network(Artifact model) {
    return (Llama) LanguageModel.read(model, Optional.empty(), "a test").network();
  }
}
