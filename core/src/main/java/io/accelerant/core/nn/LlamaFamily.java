package io.accelerant.core.nn;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Families of models that {@link Llama} is: what their blocks differ in, and their names. */
public enum LlamaFamily {
  /** Touvron et al., "LLaMA" (2023), and its successors up to 3.x. */
  LLAMA("llama", "LlamaForCausalLM", LlamaNames.HUGGING_FACE, true, false, false, 10000, 1e-6),
  /** Qwen 2 and 2.5: queries, keys and values have biases. */
  QWEN2("qwen2", "Qwen2ForCausalLM", LlamaNames.HUGGING_FACE, true, true, false, 10000, 1e-6),
  /** Nie et al., "Large Language Diffusion Models" (2025): looks both ways. */
  LLADA("llada", "LLaDAModelLM", LlamaNames.OLMO, false, false, false, 10000, 1e-5),
  /** Ye et al., "Dream 7B" (2025): of Qwen2, looks both ways, a place says what the next holds. */
  DREAM("Dream", "DreamModel", LlamaNames.HUGGING_FACE, false, true, true, 10000, 1e-6);

  private final String type;
  private final String architecture;
  private final transient LlamaNames names;
  private final boolean causal;
  private final boolean biased;
  private final boolean shifted;
  private final double base;
  private final double epsilon;

  LlamaFamily(
      String type,
      String architecture,
      LlamaNames names,
      boolean causal,
      boolean biased,
      boolean shifted,
      double base,
      double epsilon) {
    this.type = type;
    this.architecture = architecture;
    this.names = names;
    this.causal = causal;
    this.biased = biased;
    this.shifted = shifted;
    this.base = base;
    this.epsilon = epsilon;
  }

  /** {@code model_type} in {@code config.json}. */
  public String type() {
    return type;
  }

  /** Hugging Face's class of the model with its head. */
  public String architecture() {
    return architecture;
  }

  LlamaNames names() {
    return names;
  }

  boolean causal() {
    return causal;
  }

  /** Whether queries, keys and values have biases. */
  boolean biased() {
    return biased;
  }

  /** Whether what the published network says at a place is about the next one. */
  public boolean shifted() {
    return shifted;
  }

  /** Base of rotary positions where a configuration gives none. */
  double base() {
    return base;
  }

  /** Epsilon of the norms where a configuration gives none. */
  double epsilon() {
    return epsilon;
  }

  /** All of {@link #type}, as a list for people. */
  static String types() {
    return Arrays.stream(values()).map(LlamaFamily::type).collect(Collectors.joining(", "));
  }

  static Optional<LlamaFamily> of(String type) {
    return Arrays.stream(values()).filter(family -> family.type.equals(type)).findFirst();
  }
}
