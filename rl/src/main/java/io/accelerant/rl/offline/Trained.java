package io.accelerant.rl.offline;

import io.accelerant.rl.policy.Normaliser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a cell made.
 *
 * @param parameters of the policy
 * @param returns of the evaluation episodes, by start
 * @param secondsPerStep wall time of a gradient step; says nothing about the policy
 */
record Trained(float[] parameters, Normaliser normaliser, double[] returns, double secondsPerStep) {

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    double[] widened = new double[parameters.length];
    for (int i = 0; i < widened.length; i++) {
      widened[i] = parameters[i];
    }
    json.put("parameters", widened);
    json.put("mean", normaliser.mean());
    json.put("deviation", normaliser.deviation());
    json.put("returns", returns);
    json.put("secondsPerStep", secondsPerStep);
    return json;
  }

  static Trained fromJson(Map<String, Object> json) {
    double[] widened = numbers(json.get("parameters"));
    float[] parameters = new float[widened.length];
    for (int i = 0; i < widened.length; i++) {
      parameters[i] = (float) widened[i];
    }
    return new Trained(
        parameters,
        new Normaliser(numbers(json.get("mean")), numbers(json.get("deviation"))),
        numbers(json.get("returns")),
        ((Number) json.get("secondsPerStep")).doubleValue());
  }

  private static double[] numbers(Object list) {
    return ((List<?>) list).stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
  }

  double meanReturn() {
    double sum = 0;
    for (double value : returns) {
      sum += value;
    }
    return sum / returns.length;
  }
}
