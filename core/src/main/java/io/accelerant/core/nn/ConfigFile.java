package io.accelerant.core.nn;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The keys of a {@code config.json}, many of which may be absent; those that are not asked for are
 * ignored, since Hugging Face's files hold many that change nothing here.
 */
record ConfigFile(JsonReader json) {
  ConfigFile(Map<String, Object> values, String whatItIs) {
    this(JsonReader.of(values, whatItIs, DataException::new));
  }

  Map<String, Object> values() {
    return json.fields();
  }

  String whatItIs() {
    return json.where();
  }

  /** The object under a key. */
  ConfigFile inner(String key) {
    return new ConfigFile(json.inner(key));
  }

  int size(String key) {
    if (values().get(key) instanceof Integer n && n > 0) {
      return n;
    }
    throw json.expected(key, "a whole number of at least 1");
  }

  int size(String key, int otherwise) {
    return json.has(key) ? size(key) : otherwise;
  }

  /** Whole numbers of at least 1. */
  List<Integer> sizes(String key) {
    List<?> list = json.typed(key, List.class, "a list of whole numbers");
    if (!list.stream().allMatch(element -> element instanceof Integer n && n > 0)) {
      throw json.expected(key, "a list of whole numbers of at least 1");
    }
    return list.stream().map(Integer.class::cast).toList();
  }

  /** Whole numbers of at least 0. */
  List<Integer> indices(String key, List<Integer> otherwise) {
    if (!json.has(key)) {
      return otherwise;
    }
    List<?> list = json.typed(key, List.class, "a list of whole numbers");
    if (!list.stream().allMatch(element -> element instanceof Integer n && n >= 0)) {
      throw json.expected(key, "a list of whole numbers of at least 0");
    }
    return list.stream().map(Integer.class::cast).toList();
  }

  List<String> texts(String key) {
    List<?> list = json.typed(key, List.class, "a list of texts");
    if (!list.stream().allMatch(String.class::isInstance)) {
      throw json.expected(key, "a list of texts");
    }
    return list.stream().map(String.class::cast).toList();
  }

  List<String> texts(String key, List<String> otherwise) {
    return json.has(key) ? texts(key) : otherwise;
  }

  double number(String key, double otherwise) {
    return json.has(key) ? json.number(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    return json.has(key) ? json.truth(key) : otherwise;
  }

  String text(String key, String otherwise) {
    return json.has(key) ? json.text(key) : otherwise;
  }

  /** Refuses a network that computes something else than is built here. */
  void require(String key, Object otherwise, Object only) {
    Object found = json.has(key) ? values().get(key) : otherwise;
    if (!only.equals(found)) {
      throw json.expected(key, only + " (nothing else is built here)");
    }
  }

  <E extends Enum<E> & Named> E named(String key, E[] constants) {
    return labelled(key, text(key, ""), constants, Named::label);
  }

  Activation activation(String key, Activation otherwise) {
    // both names stand for the tanh form
    String label = text(key, otherwise.label()).replace("gelu_pytorch_tanh", "gelu_new");
    return labelled(key, label, Activation.values(), Activation::label);
  }

  private <E> E labelled(String key, String label, E[] constants, Function<E, String> labels) {
    return Arrays.stream(constants)
        .filter(constant -> labels.apply(constant).equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                json.expected(
                    key,
                    Arrays.stream(constants)
                        .map(labels)
                        .collect(Collectors.joining(", ", "one of ", ""))));
  }
}
