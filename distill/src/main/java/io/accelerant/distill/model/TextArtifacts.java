package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.network.MaskedTextModel;
import io.accelerant.distill.model.network.NetworkTextSource;
import io.accelerant.distill.model.network.TrainingCorpus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Masked diffusion models of text that were trained here, by the URI of their artifact. */
final class TextArtifacts implements ModelProvider<DiscreteRequest, OpenedDiscreteModel> {
  @Override
  public String form() {
    return "the URI of a model artifact";
  }

  @Override
  public boolean takes(String name) {
    return true;
  }

  private static Artifact artifact(ModelName name) {
    return MaskedTextModel.require(name.artifact().orElseThrow(), name.key().path());
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, DiscreteRequest wanted) {
    Artifact artifact = artifact(name);
    List<Manifest.Parent> inputs = new ArrayList<>(List.of(parent(artifact)));
    wanted
        .referenceParent(name)
        .or(() -> trainedOn(artifact, name, wanted).map(DiscreteRequest::parent))
        .ifPresent(inputs::add);
    return inputs;
  }

  /** As every artifact that is a model. */
  static Manifest.Parent parent(Artifact model) {
    return new Manifest.Parent("model", model.uri(), model.contentHash());
  }

  private static Optional<Artifact> trainedOn(
      Artifact model, ModelName name, DiscreteRequest wanted) {
    return wanted.reference().flatMap(key -> TrainingCorpus.of(model, name.context()));
  }

  @Override
  public OpenedDiscreteModel open(ModelName name, DiscreteRequest wanted) {
    Artifact artifact = artifact(name);
    MaskedTextModel model = MaskedTextModel.read(artifact, name.key().path());
    requireSame(wanted, model, name);
    List<Manifest.Parent> parents = new ArrayList<>(List.of(parent(artifact)));
    Optional<Corpus> reference =
        wanted
            .reference(name)
            .or(() -> trainedOn(artifact, name, wanted).map(Artifact::uri))
            .map(uri -> wanted.corpus(uri, name));
    reference.ifPresent(
        corpus -> {
          requireAlphabet(corpus, model, name);
          parents.add(DiscreteRequest.parent(corpus));
        });
    return new OpenedDiscreteModel(
        NetworkTextSource.of(
            name.context(), model, artifact.uri(), artifact.contentHash(), name.config()),
        Text.of("the trained model %s, %,d parameters", artifact.uri(), model.parameters().length),
        Optional.empty(),
        reference,
        Optional.of(model.alphabet()),
        parents);
  }

  /** A trained network is for one graph, noise and length; asking for another is a mistake. */
  private static void requireSame(DiscreteRequest wanted, MaskedTextModel model, ModelName name) {
    require("graph", model.process().graph().label(), wanted.graph().label(), name);
    require("noise", model.noise(), wanted.noise(), name);
    require("length", model.length(), wanted.length().orElse(model.length()), name);
  }

  private static void require(String what, Object trained, Object asked, ModelName name) {
    if (!trained.equals(asked)) {
      throw name.invalid(
          Text.of(
              "is a model that was trained for %s %s; this run asks for %s %s.",
              what, trained, what, asked));
    }
  }

  private static void requireAlphabet(Corpus corpus, MaskedTextModel model, ModelName name) {
    if (!corpus.alphabet().equals(model.alphabet())) {
      throw name.invalid(
          Text.of(
              "is %s, a model over %s, but the reference %s is written in %s.",
              name.text(), model.alphabet().label(), corpus.uri(), corpus.alphabet().label()));
    }
  }
}
