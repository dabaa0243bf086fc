package io.accelerant.distill.continuous;

import io.accelerant.core.error.DataException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads a mixture from JSON; every error names the entry and what it should be. */
final class MixtureReader {
  static final String KIND = "gaussian-mixture";
  private static final Set<String> KEYS =
      Set.of("kind", "weights", "means", "deviations", "classes", "description");

  private final Map<String, Object> json;
  private final String where;

  MixtureReader(Map<String, Object> json, String where) {
    this.json = json;
    this.where = where;
  }

  GaussianMixture read() {
    TreeSet<String> unknown = new TreeSet<>(json.keySet());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw wrong(unknown.first(), "is not known; expected " + new TreeSet<>(KEYS));
    }
    if (!KIND.equals(json.get("kind"))) {
      throw wrong("kind", "must be \"" + KIND + "\"");
    }
    double[] weights = positive("weights", list("weights"));
    int components = weights.length;
    double[] deviations = positive("deviations", list("deviations"));
    List<?> rows = list("means");
    requireLength("deviations", deviations.length, components);
    requireLength("means", rows.size(), components);
    double[][] means = new double[components][];
    for (int k = 0; k < components; k++) {
      if (!(rows.get(k) instanceof List<?> row) || row.isEmpty()) {
        throw wrong("means[" + k + "]", "must be a list of numbers");
      }
      means[k] = numbers("means[" + k + "]", row);
      requireLength("means[" + k + "]", means[k].length, means[0].length);
    }
    return new GaussianMixture(weights, means, deviations, classes(components));
  }

  private int[] classes(int components) {
    if (!json.containsKey("classes")) {
      return new int[0];
    }
    double[] classes = numbers("classes", list("classes"));
    requireLength("classes", classes.length, components);
    int[] whole = new int[components];
    TreeSet<Integer> used = new TreeSet<>();
    for (int k = 0; k < components; k++) {
      whole[k] = (int) classes[k];
      if (whole[k] != classes[k] || whole[k] < 0) {
        throw wrong("classes[" + k + "]", "must be a whole number from 0, is " + classes[k]);
      }
      used.add(whole[k]);
    }
    if (used.last() != used.size() - 1) {
      throw wrong("classes", "must use every number from 0 to the largest, uses " + used);
    }
    return whole;
  }

  private List<?> list(String name) {
    if (!(json.get(name) instanceof List<?> list) || list.isEmpty()) {
      throw wrong(name, "must be a list that is not empty");
    }
    return list;
  }

  private double[] positive(String name, List<?> list) {
    double[] numbers = numbers(name, list);
    for (int k = 0; k < numbers.length; k++) {
      if (!(numbers[k] > 0)) {
        throw wrong(name + "[" + k + "]", "must be positive, is " + numbers[k]);
      }
    }
    return numbers;
  }

  private double[] numbers(String name, List<?> list) {
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Number number)) {
        throw wrong(name + "[" + i + "]", "must be a number, is " + list.get(i));
      }
      numbers[i] = number.doubleValue();
    }
    return numbers;
  }

  private void requireLength(String name, int length, int expected) {
    if (length != expected) {
      throw wrong(name, "must have %d entries, has %d".formatted(expected, length));
    }
  }

  private DataException wrong(String name, String why) {
    return new DataException("%s: %s %s.".formatted(where, name, why));
  }
}
