package io.accelerant.distill.continuous;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link StepSampler} as JSON: its exact times, and the choices of each step. Steps of
 * DPM-Solver-v3 carry their coefficients, so that the statistics are not needed to run it.
 */
public final class StepSamplerJson {
  private StepSamplerJson() {}

  /** The form that {@link #read} reads. */
  public static Map<String, Object> tree(StepSampler sampler, SolverSettings settings) {
    StepSchedule schedule = sampler.schedule();
    double[] times = schedule.times();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("analyticStart", schedule.analyticStart());
    json.put("times", times);
    json.put("logAlpha", Arrays.stream(times).map(settings.schedule()::logAlpha).toArray());
    json.put("networkTimes", Arrays.stream(times).map(settings::networkTime).toArray());
    List<Object> steps = new ArrayList<>();
    for (int i = 1; i <= schedule.steps().size(); i++) {
      ScheduledStep step = schedule.steps().get(i - 1);
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("expanded", step.expanded().label());
      tree.put("predictor", tree(step.predictor(), sampler.predictor(i)));
      if (step.corrects()) {
        tree.put("corrector", tree(step.corrector(), sampler.corrector(i)));
      }
      steps.add(tree);
    }
    json.put("steps", steps);
    return json;
  }

  private static Map<String, Object> tree(Expansion expansion, StepUpdate update) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("differences", expansion.differences());
    tree.put("relaxation", expansion.relaxation().kind().label());
    tree.put("c", expansion.relaxation().c());
    if (update instanceof V3Step v3) {
      tree.put("coefficients", v3.coefficients());
    }
    return tree;
  }

  /**
   * Reads {@link #tree}.
   *
   * @throws RuntimeException of the reader, if it is something else
   */
  public static StepSampler read(JsonReader json, Schedule schedule) {
    double[] times = json.numbers("times");
    List<?> list = json.typed("steps", List.class, "a list");
    List<ScheduledStep> steps = new ArrayList<>();
    List<JsonReader> readers = new ArrayList<>();
    if (times.length != list.size() + 1) {
      throw json.wrong("times", Text.of("must have %d numbers", list.size() + 1));
    }
    for (int i = 0; i < list.size(); i++) {
      JsonReader step = element(json, list, i);
      readers.add(step);
      steps.add(
          new ScheduledStep(
              times[i + 1],
              Expanded.ofLabel(step.text("expanded")),
              expansion(step.inner("predictor")),
              step.has("corrector") ? expansion(step.inner("corrector")) : Expansion.NONE));
    }
    return new StepSampler(
        new StepSchedule(times[0], json.truth("analyticStart"), steps),
        schedule,
        (i, corrector, nodes, t, expansion) ->
            V3Step.of(
                readers
                    .get(i - 1)
                    .inner(corrector ? "corrector" : "predictor")
                    .inner("coefficients"),
                nodes.size()));
  }

  private static JsonReader element(JsonReader json, List<?> list, int i) {
    String name = Text.of("steps[%d]", i);
    if (!(list.get(i) instanceof Map<?, ?> step)) {
      throw json.wrong(name, "must be an object");
    }
    return JsonReader.of(step, json.where() + json.separator() + name, json.error());
  }

  private static Expansion expansion(JsonReader json) {
    return new Expansion(
        json.wholes("differences"),
        new Relaxation(Relaxation.Kind.ofLabel(json.text("relaxation")), json.number("c")));
  }
}
