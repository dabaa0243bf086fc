package io.accelerant.distill.compare;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Spark stages: the truth of all rows, then for each number of evaluations one task for each
 * sampler and micro-batch. Micro-batches are formed by row id, so that no number depends on how
 * they are cut into partitions.
 */
final class CompareStages {
  private final JobContext context;
  private final Stages stages;
  private final Work work;
  private final Optional<PixelDistances> meter;
  private final int partitions;

  /** What a task needs besides its unit; one copy for each. */
  private record Work(
      CompareSettings settings,
      ContinuousSource source,
      ReferenceSolution reference,
      NoiseRows rows,
      GaussianLaw law,
      ModelStatistics statistics,
      double[] truth)
      implements Serializable {

    Batches batches() {
      return new Batches(rows.rows(), settings.batch());
    }

    double[] noise(int batch) {
      return rows.slice(batches().from(batch), batches().to(batch));
    }

    Denoiser denoiser(ContinuousModel model, int batch) {
      return settings
          .base()
          .denoiser(model, settings.guidance(), batches().from(batch), batches().length(batch));
    }

    Work with(double[] known) {
      return new Work(settings, source, reference, rows, law, statistics, known);
    }
  }

  /**
   * A micro-batch of a sampler.
   *
   * @param milliseconds of a sample, on the clock
   * @param images of the rows that are not of the choice, where images are measured
   */
  private record Part(double[] errors, double milliseconds, byte[][] images)
      implements Serializable {}

  /**
   * @param rows those of the choice, then those that are measured on
   * @param law of the data; null where nothing jumps
   * @param statistics of the model; null where nothing takes them
   */
  CompareStages(
      JobContext context,
      Stages stages,
      CompareSettings settings,
      ContinuousSource source,
      ReferenceSolution reference,
      NoiseRows rows,
      GaussianLaw law,
      ModelStatistics statistics,
      Optional<PixelDistances> meter,
      int partitions) {
    this.context = context;
    this.stages = stages;
    this.work = new Work(settings, source, reference, rows, law, statistics, new double[0]);
    this.meter = meter;
    this.partitions = partitions;
  }

  /** Ends of the fine trajectories, [rows * d]. */
  double[] truth() {
    return stages.whole(
        "truth",
        double[].class,
        "compare-solvers: the truth",
        () -> {
          context
              .progress()
              .say(
                  "compare-solvers: %s, %d steps, of %d rows",
                  work.reference.method().label(), work.reference.steps(), work.rows.rows());
          double[] times = {work.settings.base().schedule().start(), work.settings.base().tEnd()};
          return each(
                  "compare-solvers: the truth",
                  work,
                  work.batches().units(),
                  (model, w, batch) ->
                      w.reference().states(w.noise(batch), times, w.denoiser(model, batch))[1])
              .stream()
              .flatMapToDouble(Arrays::stream)
              .toArray();
        });
  }

  /** All samplers of a number of evaluations. */
  List<Cell> cells(int nfe, List<Candidate> candidates, double[] truth) {
    return List.of(
        stages.whole(
            "nfe" + nfe,
            Cell[].class,
            "compare-solvers: NFE " + nfe,
            () -> {
              context
                  .progress()
                  .say("compare-solvers: %d samplers of %d evaluations", candidates.size(), nfe);
              return measure("compare-solvers: NFE " + nfe, candidates, truth).toArray(Cell[]::new);
            }));
  }

  /** As {@link #cells}, always computed. */
  List<Cell> measure(String what, List<Candidate> candidates, double[] truth) {
    int batches = work.batches().units();
    boolean images = meter.isPresent();
    List<Part> parts =
        each(
            what,
            work.with(truth),
            candidates.size() * batches,
            (model, w, unit) ->
                part(candidates.get(unit / batches), w, model, unit % batches, images));
    List<Cell> cells = new ArrayList<>();
    for (int c = 0; c < candidates.size(); c++) {
      cells.add(cell(candidates.get(c), parts.subList(c * batches, (c + 1) * batches)));
    }
    return cells;
  }

  private static Part part(
      Candidate candidate, Work w, ContinuousModel model, int batch, boolean images) {
    long begin = System.nanoTime();
    double[] x =
        candidate.sample(
            w.noise(batch),
            w.settings().base().schedule(),
            w.denoiser(model, batch),
            w.law(),
            w.statistics());
    double elapsed = (System.nanoTime() - begin) * 1e-6;
    int size = w.rows().size();
    int from = w.batches().from(batch);
    double[] errors = new double[w.batches().length(batch)];
    for (int row = 0; row < errors.length; row++) {
      for (int i = 0; i < size; i++) {
        double difference = x[row * size + i] - w.truth()[(from + row) * size + i];
        errors[row] += difference * difference / size;
      }
    }
    return new Part(
        errors,
        elapsed / errors.length,
        images ? held(x, errors.length, w.settings().choice() - from) : new byte[0][]);
  }

  /** The images of rows that are not of the choice. */
  private static byte[][] held(double[] x, int rows, int choice) {
    byte[][] all = ImageModel.toBytes(x, rows);
    return Arrays.copyOfRange(all, Math.max(0, Math.min(rows, choice)), rows);
  }

  private Cell cell(Candidate candidate, List<Part> parts) {
    byte[][] images =
        parts.stream().flatMap(part -> Arrays.stream(part.images())).toArray(byte[][]::new);
    return new Cell(
        candidate.name(),
        candidate.family(),
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.errors())).toArray(),
        median(parts.stream().mapToDouble(Part::milliseconds).sorted().toArray()),
        meter.map(m -> m.measure(images)).orElse(Map.of()));
  }

  private static double median(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /** Frechet distances of the fine trajectory's images: what a solver can reach. */
  Map<String, Double> distancesOfTruth(double[] truth) {
    if (meter.isEmpty()) {
      return Map.of();
    }
    byte[][] all = ImageModel.toBytes(truth, work.rows.rows());
    byte[][] images = Arrays.copyOfRange(all, work.settings.choice(), all.length);
    return meter.get().measure(images);
  }

  /** What one unit computes. */
  @FunctionalInterface
  private interface Task<R> extends Serializable {
    R run(ContinuousModel model, Work work, int unit);
  }

  private <R extends Serializable> List<R> each(
      String description, Work own, int count, Task<R> task) {
    try (Shared<Work> shared = Shared.of(context, own)) {
      Units.Opening<ContinuousModel> open = () -> shared.copy().source().open();
      return new Units<>(context, own.source().stage(), partitions, open)
          .map(description, count, (model, unit) -> task.run(model, shared.copy(), unit));
    }
  }

  /** For messages. */
  String describeTruth() {
    return Text.of("%s with %d steps", work.reference.method().label(), work.reference.steps());
  }
}
