package io.accelerant.distill.continuous;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that, with a model, a number of steps and a guidance, makes a sampler.
 *
 * @param labels classes by sample id modulo their number; empty for the unconditional model
 * @param wholeTimes whether the model knows the steps of its schedule alone, not times between them
 */
public record SolverSettings(
    Schedule schedule,
    double tEnd,
    Spacing spacing,
    Solver solver,
    List<Integer> labels,
    Thresholding thresholding,
    boolean wholeTimes)
    implements Serializable {

  public SolverSettings {
    labels = List.copyOf(labels);
  }

  /**
   * Reads the keys of a job.
   *
   * @throws io.accelerant.core.error.ConfigException if they do not go together; names the key
   */
  public static SolverSettings of(JobConfig config, SolverKeys keys) {
    Schedule schedule = Schedule.ofLabel(config.find(keys.schedule).orElse("vp-linear"));
    double tEnd = config.isGiven(keys.tEnd) ? config.get(keys.tEnd) : schedule.end();
    requireTime(schedule, tEnd, config, keys.tEnd);
    return new SolverSettings(
        schedule,
        tEnd,
        Spacing.ofLabel(config.find(keys.spacing).orElse("time-uniform")),
        solver(config, keys, schedule),
        config.find(keys.label).orElse(List.of()),
        new Thresholding(config.find(keys.threshold).orElse(0.0)),
        false);
  }

  /**
   * Checks a smallest time.
   *
   * @throws io.accelerant.core.error.ConfigException if the schedule is discrete and ends before it
   */
  public static void requireTime(
      Schedule schedule, double time, JobConfig config, Key<Double> key) {
    if (schedule.isDiscrete() && time < schedule.end() - 1e-12) {
      throw config.invalid(
          key, Text.of("is below %s, where %s ends.", schedule.end(), schedule.label()));
    }
  }

  private static Solver solver(JobConfig config, SolverKeys keys, Schedule schedule) {
    String name = config.find(keys.solver).orElse(Solver.UNIPC);
    int order = config.find(keys.order).orElse(Solver.usualOrder(name));
    if (order < Solver.lowest(name) || order > Solver.highest(name)) {
      throw config.invalid(
          keys.order,
          Text.of(
              "is %d; %s takes %d to %d.", order, name, Solver.lowest(name), Solver.highest(name)));
    }
    if (!name.equals(Solver.UNIPC) && config.find(keys.variant).isPresent()) {
      throw config.invalid(keys.variant, "is set, but only solver unipc has it, not " + name + ".");
    }
    CorrectorUse corrector = corrector(config, keys, name);
    Solver solver =
        new Solver(
            name,
            order,
            UniPc.Variant.ofLabel(config.find(keys.variant).orElse("bh2")),
            corrector,
            config
                .find(keys.finalOrder)
                .map(FinalOrder::ofLabel)
                .orElse(Solver.usualFinalOrder(name)));
    if (!solver.suits(schedule)) {
      throw config.invalid(
          keys.solver,
          Text.of(
              "is %s, which is not defined on the schedule %s: euler is for flow, deis and"
                  + " dpm-v3 for the others.",
              name, schedule.label()));
    }
    return solver;
  }

  private static CorrectorUse corrector(JobConfig config, SolverKeys keys, String name) {
    boolean corrects = Solver.corrects(name);
    CorrectorUse use =
        CorrectorUse.ofLabel(config.find(keys.corrector).orElse(corrects ? "true" : "false"));
    if (!corrects && config.find(keys.corrector).isPresent()) {
      throw config.invalid(
          keys.corrector, "is set, but only unipc and dpm-v3 have one, not " + name + ".");
    }
    if (use.isHalf() && !name.equals(Solver.DPM_V3)) {
      throw config.invalid(
          keys.corrector, "is " + use.label() + ", which only dpm-v3 has, not " + name + ".");
    }
    return use;
  }

  /**
   * Checks labels and guidance against a model.
   *
   * @throws io.accelerant.core.error.ConfigException if the model cannot do it
   */
  public void check(
      ContinuousSource model, double guidance, JobConfig config, SolverKeys keys, Key<?> cfg) {
    for (int label : labels) {
      if (label >= model.classes()) {
        throw config.invalid(
            keys.label,
            model.classes() == 0
                ? "is set, but the model has no classes."
                : Text.of("is %d; the model has classes 0 to %d.", label, model.classes() - 1));
      }
    }
    if (guidance != 1 && labels.isEmpty()) {
      throw config.invalid(
          cfg, Text.of("is %s, which needs a class: set %s.", guidance, keys.label.path()));
    }
    if ((guidance != 1 || labels.isEmpty()) && !model.takesNoLabel()) {
      throw config.invalid(
          labels.isEmpty() ? keys.label : cfg,
          "needs the model without a label: set onnx.nullLabel.");
    }
  }

  /** These settings for a model. */
  public SolverSettings on(ContinuousSource model) {
    return new SolverSettings(
        schedule, tEnd, spacing, solver, labels, thresholding, model.takesWholeTimes());
  }

  /** The times of N steps; {@link Spacing#whole} for a model that takes such alone. */
  public double[] times(int steps) {
    double[] times = spacing.times(schedule, tEnd, steps);
    return wholeTimes ? Spacing.whole(schedule, times) : times;
  }

  /** What the model is given for t. */
  public double networkTime(double t) {
    return wholeTimes ? schedule.wholeNetworkTime(t) : schedule.networkTime(t);
  }

  /** The sampler of N steps. */
  public MultistepSampler sampler(int steps) {
    return solver.on(schedule, times(steps));
  }

  /** As these settings, with another solver. */
  public SolverSettings with(Solver other) {
    return new SolverSettings(schedule, tEnd, spacing, other, labels, thresholding, wholeTimes);
  }

  /** As these settings, with other labels. */
  public SolverSettings with(List<Integer> others) {
    return new SolverSettings(schedule, tEnd, spacing, solver, others, thresholding, wholeTimes);
  }

  /** The model for samples {@code firstId}, {@code firstId} + 1, .. */
  public Denoiser denoiser(ContinuousModel model, double guidance, long firstId, int rows) {
    int[] own = new int[rows];
    for (int row = 0; row < rows; row++) {
      own[row] =
          labels.isEmpty()
              ? ContinuousModel.NO_LABEL
              : labels.get((int) ((firstId + row) % labels.size()));
    }
    return new Denoiser(model, own, guidance, thresholding, firstId);
  }

  /** The part of {@code sampler.json} that says how to run it. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schedule", schedule.label());
    json.put("tEnd", tEnd);
    json.put("spacing", spacing.label());
    json.putAll(solver.toJson());
    json.put("labels", labels);
    json.put("threshold", thresholding.quantile());
    if (wholeTimes) {
      json.put("wholeTimes", true);
    }
    return json;
  }
}
