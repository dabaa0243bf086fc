package io.accelerant.distill.continuous;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads a mixture from JSON; every error names the entry and what it should be. */
final class MixtureReader {
  static final String KIND = "gaussian-mixture";
  private static final Set<String> KEYS =
      Set.of("kind", "weights", "means", "deviations", "classes", "description");

  private final JsonReader json;

  MixtureReader(Map<String, Object> json, String where) {
    this.json = JsonReader.of(json, where, DataException::new);
  }

  GaussianMixture read() {
    json.refuseOthers(KEYS, "is not known; expected " + new TreeSet<>(KEYS));
    if (!KIND.equals(json.fields().get("kind"))) {
      throw json.wrong("kind", "must be \"" + KIND + "\"");
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
        throw json.wrong("means[" + k + "]", "must be a list of numbers");
      }
      means[k] = json.numbers("means[" + k + "]", row);
      requireLength("means[" + k + "]", means[k].length, means[0].length);
    }
    return new GaussianMixture(weights, means, deviations, classes(components));
  }

  private int[] classes(int components) {
    if (!json.fields().containsKey("classes")) {
      return new int[0];
    }
    double[] classes = json.numbers("classes", list("classes"));
    requireLength("classes", classes.length, components);
    int[] whole = new int[components];
    TreeSet<Integer> used = new TreeSet<>();
    for (int k = 0; k < components; k++) {
      whole[k] = (int) classes[k];
      if (whole[k] != classes[k] || whole[k] < 0) {
        throw json.wrong("classes[" + k + "]", "must be a whole number from 0, is " + classes[k]);
      }
      used.add(whole[k]);
    }
    if (used.last() != used.size() - 1) {
      throw json.wrong("classes", "must use every number from 0 to the largest, uses " + used);
    }
    return whole;
  }

  private List<?> list(String name) {
    if (!(json.fields().get(name) instanceof List<?> list) || list.isEmpty()) {
      throw json.wrong(name, "must be a list that is not empty");
    }
    return list;
  }

  private double[] positive(String name, List<?> list) {
    double[] numbers = json.numbers(name, list);
    for (int k = 0; k < numbers.length; k++) {
      if (!(numbers[k] > 0)) {
        throw json.wrong(name + "[" + k + "]", "must be positive, is " + numbers[k]);
      }
    }
    return numbers;
  }

  private void requireLength(String name, int length, int expected) {
    if (length != expected) {
      throw json.wrong(name, Text.of("must have %d entries, has %d", expected, length));
    }
  }
}
