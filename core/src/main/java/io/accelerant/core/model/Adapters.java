package io.accelerant.core.model;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.CausalNetwork;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.NetworkSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** LoRA adapters of a job: the keys that ask for them, and what becomes of their numbers. */
public record Adapters(Key<Integer> rank, Key<Double> alpha, Key<List<String>> targets) {
  /**
   * Folder of the two files that PEFT reads: beside the whole network, its loaders would take the
   * network for adapters of another.
   */
  private static final String FOLDER = "adapter/";

  /** Numbers of the adapters alone, under PEFT's names. */
  public static final String WEIGHTS = FOLDER + "adapter_model.safetensors";

  /** PEFT's configuration. */
  public static final String CONFIG = FOLDER + "adapter_config.json";

  /**
   * @param block of configuration that the keys are in
   */
  public static Adapters keys(String block) {
    return keys(block, 0);
  }

  /**
   * As {@link #keys(String)}, of a job that trains adapters unless it is told not to.
   *
   * @param standard rank
   */
  public static Adapters keys(String block, int standard) {
    return new Adapters(
        Key.integer(block + ".rank", "Rank of LoRA adapters to train; 0: the whole network")
            .between(0, 4096)
            .withDefault(standard),
        Key.number(block + ".alpha", "alpha of LoRA; default: the rank")
            .between(1e-6, 1e6)
            .optional(),
        Key.strings(
                block + ".targets",
                "Matrices that have adapters, by the ends of their names; default: all of the blocks")
            .optional());
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
        new Lora(
            base,
            r,
            config.find(alpha).orElse((double) r),
            config.find(targets).orElseGet(base::matrices));
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
    return network instanceof Lora lora ? lora.adapt(Flat.of(base), seed).floats() : base;
  }

  /** Parameters of the network without adapters, those folded in. */
  public static float[] merged(NetworkSpec network, float[] trained) {
    return network instanceof Lora lora ? lora.merge(Flat.of(trained)).floats() : trained;
  }

  /** Writes the adapters, if the network has any, as PEFT names them, with their configuration. */
  public static void write(ArtifactWriter artifact, NetworkSpec network, float[] trained) {
    if (!(network instanceof Lora lora)) {
      return;
    }
    Model.write(artifact, WEIGHTS, Model.tensors(lora.layout(), trained, lora::trains));
    artifact.writeJson(CONFIG, config(lora));
  }

  /** What PEFT reads; of what is not here, its standards are meant. */
  private static Map<String, Object> config(Lora lora) {
    boolean causal = lora.base() instanceof CausalNetwork network && network.causal();
    Map<String, Object> config = new LinkedHashMap<>(lora.adapterConfig());
    config.put("task_type", causal ? "CAUSAL_LM" : null);
    config.put("base_model_name_or_path", null);
    config.put("inference_mode", true);
    config.put("lora_dropout", 0.0);
    config.put("use_rslora", false);
    config.put("use_dora", false);
    return config;
  }
}
