package io.accelerant.distill.model.network;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.VpLinear;
import java.nio.file.Path;

/** Small models of 8 by 8 images with random weights. */
public final class ImageModels {
  public static final int SIZE = 64;

  private ImageModels() {}

  public static PatchTransformer network() {
    return new PatchTransformer(1, 8, 4, 16, 1, 2, 32, 3, false);
  }

  /** All weights random, those too that begin at zero. */
  public static ImageModel model(long seed) {
    return model(network(), VpLinear.standard(), seed);
  }

  /** As {@link #model(long)}. */
  public static ImageModel model(PatchTransformer network, Schedule schedule, long seed) {
    double[] initial = network.initial(seed);
    float[] parameters = new float[initial.length];
    for (int i = 0; i < initial.length; i++) {
      double jitter = new io.accelerant.core.random.RandomStream(seed, 1, i, 0).nextGaussian();
      parameters[i] = (float) (initial[i] + 0.1 * jitter);
    }
    return new ImageModel(network, parameters, schedule);
  }

  public static Artifact publish(Path folder, long seed) {
    return publish(folder, model(seed));
  }

  public static Artifact publish(Path folder, ImageModel model) {
    return TextModels.publish(folder, artifact -> model.write(artifact, model.parameters()));
  }
}
