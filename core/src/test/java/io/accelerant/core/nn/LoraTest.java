package io.accelerant.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.error.ConfigException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoraTest {
  static Stream<Arguments> adapted() {
    return Stream.of(
        Arguments.of(new Lora(Examples.GPT2, 2, 3, List.of("c_attn", "mlp.c_proj"))),
        Arguments.of(new Lora(Examples.MASKED, 1, 1, List.of("lm_head", "c_gate", "c_proj"))),
        Arguments.of(new Lora(Examples.BERT, 2, 4, List.of("query", "value"))),
        Arguments.of(new Lora(Examples.LLAMA, 2, 4, Examples.LLAMA.matrices())),
        Arguments.of(new Lora(LLADA, 2, 4, LLADA.matrices())),
        Arguments.of(new Lora(Examples.DIT, 2, 3, List.of("qkv", "blocks.0.mlp.fc1"))));
  }

  private static final Llama LLADA = Examples.family(LlamaFamily.LLADA, false);

  private static double[] predict(NetworkSpec network, double[] w, Precision precision) {
    BatchShape shape = Examples.shape(network);
    try (Program p = network.forward(precision, shape)) {
      Examples.fill(p, network, shape, false);
      p.setParameters(w).run();
      return p.doubles(shape.padded() ? "logits" : "prediction");
    }
  }

  @ParameterizedTest
  @MethodSource("adapted")
  void freshAdaptersChangeNothing(Lora lora) {
    double[] base = Examples.parameters(lora.base().layout());
    assertThat(predict(lora, lora.adapt(Flat.of(base), 1).doubles(), Precision.FLOAT64))
        .containsExactly(predict(lora.base(), base, Precision.FLOAT64));
  }

  @ParameterizedTest
  @MethodSource("adapted")
  void mergedEqualsAdapted(Lora lora) {
    double[] w = Examples.parameters(lora.layout());
    double[] base = lora.merge(Flat.of(w)).doubles();
    double[] adapted = predict(lora, w, Precision.FLOAT64);
    assertThat(predict(lora.base(), base, Precision.FLOAT64))
        .containsExactly(adapted, within(1e-12));
    double[] narrow = predict(lora.base(), base, Precision.FLOAT32);
    double[] narrowAdapted = predict(lora, w, Precision.FLOAT32);
    for (int i = 0; i < narrow.length; i++) {
      assertThat(narrow[i]).isCloseTo(narrowAdapted[i], within(1e-6 * (1 + Math.abs(adapted[i]))));
    }
  }

  @Test
  void namesAreThoseOfPeftAndOnlyAdaptersAreTrained() {
    Lora lora = new Lora(Examples.GPT2, 2, 3, List.of("transformer.h.1.attn.c_attn"));
    Layout layout = lora.layout();
    String module = "base_model.model.transformer.h.1.attn.c_attn.";
    assertThat(layout.only(lora::trains).shapes().keySet())
        .containsExactly(module + "lora_A.weight", module + "lora_B.weight");
    assertThat(layout.find(module + "lora_A.weight").shape()).containsExactly(2, 8);
    assertThat(layout.find(module + "lora_B.weight").shape()).containsExactly(24, 2);
    assertThat(lora.adapterConfig()).containsEntry("peft_type", "LORA").containsEntry("r", 2);
  }

  @Test
  void standardTargetsAreTheMatricesOfTheBlocks() {
    List<NetworkSpec> networks =
        List.of(Examples.GPT2, Examples.MASKED, Examples.BERT, Examples.LLAMA, LLADA, Examples.DIT);
    for (NetworkSpec network : networks) {
      Layout layout = network.layout();
      List<String> adapted =
          new Lora(network, 1, 1, network.matrices())
              .layout().shapes().keySet().stream()
                  .filter(name -> name.endsWith("lora_A.weight"))
                  .toList();
      List<String> matrices =
          layout.tensors().stream()
              .filter(t -> t.shape().size() == 2 && t.name().matches(".*\\.\\d+\\..*"))
              .map(Layout.Tensor::name)
              .filter(name -> !name.contains("adaLN") && !name.contains("embedder"))
              .map(name -> "base_model.model." + name.replace(".weight", ".lora_A.weight"))
              .toList();
      assertThat(adapted)
          .as(network.config().get("model_type").toString())
          .hasSameElementsAs(matrices);
    }
  }

  @Test
  void aNameThatMatchesNothingIsAnError() {
    Lora lora = new Lora(Examples.BERT, 2, 3, List.of("query", "c_attn"));
    assertThatThrownBy(lora::layout)
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "LoRA target \"c_attn\" names no matrix; there are dense, key, query, value, such as bert.");
    // part of a word is no name
    assertThatThrownBy(() -> new Lora(Examples.GPT2, 2, 3, List.of("attn")).layout())
        .hasMessageContaining("\"attn\"");
    assertThatThrownBy(() -> new Lora(Examples.GPT2, 0, 3, List.of("c_attn")))
        .isInstanceOf(ConfigException.class);
  }
}
