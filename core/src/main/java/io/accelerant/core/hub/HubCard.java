package io.accelerant.core.hub;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The card of an artifact with a head that the hub takes: which library loads the model and what
 * for. The hub refuses a base model that is none of its own, so that places in file systems, which
 * stay in the card's table of parents, leave the head.
 *
 * @param head keys of the front matter, values as {@link CanonicalJson} reads them
 * @param body Markdown
 */
record HubCard(Map<String, Object> head, String body) {
  static final String FILE = "README.md";

  private static final String BASE = "base_model";
  private static final String RESULTS = "model-index";
  private static final Pattern FRONT = Pattern.compile("\\A---\n(.*?\n)---\n\\s*", Pattern.DOTALL);

  private static final Pattern SECTION =
      Pattern.compile(
          "## " + Pattern.quote(ModelCard.LOADING) + "\n\n```.*?\n```\n", Pattern.DOTALL);

  static HubCard of(Artifact artifact) {
    String text = new String(artifact.read(FILE), StandardCharsets.UTF_8);
    Matcher front = FRONT.matcher(text);
    if (!front.find()) { // made before there was any
      return new HubCard(Map.of(), text);
    }
    try {
      String json = // each line is a key and its value in JSON
          front
              .group(1)
              .lines()
              .map(line -> line.replaceFirst("^([^:]+): ", "\"$1\": "))
              .collect(Collectors.joining(",", "{", "}"));
      return new HubCard(
          CanonicalJson.readObject(json, artifact.uri() + "/" + FILE), text.substring(front.end()));
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  /**
   * The card of a folder that others load.
   *
   * @param base name of the base model on the hub
   */
  HubCard with(HubNetwork network, Optional<String> base, String modelType) {
    Map<String, Object> full = new LinkedHashMap<>();
    full.put("license", "other");
    full.putAll(head);
    full.remove(BASE);
    base.ifPresent(name -> full.put(BASE, List.of(name)));
    boolean own = network.loader() == HubNetwork.Loader.OWN;
    full.put("library_name", own ? "accelerant" : "transformers");
    network
        .task()
        .ifPresent(
            task -> {
              full.put("pipeline_tag", task);
              full.computeIfPresent(RESULTS, (key, results) -> withTask(results, task));
            });
    return new HubCard(full, own ? body + own(modelType) : loadedBy(theirs(network, modelType)));
  }

  private String loadedBy(String loading) {
    String section = "## " + ModelCard.LOADING + "\n\n" + loading;
    Matcher old = SECTION.matcher(body);
    return old.find()
        ? old.replaceFirst(Matcher.quoteReplacement(section))
        : body.stripTrailing() + "\n\n" + section;
  }

  /** What was measured, as results of a task that the hub knows. */
  private static Object withTask(Object results, String task) {
    if (!(results instanceof List<?> models)) {
      return results;
    }
    for (Object model : models) {
      if (model instanceof Map<?, ?> one && one.get("results") instanceof List<?> list) {
        list.forEach(result -> put(result, "task", Map.of("type", task)));
      }
    }
    return results;
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static void put(Object map, String key, Object value) {
    if (map instanceof Map<?, ?> fields) {
      ((Map<String, Object>) fields).put(key, value);
    }
  }

  private static String theirs(HubNetwork network, String modelType) {
    if (network.loader() == HubNetwork.Loader.REMOTE) {
      return Text.of(
          """
          transformers itself has no class for `%s`: take the Python files, and `auto_map` of \
          `config.json`, from the first model of the family, then

          ```python
          from transformers import %s, AutoTokenizer
          model = %s.from_pretrained(".", trust_remote_code=True)
          tokenizer = AutoTokenizer.from_pretrained(".")
          ```
          """,
          modelType, network.loader().type(), network.loader().type());
    }
    return Text.of(
        """
        ```python
        from transformers import %s, AutoTokenizer
        model = %s.from_pretrained(".")
        tokenizer = AutoTokenizer.from_pretrained(".")
        ```
        """,
        network.loader().type(), network.loader().type());
  }

  private static String own(String modelType) {
    return Text.of(
        """

        ## Which library loads it

        No class of transformers or diffusers is this network (`model_type` is `%s`).
        `python/load.py` reads its weights with numpy, and Accelerant's jobs the artifact that this
        folder was exported from.
        """,
        modelType);
  }

  String markdown() {
    String lines =
        head.entrySet().stream()
            .map(e -> e.getKey() + ": " + CanonicalJson.writeSorted(e.getValue()) + "\n")
            .collect(Collectors.joining());
    return "---\n" + lines + "---\n\n" + body;
  }
}
