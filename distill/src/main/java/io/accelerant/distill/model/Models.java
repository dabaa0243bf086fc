package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.Key;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Every way in which frozen models come in: a provider is a line here. */
public final class Models {
  /** Models of sequences. */
  public static final ModelRegistry<DiscreteRequest, OpenedDiscreteModel> DISCRETE =
      new ModelRegistry<>(
          "model", List.of(new MarkovProvider(), new OnnxTextProvider()), new TextArtifacts());

  /** Models of vectors, images and videos. */
  public static final ModelRegistry<WantedModel, OpenedContinuousModel> CONTINUOUS =
      new ModelRegistry<>(
          "continuous model",
          List.of(new MixtureProvider(), new OnnxContinuousProvider()),
          new ImageArtifacts());

  private Models() {}

  /** The artifact that a name of a continuous model means; empty for a file or a mixture. */
  public static Optional<Artifact> artifact(ModelName name) {
    return CONTINUOUS.takes(name.text()) ? Optional.empty() : name.artifact();
  }

  /**
   * Whether a name stands for a continuous model: by itself; where it can stand for either, if a
   * key is set that only continuous models have; and an artifact, if it says that it is one.
   */
  public static boolean isContinuous(ModelName name, Collection<Key<?>> onlyContinuous) {
    boolean continuous = CONTINUOUS.takes(name.text());
    if (continuous != DISCRETE.takes(name.text())) {
      return continuous;
    }
    return continuous
        ? onlyContinuous.stream().anyMatch(key -> name.config().find(key).isPresent())
        : name.artifact().filter(ImageModel::isOne).isPresent();
  }
}
