package io.accelerant.core.hub;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * A published model as a folder that Hugging Face's tools read: {@code config.json}, {@code
 * model.safetensors} (adapters folded in, every number as it was published), the tokenizer, and a
 * card with the head that the hub shows. What a network is there says {@link HubNetwork}.
 */
public final class HubFolder {
  /** Kind of the artifacts that such folders are, with a manifest beside the files. */
  public static final String KIND = "huggingface";

  private static final Pattern HUB_NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

  private static final Pattern SETTINGS = Pattern.compile("[^/]+\\.(json|txt|jinja)");
  private static final Set<String> NOT_COPIED = Set.of(Model.CONFIG, "metrics.json");

  private final Artifact artifact;
  private final Map<String, Object> config;
  private final HubNetwork network;

  private HubFolder(Artifact artifact) {
    this.artifact = artifact;
    this.config = artifact.readJson(Model.CONFIG);
    try {
      this.network = HubNetwork.of(Networks.of(config, artifact.uri() + "/" + Model.CONFIG));
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  /**
   * Writes the folder.
   *
   * @param base name of the model on the hub that this one was made from, if it was from one
   * @return its URI
   * @throws ArtifactException if the artifact is no model with weights of its own or is damaged, or
   *     the target is taken
   * @throws ConfigException if the base is no name of the hub's
   */
  public static String export(
      Artifact artifact, String target, Optional<String> base, Configuration hadoop) {
    base.filter(name -> !HUB_NAME.matcher(name).matches())
        .ifPresent(
            name -> {
              throw new ConfigException(
                  Text.of(
                      "--base-model must be the name of a model on the hub, such as Qwen/Qwen2-0.5B,"
                          + " is \"%s\"; leave it out if the model was made from none.",
                      name));
            });
    Manifest manifest = artifact.manifest();
    if (!manifest.kind().equals(Model.KIND)
        || !artifact.holds(Model.WEIGHTS)
        || !artifact.holds(Model.CONFIG)) {
      throw new ArtifactException(
          Text.of(
              "%s is of kind %s, method %s; only an artifact of kind %s with %s and %s has a"
                  + " Hugging Face layout. Name one, or leave out --format to copy this artifact as"
                  + " it is.",
              artifact.uri(),
              manifest.kind(),
              manifest.method(),
              Model.KIND,
              Model.CONFIG,
              Model.WEIGHTS));
    }
    HubFolder folder = new HubFolder(artifact);
    ManifestDraft draft =
        ManifestDraft.of(KIND, manifest.method(), manifest.name(), manifest.seed())
            .withConfig(manifest.config())
            .withMetrics(manifest.metrics());
    return ArtifactReport.export(
        artifact, target, hadoop, draft, writer -> folder.write(writer, base));
  }

  private void write(ArtifactWriter writer, Optional<String> base) {
    Optional<HubTokenizer> tokenizer =
        Tokenizers.isIn(artifact) ? Optional.empty() : HubTokenizer.of(artifact, config);
    Map<String, Object> written = config(tokenizer);
    writer.writeJson(Model.CONFIG, written);
    writeWeights(writer);
    tokenizer.ifPresent(made -> made.files().forEach(writer::writeJson));
    artifact.manifest().files().stream()
        .map(Manifest.FileEntry::path)
        .filter(this::isCopied)
        .forEach(file -> writer.write(file, artifact.read(file)));
    String type = String.valueOf(written.get("model_type"));
    writer.write(HubCard.FILE, HubCard.of(artifact).with(network, base, type).markdown());
  }

  private boolean isCopied(String file) {
    boolean own = network.loader() == HubNetwork.Loader.OWN;
    return SETTINGS.matcher(file).matches() && !NOT_COPIED.contains(file)
        || own && file.startsWith("python/")
        || !network.renamed() && file.startsWith("adapter/");
  }

  /** As the loader knows the network; what only our jobs read stays where no other loader does. */
  private Map<String, Object> config(Optional<HubTokenizer> tokenizer) {
    if (network.loader() == HubNetwork.Loader.OWN) {
      return config;
    }
    Map<String, Object> written = new LinkedHashMap<>(network.config());
    config.forEach(
        (key, value) -> {
          if (key.endsWith("_token_id") || key.equals("torch_dtype")) {
            written.putIfAbsent(key, value);
          }
        });
    tokenizer.ifPresent(made -> written.putAll(made.modelConfig()));
    return written;
  }

  private void writeWeights(ArtifactWriter writer) {
    try (SafetensorsFile file = artifact.safetensors(Model.WEIGHTS);
        OutputStream out = writer.create(Model.WEIGHTS)) {
      Safetensors.writeEach(out, network.weights().apply(file), Map.of("format", "pt"));
    } catch (IOException e) {
      throw new ArtifactException(
          Text.of("Cannot write %s of %s: %s", Model.WEIGHTS, writer.uri(), e.getMessage()), e);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }
}
