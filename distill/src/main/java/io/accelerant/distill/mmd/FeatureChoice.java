package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.util.List;

/**
 * One entry of {@code mmd.features}: parts joined by {@code +}, and, after a colon, another type of
 * kernel than {@code mmd.kernel.type}.
 */
record FeatureChoice(List<String> parts, KernelSettings kernel, String text) {
  static final String CLASSIFIER = "a";
  static final String COMPONENTS = "pca";
  static final String PIXELS = "pixels";
  static final String POOLED = "pooled";
  private static final List<String> PARTS = List.of(CLASSIFIER, COMPONENTS, PIXELS, POOLED);

  static List<FeatureChoice> all(JobConfig config, Key<List<String>> key) {
    List<FeatureChoice> choices =
        config.get(key).stream().map(text -> of(text, config, key)).toList();
    if (choices.isEmpty() || choices.stream().distinct().count() < choices.size()) {
      throw config.invalid(key, "must list different features, has " + config.get(key) + ".");
    }
    return choices;
  }

  private static FeatureChoice of(String text, JobConfig config, Key<List<String>> key) {
    if (text.startsWith("onnx:")) {
      throw config.invalid(
          key,
          Text.of(
              "has %s: ONNX Runtime gives no gradients, so such features only measure; name the file in mmd.onnx.",
              text));
    }
    String[] halves = text.split(":", -1);
    List<String> parts = List.of(halves[0].split("\\+", -1));
    String type = halves.length == 2 ? halves[1] : config.get(KernelSettings.TYPE);
    if (halves.length > 2
        || !PARTS.containsAll(parts)
        || parts.stream().distinct().count() < parts.size()
        || !KernelSettings.TYPES.contains(type)) {
      throw config.invalid(
          key,
          Text.of(
              "has \"%s\"; expected parts out of %s joined by +, then perhaps a colon and one of %s.",
              text, PARTS, KernelSettings.TYPES));
    }
    return new FeatureChoice(parts, KernelSettings.of(config).ofType(type), text);
  }

  boolean hasClassifier() {
    return parts.contains(CLASSIFIER);
  }

  /** As it stands in names of stages and metrics: {@code a-pca}, {@code a-polynomial}. */
  String label() {
    return text.replaceAll("[+:]", "-");
  }
}
