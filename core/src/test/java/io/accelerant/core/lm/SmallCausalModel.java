package io.accelerant.core.lm;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.nn.Transformer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Causal models of rows of 8 tokens that have learned nothing, for jobs that start from one. */
public final class SmallCausalModel {
  private SmallCausalModel() {}

  /** Publishes it; returns its URI. */
  public static String publish(Configuration hadoop, Path folder, Tokenizer tokenizer) {
    return publish(hadoop, folder, tokenizer, Transformer.gpt2(tokenizer.size(), 8, 16, 1, 2));
  }

  /** A Llama, as {@code import-model} brings them; returns its URI. */
  public static String publishLlama(Configuration hadoop, Path folder, Tokenizer tokenizer) {
    int vocabulary = tokenizer.size();
    LlamaFamily family = LlamaFamily.LLAMA;
    Rotary rotary = Rotary.of(10_000);
    return publish(
        hadoop,
        folder,
        tokenizer,
        new Llama(family, vocabulary, 8, 16, 2, 2, 1, 8, 24, false, 1e-5, rotary, Map.of()));
  }

  private static String publish(
      Configuration hadoop, Path folder, Tokenizer tokenizer, TokenNetwork network) {
    float[] parameters = Flat.of(network.initial(1, InitialScale.SCALED)).toFloats();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(folder.toString(), hadoop, Claim.of("test"), false)) {
      new LanguageModel(network, parameters, tokenizer, Kind.CAUSAL)
          .write(artifact, parameters.clone());
      artifact.commit(ManifestDraft.of(Model.KIND, "train-teacher", "test", 1));
    }
    return folder.toString();
  }
}
