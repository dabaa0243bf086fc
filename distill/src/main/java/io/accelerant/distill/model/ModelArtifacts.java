package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.model.network.MaskedTextModel;
import io.accelerant.distill.model.network.NetworkTextSource;
import io.accelerant.distill.model.network.TrainingCorpus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Models that were trained here, by the URI of their artifact. */
final class ModelArtifacts {
  /** A word before a colon that no slash follows is a mistyped model, not a file system. */
  private static final Pattern NO_URI = Pattern.compile("(?s)[a-zA-Z][a-zA-Z0-9+.-]*:(?!/).*");

  private ModelArtifacts() {}

  /**
   * The artifact of a masked diffusion model of text, checked but for its weights.
   *
   * @param key where the name was given, for messages
   * @throws ConfigException if the name means nothing
   * @throws io.accelerant.core.error.ArtifactException if there is no artifact, or another kind
   */
  static Artifact find(String name, JobContext context, JobConfig config, Key<?> key) {
    return MaskedTextModel.require(
        any(name, context).orElseThrow(() -> noModel(name, config, key)), key.path());
  }

  /**
   * The artifact of a name, of whatever kind; empty if the name means nothing.
   *
   * @throws io.accelerant.core.error.ArtifactException if it is a path or URI without an artifact
   */
  static Optional<Artifact> any(String name, JobContext context) {
    if (NO_URI.matcher(name).matches()) {
      return Optional.empty();
    }
    return name.contains("/")
        ? Optional.of(Artifact.open(name, context.hadoop()))
        : Artifact.find(name, context.hadoop());
  }

  private static ConfigException noModel(String name, JobConfig config, Key<?> key) {
    return config.invalid(
        key, "is \"%s\", which is no model: expected %s.".formatted(name, DiscreteModels.NAMES));
  }

  static Manifest.Parent parent(Artifact model) {
    return new Manifest.Parent("model", model.uri(), model.contentHash());
  }

  static OpenedDiscreteModel open(
      DiscreteModels.Request request, JobContext context, JobConfig config, Key<?> key) {
    Artifact artifact = find(request.name(), context, config, key);
    MaskedTextModel model = MaskedTextModel.read(artifact, key.path());
    requireSame(request, model, config, key);
    List<Manifest.Parent> parents = new ArrayList<>(List.of(parent(artifact)));
    Optional<Corpus> reference = reference(request, artifact, context, key);
    reference.ifPresent(
        corpus -> {
          requireAlphabet(corpus, request, model, config, key);
          parents.add(new Manifest.Parent("reference", corpus.uri(), corpus.contentHash()));
        });
    return new OpenedDiscreteModel(
        NetworkTextSource.of(context, model, artifact.contentHash(), config),
        "the trained model %s, %,d parameters".formatted(artifact.uri(), model.parameters().length),
        Optional.empty(),
        reference,
        Optional.of(model.alphabet()),
        parents);
  }

  private static Optional<Corpus> reference(
      DiscreteModels.Request request, Artifact model, JobContext context, Key<?> key) {
    Optional<String> uri = request.reference();
    if (uri.isEmpty() && request.trainedOn()) {
      uri = TrainingCorpus.of(model, context).map(Artifact::uri);
    }
    return uri.map(u -> Corpus.open(context.spark(), context.hadoop(), u, key.path()));
  }

  /** A trained network is for one graph, noise and length; asking for another is a mistake. */
  private static void requireSame(
      DiscreteModels.Request request, MaskedTextModel model, JobConfig config, Key<?> key) {
    require("graph", model.process().graph().label(), request.graph().label(), config, key);
    require("noise", model.noise(), request.noise(), config, key);
    int length = request.length().orElse(model.length());
    require("length", model.length(), length, config, key);
  }

  private static void require(
      String what, Object trained, Object asked, JobConfig config, Key<?> key) {
    if (!trained.equals(asked)) {
      throw config.invalid(
          key,
          "is a model that was trained for %s %s; this run asks for %s %s."
              .formatted(what, trained, what, asked));
    }
  }

  private static void requireAlphabet(
      Corpus corpus,
      DiscreteModels.Request request,
      MaskedTextModel model,
      JobConfig config,
      Key<?> key) {
    if (corpus.alphabet() != model.alphabet()) {
      throw config.invalid(
          key,
          "is %s, a model over %s, but the reference %s is written in %s."
              .formatted(
                  request.name(),
                  model.alphabet().label(),
                  corpus.uri(),
                  corpus.alphabet().label()));
    }
  }
}
