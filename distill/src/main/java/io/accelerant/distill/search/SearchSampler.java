package io.accelerant.distill.search;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.StepSamplerJson;
import io.accelerant.distill.continuous.Thresholding;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code sampler.json} holds: for one model and one guidance a schedule of steps for each
 * number of evaluations.
 *
 * @param modelHash of the model that they were searched for
 * @param settings schedule, end, labels and thresholding; its solver and spacing have no meaning
 * @param samplers by number of evaluations
 */
record SearchSampler(
    String modelHash,
    SolverSettings settings,
    double guidance,
    Map<Integer, StepSampler> samplers) {
  static final int FORMAT_VERSION = 1;
  static final String METHOD = "search-solver";

  SearchSampler {
    samplers = new TreeMap<>(samplers);
  }

  /** Name of a setting, such as {@code nfe5.cfg7.5}. */
  static String key(int nfe, double guidance) {
    return "nfe" + nfe + ".cfg" + Text.plain(guidance);
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("method", METHOD);
    json.put("modelSha256", modelHash);
    json.put("schedule", settings.schedule().label());
    json.put("tEnd", settings.tEnd());
    json.put("labels", settings.labels());
    json.put("threshold", settings.thresholding().quantile());
    json.put("guidance", guidance);
    Map<String, Object> schedules = new LinkedHashMap<>();
    samplers.forEach(
        (nfe, sampler) ->
            schedules.put(key(nfe, guidance), StepSamplerJson.tree(sampler, settings)));
    json.put("schedules", schedules);
    if (settings.wholeTimes()) {
      json.put("wholeTimes", true);
    }
    return json;
  }

  /**
   * Reads {@link #toJson}.
   *
   * @param where names the file in errors
   * @throws ArtifactException if it is something else
   */
  static SearchSampler fromJson(Map<String, Object> json, String where) {
    if (!METHOD.equals(json.get("method"))
        || !Integer.valueOf(FORMAT_VERSION).equals(json.get("formatVersion"))) {
      throw new ArtifactException(
          Text.of(
              "%s is not a sampler of method %s, format %d: it has method %s, format %s.",
              where, METHOD, FORMAT_VERSION, json.get("method"), json.get("formatVersion")));
    }
    JsonReader fields = JsonReader.of(json, where + " is damaged", ArtifactException::new);
    try {
      SolverSettings settings =
          new SolverSettings(
              Schedule.ofLabel(fields.text("schedule")),
              fields.number("tEnd"),
              Spacing.LOG_SNR,
              Solver.plain(Solver.DDIM),
              fields.wholes("labels"),
              new Thresholding(fields.number("threshold")),
              fields.has("wholeTimes"));
      double guidance = fields.number("guidance");
      JsonReader schedules = fields.inner("schedules");
      Map<Integer, StepSampler> samplers = new LinkedHashMap<>();
      for (String key : schedules.fields().keySet()) {
        StepSampler sampler = StepSamplerJson.read(schedules.inner(key), settings.schedule());
        int nfe = sampler.schedule().evaluations();
        if (!key.equals(key(nfe, guidance))) {
          throw schedules.wrong(key, Text.of("takes %d evaluations at guidance %s", nfe, guidance));
        }
        samplers.put(nfe, sampler);
      }
      return new SearchSampler(fields.text("modelSha256"), settings, guidance, samplers);
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(where + " is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * @throws ArtifactException if it was searched for another model
   */
  void requireModel(ContinuousSource model, String where) {
    if (!modelHash.equals(model.modelHash())) {
      throw new ArtifactException(
          Text.of(
              "%s was searched for the model with modelSha256 %s, not %s; schedules do not carry"
                  + " over: find one with search-solver.",
              where, modelHash, model.modelHash()));
    }
  }

  /**
   * The schedule of a setting.
   *
   * @throws ArtifactException if there is none; lists those that there are
   */
  StepSampler sampler(int nfe, double wanted, String where) {
    StepSampler found = samplers.get(nfe);
    if (found == null || wanted != guidance) {
      throw new ArtifactException(
          Text.of(
              "%s holds no schedule for %s; it holds %s.",
              where,
              key(nfe, wanted),
              samplers.keySet().stream().map(n -> key(n, guidance)).toList()));
    }
    return found;
  }
}
