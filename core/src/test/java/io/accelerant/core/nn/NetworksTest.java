package io.accelerant.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifications: as configuration, as names and shapes. */
class NetworksTest {
  static Stream<NetworkSpec> networks() {
    return Examples.all().values().stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void configurationRebuildsTheNetwork(NetworkSpec network) {
    String json = CanonicalJson.write(network.config());
    NetworkSpec again = Networks.of(CanonicalJson.readObject(json, "config"), "config");
    assertThat(again).isEqualTo(network);
    assertThat(again.hash()).isEqualTo(network.hash());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void travelsInAClosure(NetworkSpec network) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(network);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(network);
    }
  }

  @Test
  void everyNetworkHasItsOwnHash() {
    List<String> hashes = networks().map(NetworkSpec::hash).toList();
    assertThat(new HashSet<>(hashes)).hasSameSizeAs(hashes);
  }

  private static List<String> names(NetworkSpec network) {
    return network.layout().tensors().stream().map(t -> t.name() + t.shape()).toList();
  }

  @Test
  void gpt2HasTheNamesOfItsFiles() {
    assertThat(names(Transformer.gpt2(61, 16, 32, 1, 4)))
        .containsExactly(
            "transformer.wte.weight[61, 32]",
            "transformer.wpe.weight[16, 32]",
            "transformer.h.0.ln_1.weight[32]",
            "transformer.h.0.ln_1.bias[32]",
            "transformer.h.0.attn.c_attn.weight[32, 96]",
            "transformer.h.0.attn.c_attn.bias[96]",
            "transformer.h.0.attn.c_proj.weight[32, 32]",
            "transformer.h.0.attn.c_proj.bias[32]",
            "transformer.h.0.ln_2.weight[32]",
            "transformer.h.0.ln_2.bias[32]",
            "transformer.h.0.mlp.c_fc.weight[32, 128]",
            "transformer.h.0.mlp.c_fc.bias[128]",
            "transformer.h.0.mlp.c_proj.weight[128, 32]",
            "transformer.h.0.mlp.c_proj.bias[32]",
            "transformer.ln_f.weight[32]",
            "transformer.ln_f.bias[32]");
  }

  @Test
  void knownModelsHaveTheirKnownSizes() {
    assertThat(Transformer.gpt2(50257, 1024, 768, 12, 12).layout().size()).isEqualTo(124439808);
    // bert-base-uncased with its masked-language-model head
    BertMaskedLm bert = new BertMaskedLm(30522, 512, 2, 768, 12, 12, 3072, Activation.GELU, 1e-12);
    assertThat(bert.layout().size()).isEqualTo(109514298);
    // Qwen2.5-0.5B
    Llama qwen =
        new Llama(
            LlamaFamily.QWEN2,
            151936,
            32768,
            896,
            24,
            14,
            2,
            64,
            4864,
            true,
            1e-6,
            Rotary.of(1e6),
            Map.of());
    assertThat(qwen.layout().size()).isEqualTo(494032768);
    // DiT-S/2 at 256 x 256: 33 million in the paper's table, the fixed positions included here
    PatchTransformer dit = new PatchTransformer(4, 32, 2, 384, 12, 6, 1536, 1000, true);
    assertThat(dit.layout().size()).isBetween(32_900_000, 33_100_000);
  }

  @Test
  void moreParametersThanOneArrayHoldsAreRefused() {
    Llama llada = // of 8 B
        new Llama(
            LlamaFamily.LLADA,
            126464,
            4096,
            4096,
            32,
            32,
            32,
            128,
            12288,
            false,
            1e-5,
            Rotary.of(5e5),
            Map.of());
    assertThatThrownBy(llada::layout)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("8,015,581,184 parameters")
        .hasMessageContaining("2,147,483,639");
  }

  @Test
  void fixedPositionsOfDitAreNotTrained() {
    Layout layout = Examples.DIT.layout();
    assertThat(layout.find("pos_embed").shape()).containsExactly(1, 4, 8);
    assertThat(layout.only(Examples.DIT::trains).shapes().keySet())
        .hasSize(layout.tensors().size() - 1)
        .doesNotContain("pos_embed")
        .contains("blocks.0.attn.qkv.weight", "y_embedder.embedding_table.weight");
  }

  @Test
  void ditEqualsThatOfPyTorch() throws IOException {
    PatchTransformer dit =
        (PatchTransformer) Networks.of(json("config.json"), "golden-models/dit-f16/config.json");
    Layout layout = dit.layout();
    double[] w = new double[layout.size()];
    try (SafetensorsFile file = SafetensorsFile.of(bytes("model.safetensors"), "dit-f16")) {
      assertThat(file.names()).hasSameElementsAs(layout.shapes().keySet());
      for (Layout.Tensor t : layout.tensors()) {
        assertThat(file.shape(t.name()))
            .containsExactly(t.shape().stream().mapToLong(n -> n).toArray());
        System.arraycopy(file.tensor(t.name()).toDoubles(), 0, w, t.offset(), t.size());
      }
    }
    Map<String, Object> expected = json("expected.json");
    double[] right = doubles(expected, "prediction");
    double wide = difference(predict(dit, w, expected, Precision.FLOAT64), right);
    double narrow = difference(predict(dit, w, expected, Precision.FLOAT32), right);
    System.getLogger("golden")
        .log(System.Logger.Level.INFO, Text.of("dit-f16 float32 %.1e, float64 %.1e", narrow, wide));
    assertThat(wide).isLessThan(1e-10);
    assertThat(narrow).isLessThan(1e-5);
  }

  private static double difference(double[] found, double[] right) {
    assertThat(found).hasSameSizeAs(right);
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      double error = Math.abs(found[i] - right[i]);
      worst = error <= worst ? worst : error; // NaN stays
    }
    return worst;
  }

  private static double[] predict(
      PatchTransformer dit, double[] w, Map<String, Object> inputs, Precision precision) {
    try (Program p = dit.forward(precision, BatchShape.of(2))) {
      p.setParameters(w).set("x", doubles(inputs, "x")).set("time", doubles(inputs, "time"));
      double[] labels = doubles(inputs, "label");
      p.set("label", new int[] {(int) labels[0], (int) labels[1]}).run();
      return p.doubles("prediction");
    }
  }

  private static double[] doubles(Map<String, Object> json, String key) {
    return ((List<?>) json.get(key))
        .stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
  }

  private static Map<String, Object> json(String file) throws IOException {
    return CanonicalJson.readObject(bytes(file), file);
  }

  private static byte[] bytes(String file) throws IOException {
    try (InputStream in =
        NetworksTest.class.getResourceAsStream("/golden-models/dit-f16/" + file)) {
      return in.readAllBytes();
    }
  }

  @Test
  void equalSpecificationsShareAProgram() {
    BatchShape shape = BatchShape.of(1, 3);
    NetworkSpec again = Networks.of(Examples.GPT2.config(), "again");
    try (ProgramPool pool = new ProgramPool(4)) {
      Examples.GPT2.forward(pool, Precision.FLOAT32, shape).close();
      again.forward(pool, Precision.FLOAT32, shape).close();
      assertThat(pool.builds()).isEqualTo(1);
      new Examples.Usual(again).training(pool, Precision.FLOAT32, shape).close();
      again.forward(pool, Precision.FLOAT32, BatchShape.padded(1, 3)).close();
      Examples.MASKED.forward(pool, Precision.FLOAT32, shape).close();
      assertThat(pool.builds()).isEqualTo(4);
    }
  }

  @Test
  void wrongConfigurationsNameTheKey() {
    assertThatThrownBy(() -> Networks.of(Map.of("model_type", "t5"), "c.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(
            "c.json: model_type", "gpt2", "llama, qwen2, llada, Dream", "\"t5\"");
    assertThatThrownBy(() -> Networks.of(Map.of("model_type", "bert", "vocab_size", -1), "c.json"))
        .hasMessageContaining("vocab_size must be a whole number of at least 1, is -1");
  }

  @Test
  void scaledWeightsStartByTheirWidth() {
    Transformer wide = Transformer.gpt2(50, 8, 64, 1, 2);
    double[] scaled = wide.initial(3, InitialScale.SCALED);
    Layout layout = wide.layout();
    assertThat(deviation(scaled, layout.find("transformer.h.0.attn.c_attn.weight")))
        .isCloseTo(0.7 / 8, within(0.005));
    assertThat(deviation(scaled, layout.find("transformer.h.0.mlp.c_proj.weight")))
        .isCloseTo(0.7 / 16, within(0.003));
    assertThat(deviation(scaled, layout.find("transformer.wte.weight")))
        .isCloseTo(0.1, within(0.005));
    assertThat(deviation(wide.initial(3), layout.find("transformer.wte.weight")))
        .isCloseTo(0.02, within(0.001));
    assertThat(deviation(scaled, layout.find("transformer.h.0.attn.c_attn.bias"))).isZero();
    double[] image = Examples.DIT.initial(3, InitialScale.SCALED);
    assertThat(deviation(image, Examples.DIT.layout().find("final_layer.linear.weight"))).isZero();
  }

  private static double deviation(double[] flat, Layout.Tensor t) {
    double squares = 0;
    for (int i = 0; i < t.size(); i++) {
      squares += flat[t.offset() + i] * flat[t.offset() + i];
    }
    return Math.sqrt(squares / t.size());
  }
}
