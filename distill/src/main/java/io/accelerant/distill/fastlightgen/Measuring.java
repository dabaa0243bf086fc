package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.fastlightgen.Judge.Held;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.NetworkImageSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Draws samples on the cluster and measures them, each row saved; the same noise for all rows. */
final class Measuring implements AutoCloseable {
  /** Noise of what chooses is not that of what is reported. */
  private static final long FIT = 1L << 40;

  private static final int RUNS = 5;

  private final JobContext context;
  private final JobConfig config;
  private final FastLightGenSettings settings;
  private final Stages stages;
  private final Judge judge;

  Measuring(
      JobContext context,
      JobConfig config,
      FastLightGenSettings settings,
      Stages stages,
      Judge judge) {
    this.context = context;
    this.config = config;
    this.settings = settings;
    this.stages = stages;
    this.judge = judge;
  }

  private record Floors(Map<String, Double> metrics) {}

  /** Held-out data against other such. */
  Map<String, Double> floors() {
    return stages.of("floors", Floors.class, () -> new Floors(judge.floors())).metrics();
  }

  /** On what chooses. */
  Measured fit(Subject subject, long seed) {
    String what = Text.of("fit.%s.guidance%s", subject.id(), subject.sampling().guidance());
    return stages.of(
        what,
        Measured.class,
        () -> {
          Measured found = measure(what, subject, seed + FIT, Held.FIT);
          return new Measured(found.metrics(), new byte[0][]);
        });
  }

  /**
   * A row.
   *
   * @param subjects one for each seed
   */
  Line line(List<Subject> subjects) {
    Subject first = subjects.get(0);
    List<Measured> seeds = new ArrayList<>();
    for (int s = 0; s < subjects.size(); s++) {
      Subject subject = subjects.get(s);
      long seed = settings.seeds().get(s);
      String what = Text.of("measured.%s.seed%d", subject.id(), seed);
      seeds.add(stages.of(what, Measured.class, () -> measure(what, subject, seed, Held.TEST)));
    }
    return new Line(first.id(), first.sampling(), first.cost(), seeds);
  }

  /** What a reader of a published model must get again. */
  double again(Subject subject) {
    return judge
        .measure(draw(subject.id(), subject, settings.seeds().get(0)), Held.TEST)
        .get(Judge.CHOOSES);
  }

  private Measured measure(String what, Subject subject, long seed, Held held) {
    LabelledPixels samples = draw(what, subject, seed);
    Measured found = new Measured(judge.measure(samples, held), samples.images());
    context
        .progress()
        .say(
            "fastlightgen: %s, %s: distance %.4g in b",
            what, subject.sampling().describe(), found.distance());
    return found;
  }

  private NetworkImageSource source(Subject subject) {
    ImageModel model = new ImageModel(subject.network(), subject.parameters(), new FlowPath());
    return NetworkImageSource.of(context, model, subject.id(), "", config);
  }

  private LabelledPixels draw(String what, Subject subject, long seed) {
    int count = settings.samples();
    Batches batches = new Batches(count, Sampling.BATCH);
    Sampling sampling = subject.sampling();
    NetworkImageSource source = source(subject);
    byte[][] drawn =
        new Units<ContinuousModel>(
                context, GpuStage.of(config), settings.partitions(), source::open)
                .map(
                    Text.of("fastlightgen: %d samples, %s", count, what),
                    batches.units(),
                    (opened, batch) -> sampling.draw(opened, batches, batch, seed))
                .stream()
                .flatMap(Arrays::stream)
                .toArray(byte[][]::new);
    return new LabelledPixels(drawn, IntStream.range(0, count).map(sampling::label).toArray());
  }

  /**
   * Seconds that a number of samples takes in one task, by row: the median of runs of all rows by
   * turns, after one that does not count.
   */
  Map<String, Double> seconds(List<Subject> subjects) {
    double[] seconds =
        stages.of(
            "timed",
            double[].class,
            () -> {
              context.progress().say("fastlightgen: timing %d rows", subjects.size());
              return timed(subjects);
            });
    Map<String, Double> byRow = new LinkedHashMap<>();
    for (int i = 0; i < subjects.size(); i++) {
      byRow.put(subjects.get(i).id(), seconds[i]);
    }
    return byRow;
  }

  private double[] timed(List<Subject> subjects) {
    Batches batches = new Batches(settings.timed(), Sampling.BATCH);
    Sampling[] samplings = subjects.stream().map(Subject::sampling).toArray(Sampling[]::new);
    NetworkImageSource[] sources =
        subjects.stream().map(this::source).toArray(NetworkImageSource[]::new);
    return new Units<Object>(context, GpuStage.of(config), 1, () -> "")
        .map(
            "fastlightgen: timing",
            1,
            (opened, unit) -> {
              double[][] runs = new double[sources.length][RUNS];
              for (int run = -1; run < RUNS; run++) {
                for (int i = 0; i < sources.length; i++) {
                  double seconds = seconds(sources[i], samplings[i], batches);
                  runs[i][Math.max(run, 0)] = seconds;
                }
              }
              return Arrays.stream(runs).mapToDouble(Measuring::median).toArray();
            })
        .get(0);
  }

  private static double seconds(NetworkImageSource source, Sampling sampling, Batches batches) {
    ContinuousModel model = source.open();
    try {
      sampling.draw(model, batches, 0, 0); // with it the weights are where they belong
      long start = System.nanoTime();
      for (int batch = 0; batch < batches.units(); batch++) {
        sampling.draw(model, batches, batch, 0);
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      model.close();
    }
  }

  private static double median(double[] numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() {
    judge.close();
  }
}
