package io.accelerant.distill.model;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.GaussianMixture;
import java.util.List;
import java.util.Optional;

/** {@code <file>.json}: Gaussian mixtures, whose score is exact at every schedule. */
final class MixtureProvider implements ModelProvider<WantedModel, OpenedContinuousModel> {
  private static final int LARGEST = 256 << 20;

  @Override
  public String form() {
    return "<file>.json (a Gaussian mixture)";
  }

  @Override
  public boolean takes(String name) {
    return name.endsWith(".json");
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, WantedModel wanted) {
    return open(name, wanted).parents();
  }

  @Override
  public OpenedContinuousModel open(ModelName name, WantedModel wanted) {
    wanted.requireWhole(name);
    InputFile file = InputFile.read(name.text(), name.context().hadoop(), LARGEST);
    GaussianMixture mixture = GaussianMixture.fromJson(file.json(), name.text());
    return new OpenedContinuousModel(
        mixture,
        Text.of("the Gaussian mixture %s in %d dimensions", name.text(), mixture.size()),
        Optional.empty(),
        List.of(new Manifest.Parent("model", file.uri(), file.sha256())));
  }
}
