package io.accelerant.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that must not be imported, each with what the message says. */
class BrokenModelTest {
  private static final String UP = "model.layers.1.mlp.up_proj.weight";
  private static final String QKV = "transformer.h.0.attn.c_attn.weight";

  @TempDir Path folder;
  private final List<String> lines = new ArrayList<>();

  private interface Damage {
    void to(Path model) throws IOException;
  }

  private static Damage tensors(UnaryOperator<List<Tensor>> change) {
    return model -> {
      Path file = model.resolve("model.safetensors");
      List<Tensor> tensors;
      try (SafetensorsFile read = InputFile.safetensors(file.toString(), new Configuration())) {
        tensors = read.tensors();
      }
      Files.write(file, Safetensors.bytes(change.apply(new ArrayList<>(tensors)), Map.of()));
    };
  }

  private static Damage add(Tensor tensor) {
    return tensors(
        all -> {
          all.removeIf(t -> t.name().equals(tensor.name()));
          all.add(tensor);
          return all;
        });
  }

  private static Damage remove(String... names) {
    return tensors(
        all -> {
          all.removeIf(t -> List.of(names).contains(t.name()));
          return all;
        });
  }

  private static Damage edit(String file, String from, String to) {
    return model -> {
      String text = Files.readString(model.resolve(file));
      int at = text.indexOf(from);
      assertThat(at).as(from).isNotNegative();
      String rest = text.substring(at + from.length());
      Files.writeString(model.resolve(file), text.substring(0, at) + to + rest);
    };
  }

  private static Damage config(String from, String to) {
    return edit("config.json", from, to);
  }

  private static Damage key(String key, String value) {
    return config("\"architectures\"", Text.of("\"%s\": %s, \"architectures\"", key, value));
  }

  static Stream<Arguments> families() {
    Tensor bias = Tensor.of("model.layers.0.self_attn.q_proj.bias", new long[] {24}, new float[24]);
    return Stream.of(
        of("llama-f32", remove(UP), "lacks tensors", UP + " [40, 24]"),
        of("llama-f32", add(bias), "does not have: " + bias.name()),
        of("qwen2-f16-sharded", config("qwen2", "llama"), "0.self_attn.k_proj.bias,", "3 more"),
        of("llama-f32", config("hidden_layers\": 2", "hidden_layers\": 1"), "model.layers.1."),
        of("llada-f32", config("n_layers\": 2", "n_layers\": 1"), "transformer.blocks.1."),
        of("llama-f32", config("_heads\": 2", "_heads\": 3"), "do not share 3 of keys"),
        of("llama-f32", config("bias\": false", "bias\": true"), "attention_bias must be false"),
        of("llama-f32", config("silu", "gelu"), "hidden_act must be silu"),
        of("llama-f32", config("llama3", "yarn"), "rope_type must be one of default, linear, l"),
        of("llama-f32", config("\"factor\": 8.0,", ""), "rope_scaling: factor must be a number"),
        of("llama-f32", key("num_local_experts", "8"), "whether num_local_experts changes"),
        of("llama-f32", key("sliding_window_pattern", "3"), "whether sliding_window_pattern ch"),
        of("llama-f32", key("partial_rotary_factor", "0.5"), "partial_rotary_factor must be 1.0"),
        of("llama-f32", key("quantization_config", "{}"), "weights are quantised"),
        of("qwen2-f16-sharded", config("g_window\": false", "g_window\": true"), "use_sliding_wi"),
        of("qwen2-f16-sharded", key("layer_types", "[\"x\"]"), "layer_types must be full_att"),
        of(
            "qwen2-f16-sharded",
            edit("model.safetensors.index.json", "\"model.norm.weight\"", "\"model.other\""),
            "says that tensor model.other lies in",
            "but no shard holds it"),
        of("dream-bf16", config("use_mrope\": false", "use_mrope\": true"), "use_mrope must be f"),
        of("llada-f32", config("\"rope\": true,", ""), "rope must be true, is missing"),
        of("llada-f32", config("\"llama\"", "\"sequential\""), "block_type must be llama"),
        of("llada-f32", config("attention\": null", "attention\": true"), "multi_query_attention"),
        of("llada-f32", config("embedding_size\": 61", "embedding_size\": 64"), "embedding_size"),
        of(
            "llama-tied-bf16",
            add(Tensor.of("lm_head.weight", new long[] {61, 24}, new float[61 * 24])),
            "lm_head.weight differs from model.embed_tokens.weight"));
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        of("gpt2-f32", remove(QKV), "lacks tensors", QKV + " [32, 96]"),
        of(
            "gpt2-f32",
            remove("transformer.wte.weight", "transformer.h.1.ln_1.bias"),
            "transformer.wte.weight [61, 32], transformer.h.1.ln_1.bias [32]"),
        of(
            "gpt2-f32",
            add(Tensor.of(QKV, new long[] {96, 32}, new float[96 * 32])),
            "tensor " + QKV + " must have shape [32, 96]",
            "has [96, 32]"),
        of(
            "gpt2-f32",
            add(Tensor.of("transformer.ln_f.bias", new long[] {32}, new int[32])),
            "transformer.ln_f.bias must be F32, F16 or BF16, is I32"),
        of("gpt2-f32", add(nan()), "transformer.ln_f.bias holds NaN"),
        of(
            "gpt2-f32",
            add(Tensor.of("h.0.ln_1.bias", new long[] {32}, new float[32])),
            "transformer.h.0.ln_1.bias is there twice"),
        of(
            "gpt2-f32",
            add(Tensor.of("lm_head.weight", new long[] {61, 32}, new float[61 * 32])),
            "lm_head.weight differs from transformer.wte.weight",
            "set tie_word_embeddings to false"),
        of("gpt2-f32", config("\"n_embd\": 32", "\"n_embd\": 36"), "must have shape", "36"),
        of("gpt2-f32", config("\"n_layer\": 2", "\"n_layer\": 3"), "transformer.h.2."),
        of("gpt2-f32", config("\"n_head\": 4", "\"n_head\": 5"), "width 32", "5 heads"),
        of("gpt2-f32", config("\"n_head\": 4,", ""), "n_head", "is missing"),
        of("gpt2-f32", config("gelu_new", "mish"), "activation_function", "is mish"),
        of(
            "gpt2-f32",
            config("\"n_ctx\"", "\"scale_attn_by_inverse_layer_idx\": true, \"n_ctx\""),
            "scale_attn_by_inverse_layer_idx must be false"),
        of(
            "gpt2-f32",
            config("\"model_type\": \"gpt2\"", "\"model_type\": \"t5\""),
            "model_type",
            "\"t5\""),
        of("gpt2-f32", config("{", "["), "config.json is not valid JSON"),
        of("gpt2-f32", m -> Files.delete(m.resolve("config.json")), "holds no config.json"),
        of(
            "gpt2-f32",
            m -> Files.move(m.resolve("model.safetensors"), m.resolve("pytorch_model.bin")),
            "neither model.safetensors nor",
            "pickle"),
        of(
            "gpt2-f32",
            m -> Files.write(m.resolve("model.safetensors"), new byte[100]),
            "model.safetensors"),
        of(
            "gpt2-sharded",
            m -> Files.delete(m.resolve("model-00002-of-00002.safetensors")),
            "model-00002-of-00002.safetensors does not exist"),
        of(
            "gpt2-sharded",
            edit("model.safetensors.index.json", "model-00001-of", "../model-00001-of"),
            "must be the name of a safetensors file beside it"),
        of(
            "gpt2-sharded",
            edit("model.safetensors.index.json", "model-00001-of", "model-00002-of"),
            "lies in"),
        of(
            "bert-f32",
            remove("cls.predictions.transform.dense.weight"),
            "cls.predictions.transform.dense.weight [32, 32]"),
        of(
            "bert-f32",
            config("\"hidden_act\"", "\"is_decoder\": true, \"hidden_act\""),
            "is_decoder must be false"));
  }

  /** What stands in the place of a file that was not downloaded, or saved by something else. */
  static Stream<Arguments> other() {
    byte[] gguf = new byte[64];
    System.arraycopy("GGUF".getBytes(StandardCharsets.UTF_8), 0, gguf, 0, 4);
    return Stream.of(
        Arguments.of(bytes(""), "is empty"),
        Arguments.of(
            bytes("version https://git-lfs.github.com/spec/v1\noid a\n"), "a Git LFS pointer"),
        Arguments.of(bytes("\n<!DOCTYPE html><html>not found</html>"), "an HTML page"),
        Arguments.of(bytes("Repository not found, or you are not logged in"), "text"),
        Arguments.of(new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 8, 8, 0, 0}, "a zip archive"),
        Arguments.of(
            new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', 0, 0, 0, 0}, "a Python pickle"),
        Arguments.of(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}, "compressed by gzip"),
        Arguments.of(gguf, "a GGUF model"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("other")
  void whatIsNotWeightsIsNamed(byte[] content, String kind) throws IOException {
    for (String file : List.of("model.safetensors", "config.json")) {
      Path source = Files.createDirectories(folder.resolve(file));
      Files.copy(
          GoldenModels.folder("gpt2-f32").resolve("config.json"), source.resolve("config.json"));
      Files.write(source.resolve(file), content);
      boolean text = kind.equals("text") && file.equals("config.json");
      refused(source, file, text ? "is not valid JSON" : kind, text ? "JSON" : "expected ");
    }
  }

  @Test
  void aJsonPageIsNoWeightsAndACutFileIsCut() throws IOException {
    Path source = GoldenModels.copy("gpt2-f32", folder);
    Path weights = source.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, bytes("{\"error\":\"Invalid credentials\"}"));
    refused(source, "model.safetensors is JSON; expected safetensors");
    Files.write(weights, Arrays.copyOf(whole, whole.length - 4));
    refused(source, "it is cut short");
    Files.write(weights, Arrays.copyOf(whole, 100));
    refused(source, "model.safetensors is safetensors; expected all of the file");
    Files.move(weights, source.resolve("model.gguf"));
    refused(source, "but [config.json, expected.json, model.gguf]", "safe_serialization=True");
  }

  private void refused(Path source, String... fragments) {
    assertThatThrownBy(
            () ->
                GoldenModels.JOB.plan(
                    GoldenModels.context(lines),
                    GoldenModels.config(source, folder.resolve("out"))))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments).doesNotContain("\n"));
  }

  private static Tensor nan() {
    float[] numbers = new float[32];
    numbers[3] = Float.NaN;
    return Tensor.of("transformer.ln_f.bias", new long[] {32}, numbers);
  }

  private static Arguments of(String golden, Damage damage, String... fragments) {
    return Arguments.of(golden, damage, List.of(fragments));
  }

  @ParameterizedTest
  @MethodSource({"broken", "families"})
  void isExplainedAndNothingIsPublished(String golden, Damage damage, List<String> fragments)
      throws IOException {
    Path source = GoldenModels.copy(golden, folder);
    damage.to(source);
    Path output = folder.resolve("out");
    assertThatThrownBy(
            () ->
                GoldenModels.JOB.run(
                    GoldenModels.context(lines), GoldenModels.config(source, output)))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
    assertThat(output).doesNotExist();
  }

  @Test
  void anotherKindThanAskedForIsRefused() {
    var config =
        GoldenModels.config(
            GoldenModels.folder("gpt2-f32"),
            folder.resolve("out"),
            "importModel.kind=bert-masked-lm");
    assertThatThrownBy(() -> GoldenModels.JOB.plan(GoldenModels.context(lines), config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("importModel.kind", "describes a gpt2");
  }

  @Test
  void absentFolderIsNamed() {
    var config = GoldenModels.config(folder.resolve("absent"), folder.resolve("out"));
    assertThatThrownBy(() -> GoldenModels.JOB.plan(GoldenModels.context(lines), config))
        .isInstanceOf(AccelerantException.class)
        .hasMessageContaining("absent holds no config.json");
  }

  @Test
  void anUntiedHeadIsAParameterOfItsOwn() throws IOException {
    Path source = GoldenModels.copy("gpt2-f32", folder);
    config("\"n_ctx\"", "\"tie_word_embeddings\": false, \"n_ctx\"").to(source);
    var config = GoldenModels.config(source, folder.resolve("out"));
    assertThatThrownBy(() -> GoldenModels.JOB.run(GoldenModels.context(lines), config))
        .hasMessageContaining("lm_head.weight [61, 32]");
    add(Tensor.of("lm_head.weight", new long[] {61, 32}, new float[61 * 32])).to(source);
    JobResult result = GoldenModels.JOB.run(GoldenModels.context(lines), config);
    assertThat(result.metrics()).containsEntry("parameters", 27936 + 61 * 32);
    assertThat(result.metrics().get("check.nll").doubleValue())
        .isCloseTo(Math.log(61), within(1e-12));
  }

  @Test
  void unknownTensorsAreRefusedUnlessTheyMayBeLeftOut() throws IOException {
    Path source = GoldenModels.copy("gpt2-f32", folder);
    add(Tensor.of("value_head.weight", new long[] {2}, 1f, 2f)).to(source);
    refused(source, "does not have: value_head.weight;", "importModel.leaveOut");
    var other =
        GoldenModels.config(
            source, folder.resolve("out"), "importModel.leaveOut=[value_head, reward]");
    assertThatThrownBy(() -> GoldenModels.JOB.plan(GoldenModels.context(lines), other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("\"reward\", but no such tensor is left");
    JobResult result =
        GoldenModels.JOB.run(
            GoldenModels.context(lines),
            GoldenModels.config(
                source, folder.resolve("out"), "importModel.leaveOut=[value_head]"));
    assertThat(lines).anyMatch(line -> line.contains("[value_head.weight]"));
    assertThat(result.metrics()).containsEntry("tensors.unused", 1);
  }
}
