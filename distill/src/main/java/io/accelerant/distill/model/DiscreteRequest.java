package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Corpus;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.util.Optional;

/**
 * What a run wants of a discrete model.
 *
 * @param length number of positions; empty takes the model's or the corpus', or 64
 * @param smoothing share of the uniform law that is mixed into a chain that is not counted
 * @param reference key of the corpus artifact that samples of a network are held against; not set,
 *     it is the corpus that a model artifact was trained on. Empty: no corpus is wanted
 */
public record DiscreteRequest(
    DiffusionGraph graph,
    NoiseSchedule noise,
    Optional<Integer> length,
    double smoothing,
    Optional<Key<String>> reference) {

  /** The corpus that the reference names, where it is set. */
  Optional<String> reference(ModelName name) {
    return reference.flatMap(name.config()::find);
  }

  /** Verified to exist. */
  Optional<Manifest.Parent> referenceParent(ModelName name) {
    return reference(name)
        .map(
            uri ->
                parent(
                    Artifact.open(uri, name.context().hadoop())
                        .requireKind(Corpus.KIND, reference.orElseThrow().path())));
  }

  /** A corpus to hold samples against; needs Spark. */
  Corpus corpus(String uri, ModelName name) {
    return Corpus.open(
        name.context().spark(), name.context().hadoop(), uri, reference.orElseThrow().path());
  }

  static Manifest.Parent parent(Artifact corpus) {
    return new Manifest.Parent("reference", corpus.uri(), corpus.contentHash());
  }

  static Manifest.Parent parent(Corpus corpus) {
    return new Manifest.Parent("reference", corpus.uri(), corpus.contentHash());
  }
}
