package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The providers of one kind of model. A name that none of them takes is that of an artifact.
 *
 * @param <W> what a run wants of a model
 * @param <M> the opened model
 */
public final class ModelRegistry<W, M> {
  private final String kind;
  private final List<ModelProvider<W, M>> named;
  private final ModelProvider<W, M> artifacts;

  /**
   * @param kind for messages
   * @param artifacts of the models that were trained here
   */
  ModelRegistry(String kind, List<ModelProvider<W, M>> named, ModelProvider<W, M> artifacts) {
    this.kind = kind;
    this.named = named;
    this.artifacts = artifacts;
  }

  /** The keys of all providers, for every job that opens such models. */
  public List<Key<?>> keys() {
    return named.stream()
        .flatMap(provider -> provider.keys().stream())
        .<Key<?>>map(k -> k)
        .toList();
  }

  /**
   * What a command line needs besides the name, which is another model with other settings: {@code
   * --set key=value} of each that is given, a blank before it.
   */
  public String asSets(JobConfig config) {
    return keys().stream()
        .filter(config::isGiven)
        .map(key -> Text.of(" --set %s=%s", key.path(), config.effective().get(key.path()).value()))
        .collect(Collectors.joining());
  }

  /** Whether the name alone tells that it stands for such a model. */
  boolean takes(String name) {
    return named.stream().anyMatch(provider -> provider.takes(name));
  }

  /** As {@link ModelProvider#inputs} of the provider that the name means. */
  public List<Manifest.Parent> inputs(ModelName name, W wanted) {
    return provider(name).inputs(name, wanted);
  }

  /** As {@link ModelProvider#open} of the provider that the name means. */
  public M open(ModelName name, W wanted) {
    return provider(name).open(name, wanted);
  }

  private ModelProvider<W, M> provider(ModelName name) {
    ModelProvider<W, M> found =
        named.stream().filter(p -> p.takes(name.text())).findFirst().orElse(artifacts);
    named.stream().filter(p -> p != found).forEach(p -> p.refuse(name));
    if (found == artifacts && name.artifact().isEmpty()) {
      String forms = named.stream().map(ModelProvider::form).collect(Collectors.joining(", "));
      throw name.invalid(
          Text.of(
              "is \"%s\", which is no %s: expected %s or %s.",
              name.text(), kind, forms, artifacts.form()));
    }
    return found;
  }
}
