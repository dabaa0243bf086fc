package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.Transformer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientPartTest {
  private static final Transformer TWO_BLOCKS = Transformer.gpt2(4, 8, 16, 2, 2);

  private static List<String> names(NetworkSpec network, String which) {
    return GradientPart.of(network, which).part().tensors().stream()
        .map(Layout.Tensor::name)
        .toList();
  }

  @Test
  void theBlockIsTheLastOne() {
    assertThat(names(TWO_BLOCKS, "block"))
        .isNotEmpty()
        .allMatch(name -> name.contains("h.1."))
        .anyMatch(name -> name.endsWith("attn.c_attn.weight"));
  }

  @Test
  void ofAdaptersItIsWhatTheyTrain() {
    Lora lora = new Lora(TWO_BLOCKS, 2, 4, List.of("c_attn"));
    assertThat(names(lora, "block")).hasSize(2).allMatch(name -> name.contains("lora"));
    assertThat(names(lora, "all")).hasSize(4);
  }

  @Test
  void familiesHaveOtherNamesForTheirBlocks() {
    for (LlamaFamily family : LlamaFamily.values()) {
      Llama llama =
          new Llama(family, 4, 8, 16, 2, 2, 2, 8, 24, false, 1e-5, Rotary.of(10_000), Map.of());
      assertThat(names(llama, "block")).hasSizeGreaterThan(8).allMatch(n -> n.contains("s.1."));
    }
  }

  @Test
  void namesAreFoundByTheirEnds() {
    assertThat(names(TWO_BLOCKS, "mlp.c_fc.bias"))
        .containsExactly("transformer.h.0.mlp.c_fc.bias", "transformer.h.1.mlp.c_fc.bias");
    assertThatThrownBy(() -> GradientPart.of(TWO_BLOCKS, "c_fx"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.gradientOf is \"c_fx\"")
        .hasMessageContaining("mlp.c_fc.weight");
  }
}
