package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.model.ContinuousModels;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.onnx.OnnxKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

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
    String model = config.get(SampleKeys.MODEL);
    return ContinuousModels.isContinuous(model)
        || (ContinuousModels.mayBeContinuous(model)
            && SampleKeys.CONTINUOUS.stream().anyMatch(key -> config.find(key).isPresent()))
        || ContinuousModels.isImages(model, context);
  }

  List<String> plan() {
    ContinuousRequest request = ContinuousRequest.of(context, config);
    String output = SampleJob.requireFree(context, config, identity(request));
    return List.of(
        "open the model " + config.get(SampleKeys.MODEL),
        "sample with " + request.describe(),
        "publish " + FILE + " to " + output);
  }

  private Map<String, Object> identity(ContinuousRequest request) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    Manifest.Parent model =
        ContinuousModels.input(
            config.get(SampleKeys.MODEL),
            request.settings().schedule(),
            context,
            config,
            SampleKeys.MODEL);
    identity.put("input.model", model.contentHash());
    request.parents().forEach(p -> identity.put("input." + p.role(), p.contentHash()));
    config
        .find(SampleKeys.NOISE)
        .ifPresent(uri -> identity.put("input.noise", NoiseRows.hash(uri, context)));
    return identity;
  }

  JobResult run() {
    ContinuousRequest request = ContinuousRequest.of(context, config);
    Map<String, Object> identity = identity(request);
    SampleJob.requireFree(context, config, identity);
    OpenedContinuousModel model =
        ContinuousModels.open(
            config.get(SampleKeys.MODEL),
            request.settings().schedule(),
            context,
            config,
            SampleKeys.MODEL);
    request.check(model.source(), config);
    NoiseRows noise = noise(model.source());
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT),
            context.hadoop(),
            Claim.of(StageStore.resumeKey(identity)),
            context.force())) {
      context.progress().say("drawing %,d samples", noise.rows());
      double[][] x = draw(request, model.source(), noise);
      Map<String, Object> samples = new LinkedHashMap<>();
      samples.put("x", x);
      samples.put("nfe", request.steps());
      samples.put("times", request.settings().times(request.steps()));
      artifact.writeJson(FILE, samples);
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("samples", noise.rows());
      metrics.put("nfe", request.steps());
      metrics.put("modelCalls", request.steps() * (request.guidance() == 1 ? 1 : 2));
      artifact.writeJson("metrics.json", metrics);
      report(request, model, metrics, x).files().forEach(artifact::write);
      artifact.write("README.md", card(request, model).markdown());
      ManifestDraft draft =
          ManifestDraft.of(SampleJob.KIND, "sample", config)
              .withIdentityFile(FILE)
              .withMetrics(metrics)
              .withParent("model", model.parent().uri(), model.parent().contentHash());
      for (Manifest.Parent parent : request.parents()) {
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      Manifest manifest = artifact.commit(draft);
      reproduce(request, model.source(), noise, artifact.uri());
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
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
    Batches batches = new Batches(noise.rows(), config.get(SampleKeys.BATCH));
    SolverSettings settings = request.settings();
    double guidance = request.guidance();
    double[] ratios = request.ratios();
    int size = source.size();
    try (Shared<NoiseRows> shared = Shared.of(context, noise)) {
      return new Units<>(
              context,
              OnnxKeys.stage(context, config),
              config.get(SampleKeys.PARTITIONS),
              source::open)
              .map(
                  "sample: solve the ODE",
                  batches.units(),
                  (model, batch) -> {
                    int from = batches.from(batch);
                    double[] x = shared.copy().slice(from, batches.to(batch));
                    Denoiser denoiser = settings.denoiser(model, guidance, from, x.length / size);
                    return new NoiseRows(
                        settings.sampler(ratios.length).sample(x, ratios, denoiser), size);
                  })
              .stream()
              .flatMap(
                  solved -> IntStream.range(0, solved.rows()).mapToObj(r -> solved.slice(r, r + 1)))
              .toArray(double[][]::new);
    }
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

  private ModelCard card(ContinuousRequest request, OpenedContinuousModel model) {
    List<ModelCard.Parent> parents = new ArrayList<>();
    parents.add(new ModelCard.Parent(model.parent().uri(), model.parent().contentHash()));
    request.parents().forEach(p -> parents.add(new ModelCard.Parent(p.uri(), p.contentHash())));
    return new ModelCard(
        "Samples of " + model.description(),
        "`%s`: `x` [samples][dimension], `nfe`, `times`. Drawn with %s."
            .formatted(FILE, request.describe()),
        List.of(ModelCard.command("sample", config)),
        "import json\nimport numpy as np\n\nx = np.array(json.load(open(\"" + FILE + "\"))[\"x\"])",
        parents,
        "Apache-2.0");
  }

  /** Draws the first micro-batch again: it must be the published one. */
  private void reproduce(
      ContinuousRequest request, ContinuousSource source, NoiseRows noise, String uri) {
    List<?> published = (List<?>) Artifact.open(uri, context.hadoop()).readJson(FILE).get("x");
    int rows = Math.min(config.get(SampleKeys.BATCH), noise.rows());
    NoiseRows first = new NoiseRows(noise.slice(0, rows), source.size());
    double[][] again = draw(request, source, first);
    for (int row = 0; row < rows; row++) {
      double[] stored =
          ((List<?>) published.get(row))
              .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
      if (!Arrays.equals(stored, again[row])) {
        throw new IllegalStateException(
            "The published samples do not come out again: row %d differs; the artifact %s should not be used."
                .formatted(row, uri));
      }
    }
  }
}
