package io.accelerant.core.model;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** LoRA adapters of a job: the keys that ask for them, and what becomes of their numbers. */
public record Adapters(Key<Integer> rank, Key<Double> alpha, Key<List<String>> targets) {
  /** Numbers of the adapters alone, under PEFT's names. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  /** PEFT's configuration. */
  public static final String CONFIG = "adapter_config.json";

  /**
   * @param block of configuration that the keys are in
   * @param matrices default of those that have adapters
   */
  public static Adapters keys(String block, List<String> matrices) {
    return keys(block, matrices, 0);
  }

  /**
   * As {@link #keys(String, List)}, of a job that trains adapters unless it is told not to.
   *
   * @param standard rank
   */
  public static Adapters keys(String block, List<String> matrices, int standard) {
    return new Adapters(
        Key.integer(block + ".rank", "Rank of LoRA adapters to train; 0: the whole network")
            .between(0, 4096)
            .withDefault(standard),
        Key.number(block + ".alpha", "alpha of LoRA; default: the rank")
            .between(1e-6, 1e6)
            .optional(),
        Key.strings(block + ".targets", "Matrices that have adapters, by the ends of their names")
            .withDefault(matrices));
  }

  /**
   * A network with the adapters that a configuration asks for; the network itself if it asks for
   * none.
   *
   * @throws ConfigException if a target names no matrix
   */
  public NetworkSpec on(JobConfig config, NetworkSpec base) {
    int r = config.get(rank);
    if (r == 0) {
      return base;
    }
    NetworkSpec lora =
        new Lora(base, r, config.find(alpha).orElse((double) r), config.get(targets));
    try {
      lora.layout();
    } catch (ConfigException e) {
      throw config.invalid(targets, "does not fit the network: " + e.getMessage());
    }
    return lora;
  }

  /**
   * What training starts from.
   *
   * @param network perhaps with adapters, which are fresh
   * @param base parameters of the network without
   */
  public static float[] initial(NetworkSpec network, float[] base, long seed) {
    return network instanceof Lora lora
        ? floats(lora.adapt(Flat.of(base).toDoubles(), seed))
        : base;
  }

  /** Parameters of the network without adapters, those folded in. */
  public static float[] merged(NetworkSpec network, float[] trained) {
    return network instanceof Lora lora
        ? floats(lora.merge(Flat.of(trained).toDoubles()))
        : trained;
  }

  private static float[] floats(double[] numbers) {
    return Flat.of(Precision.FLOAT32, numbers).floats();
  }

  /** Writes the adapters, if the network has any, as PEFT names them, with their configuration. */
  public static void write(ArtifactWriter artifact, NetworkSpec network, float[] trained) {
    if (!(network instanceof Lora lora)) {
      return;
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Layout.Tensor t : lora.layout().only(lora::trains).tensors()) {
      int from = lora.layout().find(t.name()).offset();
      long[] shape = Arrays.stream(t.dimensions()).asLongStream().toArray();
      tensors.add(Tensor.of(t.name(), shape, Arrays.copyOfRange(trained, from, from + t.size())));
    }
    artifact.write(WEIGHTS, Safetensors.bytes(tensors, Map.of("format", "pt")));
    artifact.writeJson(CONFIG, lora.adapterConfig());
  }
}
