package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.onnx.OnnxKeys;
import io.accelerant.distill.model.onnx.OnnxTextSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code onnx:<file>}: networks of the user's that predict masked or noisy symbols. */
final class OnnxTextProvider implements ModelProvider<DiscreteRequest, OpenedDiscreteModel> {
  static final String PREFIX = "onnx:";
  static final String FORM = PREFIX + "<file>";

  @Override
  public String form() {
    return FORM;
  }

  @Override
  public boolean takes(String name) {
    return name.startsWith(PREFIX);
  }

  @Override
  public List<Key<?>> keys() {
    return OnnxKeys.TEXT;
  }

  static OnnxFile file(ModelName name) {
    return OnnxFile.read(name.text().substring(PREFIX.length()), name.context().hadoop());
  }

  static Manifest.Parent parent(OnnxFile file) {
    return new Manifest.Parent("model", file.uri(), file.sha256());
  }

  @Override
  public List<Manifest.Parent> inputs(ModelName name, DiscreteRequest wanted) {
    OnnxFile file = file(name);
    OnnxTextSource.check(file, name.config());
    List<Manifest.Parent> inputs = new ArrayList<>(List.of(parent(file)));
    wanted.referenceParent(name).ifPresent(inputs::add);
    return inputs;
  }

  @Override
  public OpenedDiscreteModel open(ModelName name, DiscreteRequest wanted) {
    OnnxFile file = file(name);
    Optional<Corpus> reference = wanted.reference(name).map(uri -> wanted.corpus(uri, name));
    Optional<Alphabet> alphabet = alphabet(name, reference);
    OnnxTextSource source =
        OnnxTextSource.open(
            file,
            name.context(),
            new OnnxTextSource.Wanted(
                wanted.graph(),
                wanted.noise(),
                optional(wanted.length()),
                optional(reference.map(Corpus::length)),
                optional(alphabet.map(Alphabet::size)),
                name.key().path().replaceFirst("[^.]*$", "length")),
            name.config());
    List<Manifest.Parent> parents = new ArrayList<>(List.of(parent(file)));
    reference.map(DiscreteRequest::parent).ifPresent(parents::add);
    return new OpenedDiscreteModel(
        source,
        Text.of("the network %s over %d symbols", file.uri(), source.process().vocabulary()),
        Optional.empty(),
        reference,
        alphabet,
        parents);
  }

  private static Optional<Alphabet> alphabet(ModelName name, Optional<Corpus> reference) {
    Optional<Alphabet> named = name.config().find(OnnxKeys.ALPHABET).map(Alphabet::ofLabel);
    if (named.isPresent() && reference.map(c -> !c.alphabet().equals(named.get())).orElse(false)) {
      throw name.config()
          .invalid(
              OnnxKeys.ALPHABET,
              Text.of(
                  "is %s, but the reference %s is written in %s.",
                  named.get().label(), reference.get().uri(), reference.get().alphabet().label()));
    }
    return named.or(() -> reference.map(Corpus::alphabet));
  }

  private static OptionalInt optional(Optional<Integer> value) {
    return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }
}
