package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.NetworkImageSource;
import java.util.List;
import java.util.Optional;

/** Models of images and videos that were trained here, by the URI of their artifact. */
final class ImageArtifacts implements ModelProvider<WantedModel, OpenedContinuousModel> {
  @Override
  public String form() {
    return "the URI of a model artifact of images or videos";
  }

  @Override
  public boolean takes(String name) {
    return true;
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, WantedModel wanted) {
    Artifact artifact = artifact(name, wanted.schedule());
    wanted.kept(ImageModel.described(artifact, name.key().path()).network(), name);
    return List.of(TextArtifacts.parent(artifact));
  }

  private static Artifact artifact(ModelName name, Schedule schedule) {
    Artifact artifact = name.artifact().orElseThrow();
    String trained = ImageModel.schedule(artifact, name.key().path()).label();
    if (!trained.equals(schedule.label())) {
      throw name.invalid(
          Text.of(
              "names %s, which was trained with the schedule %s, not %s: set the schedule to that.",
              artifact.uri(), trained, schedule.label()));
    }
    return artifact;
  }

  @Override
  public OpenedContinuousModel open(ModelName name, WantedModel wanted) {
    Artifact artifact = artifact(name, wanted.schedule());
    ImageModel whole = ImageModel.read(artifact, name.key().path());
    ImageModel model = whole.withKept(wanted.kept(whole.network(), name));
    PatchTransformer network = model.network();
    return new OpenedContinuousModel(
        NetworkImageSource.of(
            name.context(), model, artifact.uri(), artifact.contentHash(), name.config()),
        Text.of(
            "the trained model %s%s, %,d parameters",
            artifact.uri(),
            wanted.skipped().isEmpty() ? "" : " without blocks " + wanted.skipped(),
            model.parameters().length),
        Optional.of(
            new Pixels(
                network.channels(), network.frames().count(), network.size(), network.size())),
        List.of(TextArtifacts.parent(artifact)));
  }
}
