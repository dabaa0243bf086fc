package io.accelerant.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.ManifestDraft;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The head of a model's card, read as its readers do: by YAML. */
class CardMetadataTest {
  private static final ManifestDraft MODEL =
      ManifestDraft.of("model", "mmd", "five steps", 1)
          .withParent("model", "s3a://models/teacher: one", "0".repeat(64))
          .withParent("images", "out/images", "1".repeat(64))
          .withMetrics(Map.of("frechet", 0.5, "gone", Double.NaN));

  @Test
  void isYamlWithWhatTheHubKnows() {
    String head = CardMetadata.of(MODEL, "Fashion-MNIST, MIT licence.");
    assertThat(head).startsWith("---\n").endsWith("---\n\n");
    Map<String, Object> read = new Yaml().load(head.replace("---", "").strip());
    assertThat(read)
        .containsEntry("license", "mit")
        .containsEntry("base_model", List.of("s3a://models/teacher: one"))
        .containsEntry("tags", List.of("accelerant", "mmd"));
    assertThat(read.get("model-index").toString())
        .contains("five steps", "type=frechet, value=0.5", "out/images")
        .doesNotContain("gone");
  }

  @Test
  void onlyModelsHaveOne() {
    assertThat(CardMetadata.of(ManifestDraft.of("corpus", "prepare-text", "text", 1), "MIT"))
        .isEmpty();
    assertThat(CardMetadata.of(MODEL, "The model has its own.")).contains("license: \"other\"");
  }
}
