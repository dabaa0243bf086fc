package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Units;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.RenoisingSampler;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.V3Sampler;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Samples of a continuous model into {@code samples.json}. A sample depends on (model, settings,
 * noise) alone; micro-batches are formed by row id, so that the file is the same however the rows
 * are cut.
 */
final class ContinuousSampling {
  private static final String NOISE = "sample.noise";
  private static final String FILE = "samples.json";
  private static final long MOST_NUMBERS = 20_000_000;

  private final JobContext context;
  private final JobConfig config;

  ContinuousSampling(JobContext context, JobConfig config) {
    this.context = context;
    this.config = config;
  }

  /**
   * Whether the configuration is about a continuous model: an ONNX file can be either, and is one
   * where a key is set that only these have.
   */
  static boolean isMeant(JobContext context, JobConfig config) {
    return Models.isContinuous(SampleJob.model(context, config), SampleKeys.CONTINUOUS);
  }

  Work open() {
    ContinuousRequest request = ContinuousRequest.of(context, config);
    return Work.on(
        inputs(request),
        output ->
            List.of(
                "open the model " + config.get(SampleKeys.MODEL),
                "sample with " + request.describe(),
                "publish " + FILE + " to " + output),
        run -> make(run, request));
  }

  private List<Manifest.Parent> inputs(ContinuousRequest request) {
    List<Manifest.Parent> inputs =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(SampleJob.model(context, config), request.wanted(config)));
    inputs.addAll(request.parents());
    config
        .find(SampleKeys.NOISE)
        .ifPresent(
            uri -> inputs.add(new Manifest.Parent("noise", uri, NoiseRows.hash(uri, context))));
    return inputs;
  }

  private Product make(Run run, ContinuousRequest asked) {
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(SampleJob.model(context, config), asked.wanted(config));
    ContinuousRequest request = asked.check(model.source(), config);
    NoiseRows noise = noise(model.source());
    context.progress().say("drawing %,d samples", noise.rows());
    double[][] x = draw(request, model.source(), noise);
    Map<String, Object> samples = new LinkedHashMap<>();
    samples.put("x", x);
    samples.put("nfe", request.steps());
    samples.put("times", request.times());
    run.artifact().writeJson(FILE, samples);
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("samples", noise.rows());
    metrics.put("nfe", request.steps());
    metrics.put("modelCalls", request.steps() * (request.guidance() == 1 ? 1 : 2));
    return new Product(
        run.draft(SampleJob.KIND, metrics).withIdentityFile(FILE),
        report(request, model, metrics, x).files(),
        run.card(
            "Samples of " + model.description(),
            Text.of(
                "`%s`: `x` [samples][dimension], `nfe`, `times`. Drawn with %s.",
                FILE, request.describe()),
            "import json\nimport numpy as np\n\nx = np.array(json.load(open(\""
                + FILE
                + "\"))[\"x\"])",
            "Apache-2.0"),
        check(request, model.source(), noise));
  }

  private NoiseRows noise(ContinuousSource model) {
    int size = model.size();
    if (config.find(SampleKeys.NOISE).isPresent()) {
      return NoiseRows.read(config.get(SampleKeys.NOISE), context, size);
    }
    int count = config.get(SampleKeys.COUNT);
    if ((long) count * size > MOST_NUMBERS) {
      throw config.invalid(
          SampleKeys.COUNT,
          Text.of(
              "is %,d: %s would hold %,d numbers, more than %,d.",
              count, FILE, (long) count * size, MOST_NUMBERS));
    }
    return NoiseRows.drawn(config.get(RunKeys.SEED), NOISE, 0, count, size);
  }

  /** Noise on the way of samples {@code from} on. */
  private static double[] noise(long seed, int from, int numbers, int size, int step) {
    return NoiseRows.drawn(seed, NOISE, from, numbers / size, size, step).x();
  }

  private double[][] draw(ContinuousRequest request, ContinuousSource source, NoiseRows rows) {
    Batches batches = new Batches(rows.rows(), config.get(SampleKeys.BATCH));
    SolverSettings settings = request.settings();
    double guidance = request.guidance();
    double[] ratios = request.ratios();
    double[] times = request.times();
    int size = source.size();
    // an Optional does not travel
    Teleport teleport = request.teleport().orElse(null);
    StepSampler steps = request.stepwise().orElse(null);
    boolean renoises = request.learned().map(found -> found.renoises()).orElse(false);
    long seed = config.get(RunKeys.SEED);
    if (request.statistics().isPresent()) {
      return withStatistics(request, request.statistics().get(), source, rows);
    }
    try (Shared<NoiseRows> shared = Shared.of(context, rows)) {
      return rows(
          new Units<>(context, source.stage(), config.get(SampleKeys.PARTITIONS), source::open)
              .map(
                  "sample: solve the ODE",
                  batches.units(),
                  (model, batch) -> {
                    int from = batches.from(batch);
                    double[] noise = shared.copy().slice(from, batches.to(batch));
                    double[] x =
                        teleport == null
                            ? noise
                            : teleport.begin(noise, settings.schedule(), times[0]);
                    Denoiser denoiser = settings.denoiser(model, guidance, from, x.length / size);
                    if (steps != null) {
                      return new NoiseRows(steps.sample(x, denoiser), size);
                    }
                    double[] y =
                        renoises
                            ? new RenoisingSampler(
                                    settings.schedule(), Arrays.copyOf(times, times.length - 1))
                                .sample(
                                    x, denoiser, step -> noise(seed, from, x.length, size, step))
                            : settings
                                .solver()
                                .on(settings.schedule(), times)
                                .sample(x, ratios, denoiser);
                    return new NoiseRows(y, size);
                  }));
    }
  }

  /** By DPM-Solver-v3. */
  private double[][] withStatistics(
      ContinuousRequest request, StatisticsUse use, ContinuousSource source, NoiseRows noise) {
    Batches batches = new Batches(noise.rows(), config.get(SampleKeys.BATCH));
    SolverSettings settings = request.settings();
    double guidance = request.guidance();
    double[] times = request.times();
    PseudoOrder pseudo = use.pseudo();
    Teleport teleport = request.teleport().orElse(null); // an Optional does not travel
    try (Shared<NoiseRows> shared = Shared.of(context, noise);
        Shared<ModelStatistics> statistics = Shared.of(context, use.artifact().statistics())) {
      Units.Opening<V3Opened> open =
          () ->
              new V3Opened(
                  source.open(),
                  new V3Sampler(statistics.copy(), settings.solver(), pseudo, times));
      return rows(
          new Units<>(context, source.stage(), config.get(SampleKeys.PARTITIONS), open)
              .map(
                  "sample: solve the ODE",
                  batches.units(),
                  (opened, batch) -> {
                    int from = batches.from(batch);
                    Denoiser denoiser =
                        settings.denoiser(opened.model(), guidance, from, batches.length(batch));
                    double[] drawn = shared.copy().slice(from, batches.to(batch));
                    double[] x =
                        teleport == null
                            ? drawn
                            : teleport.begin(drawn, settings.schedule(), times[0]);
                    return new NoiseRows(
                        opened.sampler().sample(x, denoiser), opened.model().size());
                  }));
    }
  }

  /** The factors of the updates are made once a partition. */
  private record V3Opened(ContinuousModel model, V3Sampler sampler) implements AutoCloseable {
    @Override
    public void close() {
      model.close();
    }
  }

  private static double[][] rows(List<NoiseRows> batches) {
    return batches.stream()
        .flatMap(solved -> IntStream.range(0, solved.rows()).mapToObj(r -> solved.slice(r, r + 1)))
        .toArray(double[][]::new);
  }

  private Report report(
      ContinuousRequest request,
      OpenedContinuousModel model,
      Map<String, Number> metrics,
      double[][] x) {
    Table table = Table.of("what", "value");
    table.row("sampler", request.describe());
    table.row("ratios", Arrays.toString(request.ratios()));
    metrics.forEach(table::row);
    Report report =
        Report.titled("Samples of " + model.description(), context.progress()::say).table(table);
    report.section("The first samples");
    if (model.pixels().isPresent()) {
      show(model.pixels().get(), List.of(x), report);
    } else {
      StringBuilder first = new StringBuilder();
      for (int row = 0; row < Math.min(5, x.length); row++) {
        String numbers = Arrays.toString(Arrays.copyOf(x[row], Math.min(8, x[row].length)));
        first.append(numbers).append('\n');
      }
      report.code("", first.toString());
    }
    return report;
  }

  private static void show(Pixels pixels, List<double[]> x, Report report) {
    List<double[]> shown = x.subList(0, Math.min(pixels.isVideo() ? 24 : 100, x.size()));
    String caption = "In order of their number" + (pixels.isVideo() ? ", one a row" : "");
    report.picture("samples", pixels.png(shown, 10), caption);
    if (pixels.isVideo()) {
      report.animation("samples-moving", pixels.gif(shown, 8), "The same, side by side");
    }
  }

  /** The first micro-batch, drawn again, must be the published one. */
  private Check check(ContinuousRequest request, ContinuousSource source, NoiseRows noise) {
    int rows = Math.min(config.get(SampleKeys.BATCH), noise.rows());
    return new Check(
        "the first samples",
        draw(request, source, new NoiseRows(noise.slice(0, rows), source.size())),
        artifact ->
            ((List<?>) artifact.readJson(FILE).get("x"))
                .stream().limit(rows).map(ContinuousSampling::numbers).toArray(double[][]::new));
  }

  private static double[] numbers(Object row) {
    return ((List<?>) row).stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }
}
