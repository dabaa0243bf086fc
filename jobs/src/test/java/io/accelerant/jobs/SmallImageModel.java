package io.accelerant.jobs;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.model.network.ImageModel;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** A model of images of 28 by 28 that has learned nothing, for jobs that start from one. */
final class SmallImageModel {
  private SmallImageModel() {}

  static void publish(Path folder) {
    PatchTransformer network = new PatchTransformer(1, 28, 7, 16, 1, 2, 64, 10, false);
    double[] initial = network.initial(1);
    RandomStream stream = new RandomStream(1, 1, 0, 0);
    float[] parameters = new float[initial.length];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (initial[i] + 0.02 * stream.nextGaussian());
    }
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(folder.toString(), new Configuration(), Claim.of("test"), false)) {
      new ImageModel(network, parameters, VpLinear.standard()).write(artifact, parameters);
      artifact.commit(ManifestDraft.of(Model.KIND, "train-teacher", "test", 1));
    }
  }
}
