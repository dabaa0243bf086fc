package io.accelerant.distill.continuous;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * DualFast (2025, arXiv 2506.13058): where a solver uses its newest output, the noise becomes
 * eps_new(t) = (1 + c_t) eps(x_t, t) - c_t eps(x_tau, tau), tau an earlier, noisier time that has
 * been evaluated anyway, since a network errs less where there is more noise. It costs no
 * evaluation. A prediction uses its first output so, a correction the one that it adds; older
 * outputs stay as they were. The first prediction has no earlier output and is the plain one.
 *
 * <p>DDIM with the previous output and c = 1/2 is the Adams-Bashforth method of order 2 with its
 * fixed weights (3, -1)/2, solver {@code ipndm} of order 2: without an error of the network to
 * remove, the extrapolation is all that is left.
 *
 * @param c the largest weight; 0 turns it off
 */
public record DualFast(double c, Growth growth, From from) implements Serializable {
  public static final DualFast OFF = new DualFast(0, Growth.CONSTANT, From.PREVIOUS);

  /** How c_t depends on the time. */
  public enum Growth {
    /** c. */
    CONSTANT,
    /** c (T - t) / (T - end), which grows as the noise falls. */
    LINEAR;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Growth ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  /** Which earlier output. */
  public enum From {
    /** The one before. */
    PREVIOUS,
    /** That of pure noise. */
    FIRST;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static From ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * Reads the keys of a job.
   *
   * @throws io.accelerant.core.error.ConfigException if others are set without c
   */
  static DualFast of(JobConfig config, SolverKeys keys) {
    double c = config.find(keys.dualC).orElse(0.0);
    for (var key : List.of(keys.dualSchedule, keys.dualFrom)) {
      if (c == 0 && config.find(key).isPresent()) {
        throw config.invalid(key, Text.of("is set without %s.", keys.dualC.path()));
      }
    }
    return c == 0
        ? OFF
        : new DualFast(
            c,
            Growth.ofLabel(config.find(keys.dualSchedule).orElse(Growth.CONSTANT.label())),
            From.ofLabel(config.find(keys.dualFrom).orElse(From.PREVIOUS.label())));
  }

  public boolean isOff() {
    return c == 0;
  }

  /** Such as {@code dual-0.5-constant-previous}. */
  public String describe() {
    return Text.of("dual-%s-%s-%s", c, growth.label(), from.label());
  }

  /** The part of {@code sampler.json}. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("c", c);
    json.put("schedule", growth.label());
    json.put("from", from.label());
    return json;
  }

  /** Reads {@link #toJson} under the name {@code dualFast}; off where it is not there. */
  public static DualFast ofSampler(JsonReader sampler) {
    if (!sampler.has("dualFast")) {
      return OFF;
    }
    JsonReader json = sampler.inner("dualFast");
    return new DualFast(
        json.number("c"), Growth.ofLabel(json.text("schedule")), From.ofLabel(json.text("from")));
  }

  /** c_t on a grid from {@code start} down to {@code end}. */
  double weight(double t, double start, double end) {
    return growth == Growth.CONSTANT ? c : c * ((start - t) / (start - end));
  }

  /**
   * What is kept of the evaluations so far.
   *
   * @param noises the newest prediction of the noise and the earlier one that it will be held
   *     against; the newest alone after the first evaluation, nothing before it or if this is off
   * @return the same after one more evaluation
   */
  List<double[]> seen(List<double[]> noises, double[] x, Node node, Form form, double[] output) {
    if (isOff()) {
      return noises;
    }
    double[] noise = output.clone();
    if (form == Form.DATA) {
      Prediction.DATA.toNoise(x, node, noise);
    }
    return noises.isEmpty()
        ? List.of(noise)
        : List.of(noise, noises.get(from == From.PREVIOUS ? 0 : noises.size() - 1));
  }

  /**
   * The newest output with eps_new for eps. In data form m = (x - sigma eps)/alpha, so that a
   * change of eps is one of -sigma/alpha times as much.
   *
   * @param noises see {@link #seen}
   * @param c c_t
   */
  static double[] mixed(double[] output, List<double[]> noises, Node node, Form form, double c) {
    if (noises.size() < 2) {
      return output;
    }
    double factor = form == Form.NOISE ? c : -c * node.sigma() / node.alpha();
    double[] newest = noises.get(0);
    double[] earlier = noises.get(1);
    double[] mixed = output.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] += factor * (newest[i] - earlier[i]);
    }
    return mixed;
  }
}
