package io.accelerant.core.hub;

import io.accelerant.core.nn.BertMaskedLm;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Norm;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.safetensors.Dtype;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which model of Hugging Face's a network is. Those that were imported are what they were, name for
 * name; a causal transformer of ours is a GPT-2, or with rotary positions a GPT-NeoX; every other
 * network of ours is none.
 *
 * @param loader what reads it
 * @param task the hub's word for what it does; empty if it has none
 * @param config keys of {@code config.json} that describe the network as its loader knows it; empty
 *     where they are ours
 * @param renamed whether parameters have other names or another order than ours, so that adapters
 *     to ours do not fit
 * @param weights tensors of the published file, from those of ours
 */
record HubNetwork(
    Loader loader,
    Optional<String> task,
    Map<String, Object> config,
    boolean renamed,
    Function<SafetensorsFile, List<Safetensors.Entry>> weights) {

  /** Who reads a folder. */
  enum Loader {
    /** A class of transformers for text from left to right. */
    CAUSAL("AutoModelForCausalLM"),
    /** A class of transformers that fills masks. */
    MASKED("AutoModelForMaskedLM"),
    /** Code that was published with the first model of its family. */
    REMOTE("AutoModel"),
    /** No class of transformers. */
    OWN("");

    private final String type;

    Loader(String type) {
      this.type = type;
    }

    /** Class that picks the right one; empty if there is none. */
    String type() {
      return type;
    }
  }

  private static final String GENERATION = "text-generation";

  static HubNetwork of(NetworkSpec network) {
    if (network instanceof BertMaskedLm) {
      return same(Loader.MASKED, "fill-mask", network);
    } else if (network instanceof Llama llama) {
      return same(loader(llama.family()), GENERATION, network);
    } else if (network instanceof Transformer ours && isLayerNormed(ours)) {
      return switch (ours.positions()) {
        case LEARNED -> same(Loader.CAUSAL, GENERATION, network);
        case SINUSOIDAL ->
            new HubNetwork(
                Loader.CAUSAL,
                Optional.of(GENERATION),
                ours.withPositions(Positions.LEARNED).config(),
                false,
                file -> withPositions(file, ours));
        case ROTARY ->
            new HubNetwork(
                Loader.CAUSAL,
                Optional.of(GENERATION),
                GptNeoX.config(ours),
                true,
                file -> new GptNeoX(ours, file).tensors());
      };
    }
    return new HubNetwork(Loader.OWN, Optional.empty(), Map.of(), false, HubNetwork::unchanged);
  }

  private static HubNetwork same(Loader loader, String task, NetworkSpec network) {
    return new HubNetwork(
        loader, Optional.of(task), network.config(), false, HubNetwork::unchanged);
  }

  private static Loader loader(LlamaFamily family) {
    return switch (family) {
      case LLAMA, QWEN2 -> Loader.CAUSAL;
      case LLADA, DREAM -> Loader.REMOTE;
    };
  }

  /** All that GPT-2 and GPT-NeoX have in common. */
  private static boolean isLayerNormed(Transformer ours) {
    return ours.causal() && ours.norm() == Norm.LAYER && !ours.gated() && !ours.timed();
  }

  private static List<Safetensors.Entry> unchanged(SafetensorsFile file) {
    List<Safetensors.Entry> entries = new ArrayList<>();
    for (String name : file.names()) {
      entries.add(
          new Safetensors.Entry(name, file.dtype(name), file.shape(name), () -> file.tensor(name)));
    }
    return entries;
  }

  /**
   * GPT-2 adds a row of a table for each position; here the rows are sines, as they are of ours.
   */
  private static List<Safetensors.Entry> withPositions(SafetensorsFile file, Transformer ours) {
    String name = "transformer.wpe.weight";
    long[] shape = {ours.maximumLength(), ours.width()};
    double[] sinusoids = Positions.sinusoids(ours.maximumLength(), ours.width());
    float[] numbers = new float[sinusoids.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) sinusoids[i];
    }
    List<Safetensors.Entry> entries = unchanged(file);
    entries.add(
        new Safetensors.Entry(name, Dtype.F32, shape, () -> Tensor.of(name, shape, numbers)));
    return entries;
  }
}
