package io.accelerant.core.run;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.json.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The head of a model's card as Hugging Face's hub reads it: licence, what the model was made from,
 * and what was measured. Each value is JSON, which YAML holds.
 */
final class CardMetadata {
  /** Roles of parents that are models. */
  private static final Set<String> MODELS = Set.of("model", "teacher", "start", "source");

  private static final Map<String, String> LICENCES =
      Map.of("apache-2.0", "apache-2.0", "mit licence", "mit", "mit license", "mit");

  private CardMetadata() {}

  /** The head with its rules, a blank line behind it; empty if this is no model. */
  static String of(ManifestDraft draft, String licence) {
    if (!draft.kind().equals(Manifest.MODEL)) {
      return "";
    }
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("license", licence(licence));
    head.put("tags", List.of("accelerant", draft.method()));
    List<String> bases =
        draft.parents().stream()
            .filter(parent -> MODELS.contains(parent.role()))
            .map(Manifest.Parent::uri)
            .toList();
    if (!bases.isEmpty()) {
      head.put("base_model", bases);
    }
    head.put("model-index", List.of(Map.of("name", draft.name(), "results", results(draft))));
    StringBuilder text = new StringBuilder("---\n");
    head.forEach(
        (key, value) ->
            text.append(key).append(": ").append(CanonicalJson.writeSorted(value)).append("\n"));
    return text.append("---\n\n").toString();
  }

  private static String licence(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return LICENCES.entrySet().stream()
        .filter(known -> lower.contains(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("other");
  }

  private static List<Map<String, Object>> results(ManifestDraft draft) {
    Optional<Manifest.Parent> data =
        draft.parents().stream().filter(parent -> !MODELS.contains(parent.role())).findFirst();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("task", Map.of("type", "other", "name", draft.method()));
    result.put(
        "dataset",
        Map.of(
            "type", data.map(Manifest.Parent::role).orElse("none"),
            "name", data.map(Manifest.Parent::uri).orElse("none")));
    result.put(
        "metrics",
        draft.metrics().entrySet().stream()
            .filter(metric -> Double.isFinite(metric.getValue().doubleValue()))
            .map(metric -> Map.of("type", metric.getKey(), "value", metric.getValue()))
            .toList());
    return List.of(result);
  }
}
