package io.accelerant.distill.dcsolver;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunMetrics;
import io.accelerant.core.job.Shared;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * The Spark stages: for each guidance the truth of all rows, then one task for each (NFE, noise
 * set). Tasks are independent, since steps within a fit follow one another; their number is what
 * spreads the work.
 */
final class DcStages {
  private final JobContext context;
  private final JavaSparkContext spark;
  private final DcSettings settings;
  private final ContinuousSource source;
  private final ReferenceSolution reference;
  private final NoiseRows fit;
  private final NoiseRows held;
  private final StageStore store;
  private final int partitions;
  private final GpuStage stage;

  DcStages(
      JobContext context,
      DcSettings settings,
      ContinuousSource source,
      ReferenceSolution reference,
      NoiseRows fit,
      NoiseRows held,
      StageStore store,
      int partitions,
      GpuStage stage) {
    this.context = context;
    this.spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    this.settings = settings;
    this.source = source;
    this.reference = reference;
    this.fit = fit;
    this.held = held;
    this.store = store;
    this.partitions = partitions;
    this.stage = stage;
  }

  /** What a task needs besides its index; one copy for each. */
  private record Work(
      DcSettings settings,
      ContinuousSource source,
      ReferenceSolution reference,
      double guidance,
      NoiseRows fit,
      NoiseRows held,
      Truth truth)
      implements Serializable {}

  /**
   * The fine trajectories.
   *
   * @param times of all students, falling
   * @param states [times][fit rows * d]
   * @param ends [held-out rows * d]
   */
  record Truth(double[] times, double[][] states, double[] ends) implements Serializable {
    /** The states of one set at the times of a student. */
    double[][] at(double[] wanted, int from, int to) {
      double[][] found = new double[wanted.length][];
      for (int i = 0; i < wanted.length; i++) {
        double t = wanted[i];
        int at =
            IntStream.range(0, times.length).filter(k -> times[k] == t).findFirst().orElseThrow();
        found[i] = Arrays.copyOfRange(states[at], from, to);
      }
      return found;
    }
  }

  /** The truth under a guidance, from the checkpoint or computed. */
  Truth truth(double guidance) {
    double[] times = settings.times();
    int size = source.size();
    int fitLength = fit.rows() * size;
    double[] flat =
        saved(
            "truth.cfg" + DcSampler.plain(guidance),
            () -> {
              context
                  .progress()
                  .say(
                      "guidance %s: %s, %d steps, of %d + %d rows",
                      DcSampler.plain(guidance),
                      reference.method().label(),
                      reference.steps(),
                      fit.rows(),
                      held.rows());
              return solve(guidance, times);
            });
    double[][] states = new double[times.length][];
    for (int k = 0; k < times.length; k++) {
      states[k] = Arrays.copyOfRange(flat, k * fitLength, (k + 1) * fitLength);
    }
    return new Truth(
        times, states, Arrays.copyOfRange(flat, times.length * fitLength, flat.length));
  }

  /** Micro-batches by row id: those of the fit rows give all times, the held-out ones the end. */
  private double[] solve(double guidance, double[] times) {
    int batch = settings.batch();
    int size = source.size();
    int fitUnits = (fit.rows() + batch - 1) / batch;
    int heldUnits = (held.rows() + batch - 1) / batch;
    Work work = new Work(settings, source, reference, guidance, fit, held, null);
    List<double[]> parts =
        each(
            "DC-Solver: truth at guidance " + DcSampler.plain(guidance),
            work,
            fitUnits + heldUnits,
            (unit, w, model) -> {
              boolean isFit = unit < fitUnits;
              NoiseRows rows = isFit ? w.fit() : w.held();
              int from = (isFit ? unit : unit - fitUnits) * batch;
              int to = Math.min(from + batch, rows.rows());
              Denoiser denoiser =
                  w.settings().solver().denoiser(model, w.guidance(), from, to - from);
              double[][] states = w.reference().states(rows.slice(from, to), times, denoiser);
              return isFit ? concatenated(states) : states[times.length - 1];
            });
    double[] flat = new double[(times.length * fit.rows() + held.rows()) * size];
    int at = times.length * fit.rows() * size;
    for (int unit = 0; unit < parts.size(); unit++) {
      double[] part = parts.get(unit);
      if (unit < fitUnits) {
        int length = part.length / times.length;
        for (int k = 0; k < times.length; k++) {
          int target = (k * fit.rows() + unit * batch) * size;
          System.arraycopy(part, k * length, flat, target, length);
        }
      } else {
        System.arraycopy(part, 0, flat, at, part.length);
        at += part.length;
      }
    }
    return flat;
  }

  private static double[] concatenated(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The fits under a guidance, by {@code nfe}: one result for each noise set. */
  Map<Integer, List<UnitFit.Result>> fits(double guidance, Truth truth) {
    int sets = settings.noiseSets();
    int[] order = byCost();
    Map<String, Object> found =
        stage(
            "fit.cfg" + DcSampler.plain(guidance),
            () -> {
              context
                  .progress()
                  .say("guidance %s: fitting %d settings", DcSampler.plain(guidance), order.length);
              Work work = new Work(settings, source, reference, guidance, fit, held, truth);
              List<double[]> parts =
                  each(
                      "DC-Solver: fits at guidance " + DcSampler.plain(guidance),
                      work,
                      order.length,
                      (unit, w, model) -> fitUnit(order[unit], w, model));
              Map<String, Object> packed = new LinkedHashMap<>();
              for (int unit = 0; unit < order.length; unit++) {
                packed.put(Integer.toString(order[unit]), parts.get(unit));
              }
              return packed;
            });
    Map<Integer, List<UnitFit.Result>> results = new LinkedHashMap<>();
    for (int n = 0; n < settings.nfes().size(); n++) {
      List<UnitFit.Result> ofNfe = new ArrayList<>();
      for (int set = 0; set < sets; set++) {
        ofNfe.add(UnitFit.Result.unpack(numbers(found.get(Integer.toString(n * sets + set)))));
      }
      results.put(settings.nfes().get(n), ofNfe);
    }
    return results;
  }

  /** Indices of (NFE, set), the dear ones first, so that none of them is started last. */
  private int[] byCost() {
    int sets = settings.noiseSets();
    return IntStream.range(0, settings.nfes().size() * sets)
        .boxed()
        .sorted((a, b) -> settings.nfes().get(b / sets) - settings.nfes().get(a / sets))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double[] fitUnit(int index, Work w, ContinuousModel model) {
    int sets = w.settings().noiseSets();
    int steps = w.settings().nfes().get(index / sets);
    int set = index % sets;
    int length = w.fit().x().length / sets;
    double[][] truth =
        w.truth().at(w.settings().solver().times(steps), set * length, (set + 1) * length);
    return new UnitFit(w.settings(), w.source(), model)
        .run(steps, w.guidance(), w.fit(), truth, set, w.held(), w.truth().ends())
        .pack();
  }

  /**
   * Held-out errors of given ratios of the job's solver.
   *
   * @param ratios by name
   * @return [rows] by name
   */
  Map<String, double[]> errors(
      String what, double guidance, Truth truth, Map<String, double[]> ratios) {
    if (ratios.isEmpty()) {
      return Map.of();
    }
    List<String> names = List.copyOf(ratios.keySet());
    double[][] own = names.stream().map(ratios::get).toArray(double[][]::new);
    Work work = new Work(settings, source, reference, guidance, fit, held, truth);
    List<double[]> parts =
        each(
            what,
            work,
            own.length,
            (unit, w, model) ->
                new UnitFit(w.settings(), w.source(), model)
                    .errors(
                        w.settings().solver(),
                        own[unit],
                        w.guidance(),
                        w.held(),
                        w.truth().ends()));
    Map<String, double[]> errors = new LinkedHashMap<>();
    for (int unit = 0; unit < own.length; unit++) {
      errors.put(names.get(unit), parts.get(unit));
    }
    return errors;
  }

  /**
   * End states of the first held-out rows, one student after the other.
   *
   * @param ratios of each student
   * @return [students][rows * d]
   */
  List<double[]> ends(double guidance, int rows, List<double[]> ratios) {
    Work work = new Work(settings, source, reference, guidance, fit, held, null);
    return each(
        "DC-Solver: pictures at guidance " + DcSampler.plain(guidance),
        work,
        ratios.size(),
        (unit, w, model) -> {
          SolverSettings solver = w.settings().solver();
          double[] own = ratios.get(unit);
          Denoiser denoiser = solver.denoiser(model, w.guidance(), 0, rows);
          return solver.sampler(own.length).sample(w.held().slice(0, rows), own, denoiser);
        });
  }

  /** What one unit computes. */
  @FunctionalInterface
  private interface Task extends Serializable {
    double[] of(int unit, Work work, ContinuousModel model);
  }

  /** Runs units as tasks; results in the order of the units. */
  private List<double[]> each(String description, Work work, int units, Task task) {
    int slices = partitions > 0 ? Math.min(partitions, units) : units;
    LongAccumulator done = RunMetrics.of(spark.sc()).counter("units");
    try (Shared<Work> shared = Shared.of(spark, work);
        JobDescription jobs = new JobDescription(spark.sc())) {
      jobs.set(description);
      JavaRDD<double[]> results =
          stage
              .on(spark.parallelize(IntStream.range(0, units).boxed().toList(), slices))
              .mapPartitions(
                  indices -> {
                    List<double[]> out = new ArrayList<>();
                    Work own = shared.copy();
                    try (ContinuousModel model = own.source().open()) {
                      while (indices.hasNext()) {
                        out.add(task.of(indices.next(), own, model));
                        done.add(1L);
                      }
                    }
                    return out.iterator();
                  });
      return results.collect();
    }
  }

  private double[] saved(String name, Supplier<double[]> make) {
    return numbers(stage(name, () -> Map.of("values", make.get())).get("values"));
  }

  private Map<String, Object> stage(String name, Supplier<Map<String, Object>> make) {
    Map<String, Object> value =
        store
            .load(name)
            .orElseGet(
                () -> {
                  Map<String, Object> made = make.get();
                  store.save(name, made);
                  return made;
                });
    context.checkStop();
    return value;
  }

  private static double[] numbers(Object value) {
    return value instanceof double[] made
        ? made
        : ((List<?>) value).stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }
}
