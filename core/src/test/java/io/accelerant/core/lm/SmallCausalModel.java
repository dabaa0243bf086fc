package io.accelerant.core.lm;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Transformer;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** A causal model of rows of 8 tokens that has learned nothing, for jobs that start from one. */
public final class SmallCausalModel {
  private SmallCausalModel() {}

  /** Publishes it; returns its URI. */
  public static String publish(Configuration hadoop, Path folder, Tokenizer tokenizer) {
    Transformer network = Transformer.gpt2(tokenizer.size(), 8, 16, 1, 2);
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
