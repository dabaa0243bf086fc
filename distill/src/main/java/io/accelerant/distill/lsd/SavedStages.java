package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.JobContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The stages of a run: each is taken from the checkpoint, or made and saved. */
final class SavedStages {
  private final JobContext context;
  private final StageStore store;

  SavedStages(JobContext context, StageStore store) {
    this.context = context;
    this.store = store;
  }

  /**
   * What a stage made.
   *
   * @throws io.accelerant.core.error.StoppedException after it, if the run is to stop
   */
  Map<String, Object> stage(String name, Supplier<Map<String, Object>> work) {
    Map<String, Object> saved =
        store
            .load(name)
            .orElseGet(
                () -> {
                  Map<String, Object> made = work.get();
                  store.save(name, made);
                  return made;
                });
    context.checkStop();
    return saved;
  }

  /** A stage that makes numbers. */
  double[] numbers(String name, Supplier<double[]> work) {
    return numbers(stage(name, () -> Map.of("values", work.get())), "values");
  }

  /** A stage that makes one number. */
  double number(String name, Supplier<Double> work) {
    return ((Number) stage(name, () -> Map.of("value", work.get())).get("value")).doubleValue();
  }

  /** A stage that makes a text. */
  String text(String name, Supplier<String> work) {
    return (String) stage(name, () -> Map.of("value", work.get())).get("value");
  }

  /** A stage that fits a sampler. */
  Fitted fitted(String name, Supplier<Fitted> work) {
    Map<String, Object> saved =
        stage(
            name,
            () -> {
              Fitted fitted = work.get();
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("mode", fitted.coefficients().mode().label());
              json.put("phi", fitted.coefficients().phi());
              json.put("times", fitted.times());
              return json;
            });
    return new Fitted(
        numbers(saved, "times"),
        new Coefficients(
            CoefficientMode.ofLabel((String) saved.get("mode")), numbers(saved, "phi")));
  }

  /** A stage that measures a sampler under each seed. */
  List<Measured> measured(
      String name, List<Long> seeds, int vocabulary, Supplier<List<Measured>> work) {
    Map<String, Object> saved =
        stage(
            name,
            () -> {
              List<Measured> measured = work.get();
              Map<String, Object> bySeed = new LinkedHashMap<>();
              for (int e = 0; e < seeds.size(); e++) {
                bySeed.put(seeds.get(e).toString(), measured.get(e).pack());
              }
              return bySeed;
            });
    return seeds.stream()
        .map(seed -> Measured.unpack(numbers(saved, seed.toString()), vocabulary))
        .toList();
  }

  private static double[] numbers(Map<String, Object> saved, String name) {
    return saved.get(name) instanceof double[] made
        ? made
        : ((List<?>) saved.get(name))
            .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }
}
