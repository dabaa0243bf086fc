package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Samples of a continuous model into {@code samples.json}. A sample depends on (model, settings,
 * noise) alone; micro-batches are formed by row id, so that the file is the same however the rows
 * are cut.
 */
final class ContinuousSampling {
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
            Models.CONTINUOUS.inputs(
                SampleJob.model(context, config), request.settings().schedule()));
    inputs.addAll(request.parents());
    config
        .find(SampleKeys.NOISE)
        .ifPresent(
            uri -> inputs.add(new Manifest.Parent("noise", uri, NoiseRows.hash(uri, context))));
    return inputs;
  }

  private Product make(Run run, ContinuousRequest request) {
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(SampleJob.model(context, config), request.settings().schedule());
    request.check(model.source(), config);
    NoiseRows noise = noise(model.source());
    context.progress().say("drawing %,d samples", noise.rows());
    double[][] x = draw(request, model.source(), noise);
    Map<String, Object> samples = new LinkedHashMap<>();
    samples.put("x", x);
    samples.put("nfe", request.steps());
    samples.put("times", request.settings().times(request.steps()));
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
            "`%s`: `x` [samples][dimension], `nfe`, `times`. Drawn with %s."
                .formatted(FILE, request.describe()),
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
          "is %,d: %s would hold %,d numbers, more than %,d."
              .formatted(count, FILE, (long) count * size, MOST_NUMBERS));
    }
    return NoiseRows.drawn(config.get(RunKeys.SEED), "sample.noise", 0, count, size);
  }

  private double[][] draw(ContinuousRequest request, ContinuousSource source, NoiseRows noise) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    int batch = config.get(SampleKeys.BATCH);
    int units = (noise.rows() + batch - 1) / batch;
    int wanted = config.get(SampleKeys.PARTITIONS);
    int partitions = Math.min(units, wanted > 0 ? wanted : 4 * spark.defaultParallelism());
    SolverSettings settings = request.settings();
    double guidance = request.guidance();
    double[] ratios = request.ratios();
    int size = source.size();
    double[][] x = new double[noise.rows()][];
    try (Shared<double[]> shared = Shared.of(spark, noise.x());
        JobDescription description = new JobDescription(spark.sc())) {
      description.set("sample: solve the ODE");
      List<double[]> solved =
          source
              .stage()
              .on(spark.parallelize(IntStream.range(0, units).boxed().toList(), partitions))
              .mapPartitions(
                  indices -> {
                    List<double[]> out = new ArrayList<>();
                    NoiseRows rows = new NoiseRows(shared.copy(), size);
                    try (ContinuousModel model = source.open()) {
                      while (indices.hasNext()) {
                        int from = indices.next() * batch;
                        out.add(solve(settings, model, guidance, ratios, rows, from, batch));
                      }
                    }
                    return out.iterator();
                  })
              .collect();
      int row = 0;
      for (double[] unit : solved) { // collect keeps the order
        for (int at = 0; at < unit.length; at += size) {
          x[row++] = Arrays.copyOfRange(unit, at, at + size);
        }
      }
    }
    return x;
  }

  private static double[] solve(
      SolverSettings settings,
      ContinuousModel model,
      double guidance,
      double[] ratios,
      NoiseRows noise,
      int from,
      int batch) {
    int to = Math.min(from + batch, noise.rows());
    Denoiser denoiser = settings.denoiser(model, guidance, from, to - from);
    return settings.sampler(ratios.length).sample(noise.slice(from, to), ratios, denoiser);
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
      List<double[]> shown = List.of(x).subList(0, Math.min(100, x.length));
      report.picture("samples", model.pixels().get().png(shown, 10), "In order of their number");
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
