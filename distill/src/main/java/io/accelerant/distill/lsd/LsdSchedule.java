package io.accelerant.distill.lsd;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.Tweedie;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A learned sampler for one model and one number of steps: what {@code sampler.json} holds. Loading
 * refuses a file that was learned for another graph, vocabulary, noise, length or model.
 *
 * @param times tau_0 = 1 &gt; .. &gt; tau_M = tEnd
 * @param coefficients Phi_0..Phi_{M-1} and their mode
 * @param modelHash sha256 of the model it was learned for
 */
public record LsdSchedule(
    DiffusionProcess process,
    int length,
    String predictor,
    double[] times,
    Coefficients coefficients,
    boolean finalDenoise,
    String objective,
    int teacherSteps,
    int trajectories,
    String modelHash,
    long seed) {
  public static final String FORMAT = "lsd-schedule/1";

  /** Longest sequence that is read from a file: states are allocated by it. */
  private static final int MAX_LENGTH = 1 << 16;

  /**
   * @throws IllegalArgumentException if the parts do not make a sampler
   */
  public LsdSchedule {
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "length must be between 1 and " + MAX_LENGTH + ", is " + length);
    }
    // checks predictor and times
    new GridSampler("", kernel(predictor), times, coefficients, finalDenoise);
    if (times[0] != 1) {
      throw new IllegalArgumentException("times must start at 1, not at " + times[0]);
    }
    if (coefficients.phi().length != times.length - 1) {
      throw new IllegalArgumentException(
          Text.of(
              "times of %d steps need as many phi, not %d",
              times.length - 1, coefficients.phi().length));
    }
    for (double phi : coefficients.phi()) {
      if (!(phi >= 0 && phi < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("phi must be at least 0 and finite, is " + phi);
      }
    }
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    if (coefficients.mode() == CoefficientMode.POSTERIOR_EXPONENT && !absorb) {
      throw new IllegalArgumentException("coefficientMode posteriorExponent needs graph absorb");
    }
    if (absorb && !finalDenoise) {
      throw new IllegalArgumentException(
          "finalDenoise must be true on graph absorb: without it masks are left");
    }
  }

  /**
   * A kernel that a learned sampler can be built on.
   *
   * @throws IllegalArgumentException if there is no such predictor
   */
  static ReverseKernel kernel(String predictor) {
    return switch (predictor) {
      case "euler" -> new Euler();
      case "tweedie" -> new Tweedie();
      default ->
          throw new IllegalArgumentException("predictor must be euler or tweedie, is " + predictor);
    };
  }

  /** Number M of steps. */
  public int steps() {
    return times.length - 1;
  }

  /**
   * The sampler that this schedule describes: M evaluations, and one more when it denoises in the
   * end.
   */
  public GridSampler sampler(String label) {
    return new GridSampler(label, kernel(predictor), times, coefficients, finalDenoise);
  }

  /**
   * @throws ArtifactException if the schedule was learned for another model
   */
  public LsdSchedule requireModel(DiscreteSource model) {
    require("graph", process.graph().label(), model.process().graph().label());
    require("vocabulary", process.vocabulary(), model.process().vocabulary());
    require("noise", process.noise(), model.process().noise());
    require("length", length, model.length());
    require("modelSha256", modelHash, model.modelHash());
    return this;
  }

  private static void require(String field, Object learned, Object given) {
    if (!learned.equals(given)) {
      throw new ArtifactException(
          Text.of(
                  "The sampler was learned for a model with %s %s, the model given has %s; give the"
                      + " model that it was learned",
                  field, learned, given)
              + " for, or learn a sampler for this one.");
    }
  }

  /** The content of {@code sampler.json}. */
  public Map<String, Object> toJson(Map<String, ? extends Number> metrics) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("graph", process.graph().label());
    json.put("numSymbols", process.symbols());
    json.put("vocabulary", process.vocabulary());
    json.put("length", length);
    json.put("noise", noiseJson(process.noise()));
    json.put("predictor", predictor);
    json.put("coefficientMode", coefficients.mode().label());
    json.put("M", steps());
    json.put("tEnd", times[steps()]);
    json.put("times", times);
    json.put("phi", coefficients.phi());
    json.put("finalDenoise", finalDenoise);
    json.put("objective", objective);
    Map<String, Object> teacher = new LinkedHashMap<>();
    teacher.put("N", teacherSteps);
    teacher.put("trajectories", trajectories);
    json.put("teacher", teacher);
    json.put("modelSha256", modelHash);
    json.put("seed", seed);
    json.put("metrics", metrics);
    return json;
  }

  static Map<String, Object> noiseJson(NoiseSchedule noise) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (noise instanceof NoiseSchedule.LogLinear loglinear) {
      json.put("kind", "loglinear");
      json.put("eps", loglinear.eps());
    } else if (noise instanceof NoiseSchedule.Geometric geometric) {
      json.put("kind", "geometric");
      json.put("min", geometric.min());
      json.put("max", geometric.max());
    }
    return json;
  }

  /**
   * Reads a schedule.
   *
   * @param json the parsed file
   * @param where name of the file, for messages
   * @throws ArtifactException if a field is missing, of the wrong type or out of range
   */
  public static LsdSchedule fromJson(Map<String, Object> json, String where) {
    JsonReader fields = JsonReader.of(json, where, ArtifactException::new);
    if (!FORMAT.equals(json.get("format"))) {
      throw new ArtifactException(
          Text.of("%s: format must be %s, is %s.", where, FORMAT, json.get("format")));
    }
    try {
      DiffusionProcess process =
          new DiffusionProcess(
              DiffusionGraph.ofLabel(fields.text("graph")),
              noise(fields.inner("noise")),
              whole(fields, "vocabulary"));
      requireSame("numSymbols", process.symbols(), whole(fields, "numSymbols"));
      JsonReader teacher = fields.inner("teacher");
      LsdSchedule schedule =
          new LsdSchedule(
              process,
              whole(fields, "length"),
              fields.text("predictor"),
              fields.numbers("times"),
              new Coefficients(
                  CoefficientMode.ofLabel(fields.text("coefficientMode")), fields.numbers("phi")),
              fields.truth("finalDenoise"),
              fields.text("objective"),
              whole(teacher, "N"),
              whole(teacher, "trajectories"),
              fields.text("modelSha256"),
              fields.wholeLong("seed", "a whole number of 64 bits"));
      requireSame("M", schedule.steps(), whole(fields, "M"));
      requireSame("tEnd", schedule.times[schedule.steps()], fields.number("tEnd"));
      return schedule;
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(where + ": " + e.getMessage() + ".");
    }
  }

  /** What the file says twice must agree. */
  private static void requireSame(String field, Object expected, Object stated) {
    if (!expected.equals(stated)) {
      throw new IllegalArgumentException(
          Text.of("%s must be %s by the other fields, is %s", field, expected, stated));
    }
  }

  private static NoiseSchedule noise(JsonReader fields) {
    return switch (fields.text("kind")) {
      case "loglinear" -> new NoiseSchedule.LogLinear(fields.number("eps"));
      case "geometric" -> new NoiseSchedule.Geometric(fields.number("min"), fields.number("max"));
      default ->
          throw new IllegalArgumentException(
              "noise must be loglinear or geometric, is " + fields.text("kind"));
    };
  }

  /** A whole number; one that is written as 64.0 is one. */
  private static int whole(JsonReader json, String name) {
    double value = json.number(name);
    if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
      throw json.wrong(name, "must be a whole number, is " + value);
    }
    return (int) value;
  }
}
