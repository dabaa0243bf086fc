package io.accelerant.distill.statistics;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.PointStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.StatisticsProbe;
import io.accelerant.distill.model.NoiseRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Spark stages: the clean rows; for each stretch of the grid one task for each (point, block of
 * samples), whose sums are added in the order of the blocks; the truth of the held-out rows; the
 * control. Each is saved.
 */
final class StatisticsStages {
  private static final String NOISE = "modelStatistics.noise";
  private static final String SIGNS = "modelStatistics.signs";
  private static final String HELD_OUT = "modelStatistics.heldOut";

  /** Grid points of a stage. */
  private static final int STRETCH = 24;

  private final JobContext context;
  private final StatisticsSettings settings;
  private final ContinuousSource source;
  private final Stages stages;
  private final int partitions;

  StatisticsStages(
      JobContext context,
      StatisticsSettings settings,
      ContinuousSource source,
      Stages stages,
      int partitions) {
    this.context = context;
    this.settings = settings;
    this.source = source;
    this.stages = stages;
    this.partitions = partitions;
  }

  /** The clean rows, [samples * d]. */
  double[] data(StatisticsData data) {
    return data.isDrawnByTheModel()
        ? stages.whole("data", double[].class, "model-statistics: samples of the model", data::rows)
        : data.rows();
  }

  ModelStatistics statistics(double[] data) {
    PointStatistics[] points = new PointStatistics[settings.points()];
    try (Shared<NoiseRows> shared = Shared.of(context, new NoiseRows(data, source.size()))) {
      for (int from = 0; from < points.length; from += STRETCH) {
        int first = from;
        int count = Math.min(STRETCH, points.length - from);
        String what = Text.of("grid points %d to %d", first, first + count - 1);
        PointStatistics[] own =
            stages.whole(
                "points." + first,
                PointStatistics[].class,
                "model-statistics: " + what,
                () -> measure(first, count, shared));
        System.arraycopy(own, 0, points, first, count);
        context.progress().say("%s of %d are measured", what, points.length);
      }
    }
    return PointStatistics.fit(settings.subject(source.modelHash()), points);
  }

  private PointStatistics[] measure(int first, int count, Shared<NoiseRows> data) {
    StatisticsSettings own = settings;
    double[] times = ModelStatistics.times(settings.subject(""), settings.points());
    Batches blocks = new Batches(settings.samples(), settings.unitRows());
    List<double[][]> sums =
        new Units<>(context, source.stage(), partitions, source::open)
            .map(
                Text.of("model-statistics: grid points %d to %d", first, first + count - 1),
                count * blocks.units(),
                (model, unit) ->
                    block(
                        own,
                        model,
                        data.copy(),
                        times[first + unit / blocks.units()],
                        blocks.from(unit % blocks.units()),
                        blocks.to(unit % blocks.units())));
    double nothing =
        new StatisticsProbe(settings.solver().schedule(), settings.step())
            .nothing(source.roundingUnit());
    PointStatistics[] points = new PointStatistics[count];
    for (int k = 0; k < count; k++) {
      double[][] total = sums.get(k * blocks.units());
      for (int block = 1; block < blocks.units(); block++) {
        add(total, sums.get(k * blocks.units() + block));
      }
      points[k] = PointStatistics.of(total, settings.samples(), nothing);
    }
    return points;
  }

  private static void add(double[][] total, double[][] more) {
    for (int m = 0; m < total.length; m++) {
      for (int i = 0; i < total[m].length; i++) {
        total[m][i] += more[m][i];
      }
    }
  }

  /** Rows from .. to - 1, in micro-batches, at a time: the same noise and signs at every time. */
  private static double[][] block(
      StatisticsSettings settings,
      ContinuousModel model,
      NoiseRows data,
      double t,
      int from,
      int to) {
    int size = model.size();
    StatisticsProbe probe = new StatisticsProbe(settings.solver().schedule(), settings.step());
    Node node = settings.solver().schedule().node(t);
    double[][] sums = new double[StatisticsProbe.SUMS][size];
    for (int begin = from; begin < to; begin += settings.batch()) {
      int rows = Math.min(settings.batch(), to - begin);
      double[] x = data.slice(begin, begin + rows);
      double[] noise = NoiseRows.drawn(settings.seed(), NOISE, begin, rows, size).x();
      for (int n = 0; n < x.length; n++) {
        x[n] = node.alpha() * x[n] + node.sigma() * noise[n];
      }
      double[] signs = StatisticsProbe.signs(settings.seed(), SIGNS, begin, rows, size);
      Denoiser denoiser = settings.solver().denoiser(model, settings.guidance(), begin, rows);
      probe.add(sums, x, signs, t, denoiser);
    }
    return sums;
  }

  /** True states of the held-out rows, by micro-batch: [batches][times][rows * d]. */
  double[][][] truth(ReferenceSolution reference) {
    return stages.whole(
        "truth",
        double[][][].class,
        "model-statistics: truth of held-out rows",
        () -> solve(reference));
  }

  private double[][][] solve(ReferenceSolution reference) {
    StatisticsSettings own = settings;
    double[] times = Control.times(settings);
    Batches batches = held();
    return new Units<>(context, source.stage(), partitions, source::open)
        .map(
            "model-statistics: truth of held-out rows",
            batches.units(),
            (model, batch) -> {
              int from = batches.from(batch);
              int rows = batches.length(batch);
              double[] noise = NoiseRows.drawn(own.seed(), HELD_OUT, from, rows, model.size()).x();
              return reference.states(
                  noise, times, own.solver().denoiser(model, own.guidance(), from, rows));
            })
        .toArray(double[][][]::new);
  }

  private Batches held() {
    return new Batches(settings.heldOut(), settings.batch());
  }

  private record Held(ModelStatistics statistics, double[][][] truth) implements Serializable {}

  /**
   * Errors of held-out rows, [rows] by name.
   *
   * @param truth of the first batches
   */
  Map<String, double[]> errors(ModelStatistics statistics, double[][][] truth) {
    StatisticsSettings own = settings;
    Batches batches = held();
    Map<String, double[]> all = new LinkedHashMap<>();
    try (Shared<Held> shared = Shared.of(context, new Held(statistics, truth))) {
      List<ArrayList<Named>> parts =
          new Units<>(context, source.stage(), partitions, source::open)
              .map(
                  "model-statistics: control",
                  truth.length,
                  (model, batch) -> {
                    ArrayList<Named> found = new ArrayList<>();
                    new Control(own, shared.copy().statistics())
                        .errors(model, shared.copy().truth()[batch], batches.from(batch))
                        .forEach((name, errors) -> found.add(new Named(name, errors)));
                    return found;
                  });
      for (ArrayList<Named> part : parts) {
        for (Named named : part) {
          all.merge(named.name(), named.errors(), StatisticsStages::joined);
        }
      }
    }
    return all;
  }

  private record Named(String name, double[] errors) implements Serializable {}

  private static double[] joined(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
