package io.accelerant.distill.model;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.continuous.Schedule;
import java.util.List;
import java.util.Optional;

/** {@code <file>.json}: Gaussian mixtures, whose score is exact at every schedule. */
final class MixtureProvider implements ModelProvider<Schedule, OpenedContinuousModel> {
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
  public List<Manifest.Parent> inputs(ModelName name, Schedule schedule) {
    return open(name, schedule).parents();
  }

  @Override
  public OpenedContinuousModel open(ModelName name, Schedule schedule) {
    InputFile file = InputFile.read(name.text(), name.context().hadoop(), LARGEST);
    GaussianMixture mixture = GaussianMixture.fromJson(file.json(), name.text());
    return new OpenedContinuousModel(
        mixture,
        Text.of("the Gaussian mixture %s in %d dimensions", name.text(), mixture.size()),
        Optional.empty(),
        List.of(new Manifest.Parent("model", file.uri(), file.sha256())));
  }
}
