package io.accelerant.distill.model.network;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Transformer;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/** Small models of text with random weights. */
public final class TextModels {
  public static final int LENGTH = 12;

  private TextModels() {}

  /** A bidirectional transformer over letters and MASK. */
  public static Transformer network() {
    return Transformer.gpt2(28, LENGTH, 16, 1, 2).withCausal(false);
  }

  /** Weights several times as large as initial ones, so that posteriors are not nearly uniform. */
  public static MaskedTextModel model(long seed) {
    double[] initial = network().initial(seed);
    float[] parameters = new float[initial.length];
    for (int i = 0; i < initial.length; i++) {
      parameters[i] = (float) (4 * initial[i]);
    }
    return new MaskedTextModel(
        network(), parameters, Alphabet.LETTERS27, LENGTH, new NoiseSchedule.LogLinear(1e-3));
  }

  /** Publishes {@link #model}; its raw weights are all twice the average. */
  public static Artifact publish(Path folder, long seed, Artifact... corpus) {
    MaskedTextModel model = model(seed);
    float[] raw = model.parameters().clone();
    for (int i = 0; i < raw.length; i++) {
      raw[i] *= 2;
    }
    Manifest.Parent[] parents =
        Arrays.stream(corpus)
            .map(c -> new Manifest.Parent(TrainingCorpus.ROLE, c.uri(), c.contentHash()))
            .toArray(Manifest.Parent[]::new);
    return publish(folder, artifact -> model.write(artifact, raw), parents);
  }

  /** Publishes what is written as an artifact of kind model. */
  public static Artifact publish(
      Path folder, Consumer<ArtifactWriter> content, Manifest.Parent... parents) {
    Configuration hadoop = new Configuration();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(folder.toString(), hadoop, Claim.of("test"), false)) {
      content.accept(artifact);
      ManifestDraft draft = ManifestDraft.of(Model.KIND, "train-teacher", "test", 1);
      for (Manifest.Parent parent : parents) {
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      artifact.commit(draft);
    }
    return Artifact.open(folder.toString(), hadoop);
  }
}
