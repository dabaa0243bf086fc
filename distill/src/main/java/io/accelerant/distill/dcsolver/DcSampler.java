package io.accelerant.distill.dcsolver;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Compensation;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.DualFast;
import io.accelerant.distill.continuous.FinalOrder;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.continuous.UniPc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code sampler.json} holds: a solver and its fitted ratios for one model.
 *
 * @param modelHash of the model that they were fitted for
 * @param ratios by {@link #key}, one a step
 * @param cpr polynomial for other settings, where there were enough to fit one
 */
public record DcSampler(
    String modelHash,
    SolverSettings settings,
    Map<String, double[]> ratios,
    Optional<CascadePolynomial> cpr) {
  static final int FORMAT_VERSION = 1;
  static final String METHOD = "dc-solver";

  /** Name of a setting, such as {@code nfe5.cfg7.5}. */
  public static String key(int nfe, double guidance) {
    return "nfe" + nfe + ".cfg" + Text.plain(guidance);
  }

  /** The JSON form, with the times and ln alpha of each number of steps. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("method", METHOD);
    json.put("modelSha256", modelHash);
    json.putAll(settings.toJson());
    json.put("compensationDegree", Compensation.DEGREE);
    json.put("ratios", ratios);
    Map<String, Object> grids = new LinkedHashMap<>();
    for (String key : ratios.keySet()) {
      double[] times = settings.times(ratios.get(key).length);
      Map<String, Object> grid = new LinkedHashMap<>();
      grid.put("times", times);
      grid.put(
          "logAlpha", java.util.Arrays.stream(times).map(settings.schedule()::logAlpha).toArray());
      grid.put("networkTimes", java.util.Arrays.stream(times).map(settings::networkTime).toArray());
      grids.putIfAbsent("nfe" + ratios.get(key).length, grid);
    }
    json.put("grids", grids);
    cpr.ifPresent(polynomial -> json.put("cpr", polynomial.coefficients()));
    return json;
  }

  /**
   * Reads {@link #toJson}.
   *
   * @param where names the file in errors
   * @throws ArtifactException if it is something else
   */
  static DcSampler fromJson(Map<String, Object> json, String where) {
    if (!METHOD.equals(json.get("method"))
        || !Integer.valueOf(FORMAT_VERSION).equals(json.get("formatVersion"))) {
      throw new ArtifactException(
          Text.of(
              "%s is not a sampler of method %s, format %d: it has method %s, format %s.",
              where, METHOD, FORMAT_VERSION, json.get("method"), json.get("formatVersion")));
    }
    JsonReader fields = JsonReader.of(json, where + " is damaged", ArtifactException::new);
    JsonReader fitted = fields.inner("ratios");
    Map<String, double[]> ratios = new LinkedHashMap<>();
    fitted.fields().keySet().forEach(key -> ratios.put(key, fitted.numbers(key)));
    try {
      Optional<CascadePolynomial> cpr =
          fields.has("cpr")
              ? Optional.of(new CascadePolynomial(fields.numbers("cpr")))
              : Optional.empty();
      return new DcSampler(fields.text("modelSha256"), settings(fields), ratios, cpr);
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(where + " is damaged: " + e.getMessage(), e);
    }
  }

  private static SolverSettings settings(JsonReader json) {
    Solver solver =
        new Solver(
            json.text("solver"),
            json.whole("order"),
            UniPc.Variant.ofLabel(json.text("variant")),
            CorrectorUse.ofLabel(json.text("corrector")),
            FinalOrder.ofLabel(json.text("lowerOrderFinal")),
            DualFast.ofSampler(json));
    return new SolverSettings(
        Schedule.ofLabel(json.text("schedule")),
        json.number("tEnd"),
        Spacing.ofLabel(json.text("spacing")),
        solver,
        json.wholes("labels"),
        new Thresholding(json.number("threshold")),
        json.has("wholeTimes"));
  }

  /**
   * This sampler if it was fitted for the model.
   *
   * @throws ArtifactException if it was fitted for another one
   */
  public DcSampler requireModel(ContinuousSource model, String where) {
    if (!modelHash.equals(model.modelHash())) {
      throw new ArtifactException(
          Text.of(
              "%s was fitted for the model with modelSha256 %s, not %s; ratios do not carry over:"
                  + " fit them with dc-solver.",
              where, modelHash, model.modelHash()));
    }
    return this;
  }

  /**
   * The ratios of a setting.
   *
   * @throws ArtifactException if it was not fitted; lists those that were
   */
  public double[] ratios(int nfe, double guidance, String where) {
    double[] found = ratios.get(key(nfe, guidance));
    if (found == null || found.length != nfe) {
      throw new ArtifactException(
          Text.of(
              "%s holds no ratios for %s; it holds %s%s.",
              where,
              key(nfe, guidance),
              ratios.keySet(),
              cpr.isPresent() ? "; sample.cpr predicts others from it" : ""));
    }
    return found.clone();
  }

  /** Reads 36 numbers: .npy, a JSON list, or the {@code cpr} of a sampler. */
  static CascadePolynomial polynomial(byte[] content, String where) {
    if (where.endsWith(".npy")) {
      return CascadePolynomial.ofNpy(content, where);
    }
    Object json = CanonicalJson.readValue(content, where);
    Object list = json instanceof Map<?, ?> map ? map.get("cpr") : json;
    if (!(list instanceof List<?> numbers)
        || numbers.size() != CascadePolynomial.SIZE
        || !numbers.stream().allMatch(Number.class::isInstance)) {
      throw new DataException(where + " must hold 36 numbers: a list, or {\"cpr\": [..]}.");
    }
    return new CascadePolynomial(
        numbers.stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray());
  }
}
