package io.accelerant.distill.search;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The Spark stages: the truth of all rows, then samplers measured on them, a unit each. Every stage
 * is saved when it ends.
 */
final class SearchStages implements AutoCloseable {
  private final JobContext context;
  private final Stages stages;
  private final int partitions;
  private final Work work;
  private final Shared<Work> shared;

  /**
   * What a task needs besides its unit; one copy for each.
   *
   * @param statistics of the model, or null
   * @param times of all plain solvers, falling
   * @param states [times][rows of {@link SearchSettings#dcRows} * d], the truth there
   * @param fitEnds [fit rows * d], the truth at the end
   * @param heldEnds [held-out rows * d]
   */
  record Work(
      SearchSettings settings,
      ContinuousSource source,
      ModelStatistics statistics,
      NoiseRows fit,
      NoiseRows held,
      double[] times,
      double[][] states,
      double[] fitEnds,
      double[] heldEnds)
      implements Serializable {

    double[] errors(Trial trial, ContinuousModel model, boolean onHeld) {
      return trial.errors(
          settings,
          Optional.ofNullable(statistics),
          model,
          onHeld ? held : fit,
          onHeld ? heldEnds : fitEnds);
    }
  }

  /** The fine trajectories, as they are saved. */
  private record Truth(double[][] states, double[] fitEnds, double[] heldEnds) {}

  SearchStages(
      JobContext context,
      Stages stages,
      int partitions,
      SearchSettings settings,
      ContinuousSource source,
      Optional<ModelStatistics> statistics,
      ReferenceSolution reference,
      NoiseRows fit,
      NoiseRows held) {
    this.context = context;
    this.stages = stages;
    this.partitions = partitions;
    double[] times = settings.times();
    Work noise =
        new Work(settings, source, statistics.orElse(null), fit, held, times, null, null, null);
    Truth truth = stages.of("truth", Truth.class, () -> solve(noise, reference));
    this.work =
        new Work(
            settings,
            source,
            statistics.orElse(null),
            fit,
            held,
            times,
            truth.states(),
            truth.fitEnds(),
            truth.heldEnds());
    this.shared = Shared.of(context, work);
  }

  /** Micro-batches by row id: those of the fit rows give all times, the held-out ones the end. */
  private Truth solve(Work noise, ReferenceSolution reference) {
    SearchSettings settings = noise.settings();
    context
        .progress()
        .say(
            "truth: %s, %d steps, of %d + %d rows",
            reference.method().label(), reference.steps(), noise.fit().rows(), noise.held().rows());
    Batches fitted = new Batches(noise.fit().rows(), settings.batch());
    Batches measured = new Batches(noise.held().rows(), settings.batch());
    int fitUnits = fitted.units();
    int last = noise.times().length - 1;
    try (Shared<Work> own = Shared.of(context, noise)) {
      List<double[][]> parts =
          new Units<>(context, noise.source().stage(), partitions, () -> own.copy().source().open())
              .map(
                  "search-solver: truth",
                  fitUnits + measured.units(),
                  (model, unit) -> {
                    Work w = own.copy();
                    return unit < fitUnits
                        ? states(model, w, reference, w.fit(), fitted, unit)
                        : new double[][] {
                          states(model, w, reference, w.held(), measured, unit - fitUnits)[last]
                        };
                  });
      List<double[][]> ofFit = parts.subList(0, fitUnits);
      int kept = Math.min(settings.dcRows(), noise.fit().rows()) * noise.fit().size();
      return new Truth(
          IntStream.rangeClosed(0, last)
              .mapToObj(k -> Arrays.copyOf(concatenated(ofFit, k), kept))
              .toArray(double[][]::new),
          concatenated(ofFit, last),
          concatenated(parts.subList(fitUnits, parts.size()), 0));
    }
  }

  private static double[][] states(
      ContinuousModel model,
      Work w,
      ReferenceSolution reference,
      NoiseRows rows,
      Batches batches,
      int batch) {
    int from = batches.from(batch);
    return reference.states(
        rows.slice(from, batches.to(batch)),
        w.times(),
        w.settings()
            .solver()
            .denoiser(model, w.settings().guidance(), from, batches.length(batch)));
  }

  private static double[] concatenated(List<double[][]> parts, int k) {
    return parts.stream().flatMapToDouble(part -> Arrays.stream(part[k])).toArray();
  }

  /** What one unit computes. */
  @FunctionalInterface
  private interface Task<R> extends Serializable {
    R run(ContinuousModel model, Work work, int unit);
  }

  private <R extends Serializable> List<R> each(String description, int count, Task<R> task) {
    Shared<Work> own = shared;
    return new Units<>(context, work.source().stage(), partitions, () -> own.copy().source().open())
        .map(description, count, (model, unit) -> task.run(model, own.copy(), unit));
  }

  int fitRows() {
    return work.fit().rows();
  }

  boolean hasStatistics() {
    return work.statistics() != null;
  }

  Optional<ModelStatistics> statistics() {
    return Optional.ofNullable(work.statistics());
  }

  /** Errors of samplers on the fit noise, averaged as the objective says. */
  double[] fitErrors(String stage, String description, List<? extends Trial> trials) {
    boolean logarithmic = work.settings().logarithmic();
    return stages.of(
        stage,
        double[].class,
        () ->
            each(
                    description,
                    trials.size(),
                    (model, w, unit) -> w.errors(trials.get(unit), model, false))
                .stream()
                .mapToDouble(errors -> mean(errors, logarithmic))
                .toArray());
  }

  /** Errors of each held-out row: [samplers][rows]. */
  double[][] heldErrors(String stage, List<? extends Trial> trials) {
    return stages.of(stage, double[][].class, () -> measured(trials));
  }

  double[][] measured(List<? extends Trial> trials) {
    return each(
            "search-solver: held-out noise",
            trials.size(),
            (model, w, unit) -> w.errors(trials.get(unit), model, true))
        .toArray(double[][]::new);
  }

  /** The ratios of DC-Solver, of each control. */
  double[][] ratios(String stage, List<DcControl> controls) {
    return stages.of(
        stage,
        double[][].class,
        () ->
            each(
                    "search-solver: ratios of DC-Solver",
                    controls.size(),
                    (model, w, unit) -> controls.get(unit).fit(w, model))
                .toArray(double[][]::new));
  }

  /** The mean, or the exponential of the mean logarithm. */
  static double mean(double[] errors, boolean logarithmic) {
    double sum = 0;
    for (double error : errors) {
      sum += logarithmic ? StrictMath.log(Math.max(error, Double.MIN_NORMAL)) : error;
    }
    double mean = sum / errors.length;
    return logarithmic ? StrictMath.exp(mean) : mean;
  }

  @Override
  public void close() {
    shared.close();
  }
}
