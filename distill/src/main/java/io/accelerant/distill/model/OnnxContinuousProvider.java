package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.Key;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.distill.model.onnx.OnnxContinuousSource;
import io.accelerant.distill.model.onnx.OnnxKeys;
import java.util.List;
import java.util.Optional;

/** {@code onnx:<file>}: networks of the user's that predict noise, data or velocity. */
final class OnnxContinuousProvider implements ModelProvider<WantedModel, OpenedContinuousModel> {
  @Override
  public String form() {
    return OnnxTextProvider.FORM;
  }

  @Override
  public boolean takes(String name) {
    return name.startsWith(OnnxTextProvider.PREFIX);
  }

  @Override
  public List<Key<?>> keys() {
    return OnnxKeys.CONTINUOUS;
  }

  /** Also those of text, where a job has both. */
  @Override
  public void refuse(ModelName other) {
    ModelProvider.super.refuse(other);
    new OnnxTextProvider().refuse(other);
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, WantedModel wanted) {
    wanted.requireWhole(name);
    OnnxFile file = OnnxTextProvider.file(name);
    OnnxContinuousSource.check(file, name.config(), wanted.schedule());
    return List.of(OnnxTextProvider.parent(file));
  }

  @Override
  public OpenedContinuousModel open(ModelName name, WantedModel wanted) {
    OnnxFile file = OnnxTextProvider.file(name);
    return new OpenedContinuousModel(
        OnnxContinuousSource.open(file, name.context(), name.config(), wanted.schedule()),
        "the network " + file.uri(),
        Optional.empty(),
        List.of(OnnxTextProvider.parent(file)));
  }
}
