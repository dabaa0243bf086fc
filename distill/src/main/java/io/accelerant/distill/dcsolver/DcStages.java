package io.accelerant.distill.dcsolver;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.run.Units.Opening;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The Spark stages: for each guidance the truth of all rows, then one task for each (NFE, noise
 * set). Tasks are independent, since steps within a fit follow one another; their number is what
 * spreads the work.
 */
final class DcStages {
  private final JobContext context;
  private final DcSettings settings;
  private final ContinuousSource source;
  private final ReferenceSolution reference;
  private final NoiseRows fit;
  private final NoiseRows held;
  private final Stages stages;
  private final int partitions;

  DcStages(
      JobContext context,
      DcSettings settings,
      ContinuousSource source,
      ReferenceSolution reference,
      NoiseRows fit,
      NoiseRows held,
      StageStore store,
      int partitions) {
    this.context = context;
    this.settings = settings;
    this.source = source;
    this.reference = reference;
    this.fit = fit;
    this.held = held;
    this.stages = new Stages(context, store);
    this.partitions = partitions > 0 ? partitions : Units.ONE_EACH;
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
    return stages.of(
        "truth.cfg" + Text.plain(guidance),
        Truth.class,
        () -> {
          context
              .progress()
              .say(
                  "guidance %s: %s, %d steps, of %d + %d rows",
                  Text.plain(guidance),
                  reference.method().label(),
                  reference.steps(),
                  fit.rows(),
                  held.rows());
          return solve(guidance, settings.times());
        });
  }

  /** Micro-batches by row id: those of the fit rows give all times, the held-out ones the end. */
  private Truth solve(double guidance, double[] times) {
    Batches fitted = new Batches(fit.rows(), settings.batch());
    Batches measured = new Batches(held.rows(), settings.batch());
    int fitUnits = fitted.units();
    int last = times.length - 1;
    List<double[][]> parts =
        each(
            "DC-Solver: truth at guidance " + Text.plain(guidance),
            work(guidance, null),
            fitUnits + measured.units(),
            (model, w, unit) ->
                unit < fitUnits
                    ? states(model, w, w.fit(), fitted, unit, times)
                    : new double[][] {
                      states(model, w, w.held(), measured, unit - fitUnits, times)[last]
                    });
    List<double[][]> ofFit = parts.subList(0, fitUnits);
    return new Truth(
        times,
        IntStream.range(0, times.length)
            .mapToObj(k -> concatenated(ofFit, k))
            .toArray(double[][]::new),
        concatenated(parts.subList(fitUnits, parts.size()), 0));
  }

  private static double[][] states(
      ContinuousModel model, Work w, NoiseRows rows, Batches batches, int batch, double[] times) {
    int from = batches.from(batch);
    Denoiser denoiser =
        w.settings().solver().denoiser(model, w.guidance(), from, batches.length(batch));
    return w.reference().states(rows.slice(from, batches.to(batch)), times, denoiser);
  }

  private static double[] concatenated(List<double[][]> parts, int k) {
    return parts.stream().flatMapToDouble(part -> Arrays.stream(part[k])).toArray();
  }

  /** The fits under a guidance, by {@code nfe}: one result for each noise set. */
  Map<Integer, List<UnitFit.Result>> fits(double guidance, Truth truth) {
    int sets = settings.noiseSets();
    UnitFit.Result[] found =
        stages.of(
            "fit.cfg" + Text.plain(guidance),
            UnitFit.Result[].class,
            () -> fitAll(guidance, truth));
    Map<Integer, List<UnitFit.Result>> results = new LinkedHashMap<>();
    for (int n = 0; n < settings.nfes().size(); n++) {
      results.put(settings.nfes().get(n), List.of(found).subList(n * sets, (n + 1) * sets));
    }
    return results;
  }

  private UnitFit.Result[] fitAll(double guidance, Truth truth) {
    int[] order = byCost();
    context.progress().say("guidance %s: fitting %d settings", Text.plain(guidance), order.length);
    List<UnitFit.Result> parts =
        each(
            "DC-Solver: fits at guidance " + Text.plain(guidance),
            work(guidance, truth),
            order.length,
            (model, w, unit) -> fitUnit(order[unit], w, model));
    UnitFit.Result[] results = new UnitFit.Result[order.length];
    for (int unit = 0; unit < order.length; unit++) {
      results[order[unit]] = parts.get(unit);
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

  private static UnitFit.Result fitUnit(int index, Work w, ContinuousModel model) {
    int sets = w.settings().noiseSets();
    int steps = w.settings().nfes().get(index / sets);
    int set = index % sets;
    int length = w.fit().x().length / sets;
    double[][] truth =
        w.truth().at(w.settings().solver().times(steps), set * length, (set + 1) * length);
    return new UnitFit(w.settings(), w.source(), model)
        .run(steps, w.guidance(), w.fit(), truth, set, w.held(), w.truth().ends());
  }

  /**
   * Held-out errors of given ratios of the job's solver.
   *
   * @param ratios by name
   * @return [rows] by name
   */
  Map<String, double[]> errors(
      String what, double guidance, Truth truth, Map<String, double[]> ratios) {
    double[][] own = ratios.values().toArray(double[][]::new);
    Iterator<double[]> parts =
        each(
                what,
                work(guidance, truth),
                own.length,
                (model, w, unit) ->
                    new UnitFit(w.settings(), w.source(), model)
                        .errors(
                            w.settings().solver(),
                            own[unit],
                            w.guidance(),
                            w.held(),
                            w.truth().ends()))
            .iterator();
    Map<String, double[]> errors = new LinkedHashMap<>();
    ratios.keySet().forEach(name -> errors.put(name, parts.next()));
    return errors;
  }

  /**
   * Held-out errors of DPM-Solver-v3.
   *
   * @return [rows] by {@code <nfe>.dpm-v3}
   */
  Map<String, double[]> v3Errors(double guidance, Truth truth, ModelStatistics statistics) {
    try (Shared<ModelStatistics> shared = Shared.of(context, statistics)) {
      Iterator<double[]> parts =
          each(
                  "DC-Solver: DPM-Solver-v3 at guidance " + Text.plain(guidance),
                  work(guidance, truth),
                  settings.nfes().size(),
                  (model, w, unit) ->
                      new UnitFit(w.settings(), w.source(), model)
                          .v3Errors(
                              w.settings().nfes().get(unit),
                              shared.copy(),
                              w.held(),
                              w.truth().ends()))
              .iterator();
      Map<String, double[]> errors = new LinkedHashMap<>();
      settings.nfes().forEach(nfe -> errors.put(nfe + "." + Solver.DPM_V3, parts.next()));
      return errors;
    }
  }

  /**
   * End states of the first held-out rows, one student after the other.
   *
   * @param ratios of each student
   * @return [students][rows * d]
   */
  List<double[]> ends(double guidance, int rows, List<double[]> ratios) {
    return each(
        "DC-Solver: pictures at guidance " + Text.plain(guidance),
        work(guidance, null),
        ratios.size(),
        (model, w, unit) -> {
          SolverSettings solver = w.settings().solver();
          double[] own = ratios.get(unit);
          Denoiser denoiser = solver.denoiser(model, w.guidance(), 0, rows);
          return solver.sampler(own.length).sample(w.held().slice(0, rows), own, denoiser);
        });
  }

  private Work work(double guidance, Truth truth) {
    return new Work(settings, source, reference, guidance, fit, held, truth);
  }

  /** What one unit computes. */
  @FunctionalInterface
  private interface Task<R> extends Serializable {
    R run(ContinuousModel model, Work work, int unit);
  }

  private <R extends Serializable> List<R> each(
      String description, Work work, int count, Task<R> task) {
    try (Shared<Work> shared = Shared.of(context, work)) {
      Opening<ContinuousModel> open = () -> shared.copy().source().open();
      return new Units<>(context, source.stage(), partitions, open)
          .map(description, count, (model, unit) -> task.run(model, shared.copy(), unit));
    }
  }
}
