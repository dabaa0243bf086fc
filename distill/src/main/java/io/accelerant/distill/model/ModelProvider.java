package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.List;

/**
 * One way in which models come in. A further one is a class that implements this and a line in
 * {@link Models}.
 *
 * @param <W> what a run wants of a model
 * @param <M> the opened model
 */
public interface ModelProvider<W, M> {
  /** How its names look, for messages, such as {@code onnx:<file>}. */
  String form();

  /** Whether a name means one of its models. */
  boolean takes(String name);

  /** The keys that say more of its models; every job that takes these models has them. */
  default List<Key<?>> keys() {
    return List.of();
  }

  /**
   * Refuses values that a model of another provider would not use.
   *
   * @throws ConfigException if one of the {@link #keys} is given
   */
  default void refuse(ModelName other) {
    other
        .config()
        .refuse(
            keys(),
            Text.of(
                "is for %s, but %s = %s is none; leave it out.",
                form(), other.key().path(), other.text()));
  }

  /**
   * The artifacts and files that a model is made from, read and checked; cheap, needs no Spark.
   *
   * @throws ConfigException if the name means nothing, or the model is for something else than is
   *     wanted
   * @throws io.accelerant.core.error.ArtifactException if an artifact is missing or of another kind
   * @throws io.accelerant.core.error.DataException if a file is missing or not what it should be
   */
  List<Manifest.Parent> inputs(ModelName name, W wanted);

  /** Opens a model; the errors are those of {@link #inputs}, and what opening it shows besides. */
  M open(ModelName name, W wanted);
}
