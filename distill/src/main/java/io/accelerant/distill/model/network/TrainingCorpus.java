package io.accelerant.distill.model.network;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import java.util.Optional;

/** The corpus that a model was trained on, found again by what its manifest records. */
public final class TrainingCorpus {
  /** Role of the parent. */
  public static final String ROLE = "corpus";

  private TrainingCorpus() {}

  /**
   * @return the corpus; empty if the model records none
   * @throws ArtifactException if it is no longer where it was, or is not the same any more
   */
  public static Optional<Artifact> of(Artifact model, JobContext context) {
    return model.manifest().parents().stream()
        .filter(parent -> parent.role().equals(ROLE))
        .findFirst()
        .map(parent -> open(model, parent, context));
  }

  private static Artifact open(Artifact model, Manifest.Parent parent, JobContext context) {
    Artifact corpus;
    try {
      corpus =
          Artifact.open(parent.uri(), context.hadoop())
              .requireKind(Corpus.KIND, "the model " + model.uri());
    } catch (ArtifactException e) {
      throw new ArtifactException(
          Text.of(
              "The corpus that the model %s was trained on cannot be opened: %s Prepare it again"
                  + " under that name, or name another corpus as the reference.",
              model.uri(), e.getMessage()),
          e);
    }
    if (!corpus.contentHash().equals(parent.contentHash())) {
      throw new ArtifactException(
          Text.of(
              "%s is not the corpus that the model %s was trained on: its content hash is %s, the"
                  + " model records %s. Prepare that corpus again, or name one as the reference.",
              corpus.uri(), model.uri(), corpus.contentHash(), parent.contentHash()));
    }
    return corpus;
  }
}
