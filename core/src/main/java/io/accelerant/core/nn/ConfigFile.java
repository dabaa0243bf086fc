package io.accelerant.core.nn;

import io.accelerant.core.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Typed reading of a {@code config.json}; keys that are not asked for are ignored, since Hugging
 * Face's files hold many that change nothing here.
 *
 * @param whatItIs named in errors
 */
record ConfigFile(Map<String, Object> values, String whatItIs) {
  private DataException wrong(String key, String expected) {
    Object found = values.get(key);
    return new DataException(
        "%s: %s must be %s, is %s."
            .formatted(whatItIs, key, expected, found == null ? "missing" : found));
  }

  private boolean absent(String key) {
    return values.get(key) == null;
  }

  int size(String key) {
    if (values.get(key) instanceof Integer n && n > 0) {
      return n;
    }
    throw wrong(key, "a whole number of at least 1");
  }

  int size(String key, int otherwise) {
    return absent(key) ? otherwise : size(key);
  }

  /** Whole numbers of at least 1. */
  List<Integer> sizes(String key) {
    List<Integer> sizes = new ArrayList<>();
    if (!(values.get(key) instanceof List<?> list)) {
      throw wrong(key, "a list of whole numbers");
    }
    for (Object element : list) {
      if (!(element instanceof Integer n) || n < 1) {
        throw wrong(key, "a list of whole numbers of at least 1");
      }
      sizes.add(n);
    }
    return sizes;
  }

  List<String> texts(String key) {
    if (values.get(key) instanceof List<?> list
        && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw wrong(key, "a list of texts");
  }

  /** The object under a key. */
  @SuppressWarnings("unchecked")
  ConfigFile inner(String key) {
    if (values.get(key) instanceof Map<?, ?> map) {
      return new ConfigFile((Map<String, Object>) map, whatItIs + ": " + key);
    }
    throw wrong(key, "an object");
  }

  double number(String key, double otherwise) {
    if (absent(key)) {
      return otherwise;
    }
    if (values.get(key) instanceof Number n) {
      return n.doubleValue();
    }
    throw wrong(key, "a number");
  }

  boolean flag(String key, boolean otherwise) {
    if (absent(key)) {
      return otherwise;
    }
    if (values.get(key) instanceof Boolean b) {
      return b;
    }
    throw wrong(key, "true or false");
  }

  String text(String key, String otherwise) {
    if (absent(key)) {
      return otherwise;
    }
    if (values.get(key) instanceof String s) {
      return s;
    }
    throw wrong(key, "a text");
  }

  /** Refuses a network that computes something else than is built here. */
  void require(String key, Object otherwise, Object only) {
    Object found = absent(key) ? otherwise : values.get(key);
    if (!only.equals(found)) {
      throw wrong(key, only + " (nothing else is built here)");
    }
  }

  <E extends Enum<E> & Named> E named(String key, E[] constants) {
    String label = text(key, "");
    List<String> labels = new ArrayList<>();
    for (E constant : constants) {
      if (constant.label().equals(label)) {
        return constant;
      }
      labels.add(constant.label());
    }
    throw wrong(key, "one of " + String.join(", ", labels));
  }

  Activation activation(String key, Activation otherwise) {
    // both names stand for the tanh form
    String label = text(key, otherwise.label()).replace("gelu_pytorch_tanh", "gelu_new");
    List<String> labels = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      if (activation.label().equals(label)) {
        return activation;
      }
      labels.add(activation.label());
    }
    throw wrong(key, "one of " + String.join(", ", labels));
  }
}
