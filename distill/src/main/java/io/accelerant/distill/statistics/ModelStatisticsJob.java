package io.accelerant.distill.statistics;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Images;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.StatisticsArtifact;
import io.accelerant.distill.model.WantedModel;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the statistics that DPM-Solver-v3 runs on, says on other noise whether they make it
 * better, and publishes them.
 */
public final class ModelStatisticsJob implements PublishingJob {
  @Override
  public String name() {
    return StatisticsArtifact.KIND;
  }

  @Override
  public String summary() {
    return "Measure the statistics of a continuous diffusion model that DPM-Solver-v3 runs on";
  }

  @Override
  public List<Key<?>> keys() {
    return ModelStatisticsKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    StatisticsSettings settings = StatisticsSettings.of(config);
    return Work.on(
        inputs(context, config, settings),
        output ->
            List.of(
                "open the model " + config.get(ModelStatisticsKeys.MODEL),
                Text.of(
                    "measure %,d samples at each of %d grid points",
                    settings.samples(), settings.points()),
                "measure the error of one step and of whole trajectories on other noise",
                "publish the statistics to " + output),
        run -> make(run, settings));
  }

  private static ModelName model(JobContext context, JobConfig config) {
    return new ModelName(ModelStatisticsKeys.MODEL, context, config);
  }

  private static List<Manifest.Parent> inputs(
      JobContext context, JobConfig config, StatisticsSettings settings) {
    ModelName model = model(context, config);
    Models.artifact(model).ifPresent(a -> ImageModel.requireUntuned(a, model.key().path()));
    List<Manifest.Parent> parents =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(model, WantedModel.of(settings.solver().schedule())));
    config
        .find(ModelStatisticsKeys.DATA)
        .map(
            uri ->
                Artifact.open(uri, context.hadoop())
                    .requireKind(Images.KIND, ModelStatisticsKeys.DATA.path()))
        .ifPresent(a -> parents.add(new Manifest.Parent("data", a.uri(), a.contentHash())));
    return parents;
  }

  private static Product make(Run run, StatisticsSettings asked) {
    JobContext context = run.context();
    JobConfig config = run.config();
    Stages saved = new Stages(context, run.stages());
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(model(context, config), WantedModel.of(asked.solver().schedule()));
    StatisticsSettings settings = asked.on(model.source(), config);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      ReferenceSolution reference = settings.truth(config, model.source());
      StatisticsData data = new StatisticsData(context, config, settings, model.source());
      StatisticsStages stages =
          new StatisticsStages(
              context, settings, model.source(), saved, config.get(ModelStatisticsKeys.PARTITIONS));
      ModelStatistics statistics = stages.statistics(stages.data(data));
      double[][][] truth = stages.truth(reference);
      StatisticsFindings findings =
          new StatisticsFindings(settings, statistics, stages.errors(statistics, truth));
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      StatisticsArtifact.write(statistics, how(settings, model, data.kind()), run.artifact());
      StatisticsReport report =
          new StatisticsReport(run, settings, model, reference, findings, data.describe());
      return new Product(
          run.draft(StatisticsArtifact.KIND, metrics),
          report.files(),
          report.card(),
          check(context, stages, statistics, model, settings, truth));
    }
  }

  /** How they were measured. */
  private static Map<String, Object> how(
      StatisticsSettings settings, OpenedContinuousModel model, String data) {
    Map<String, Object> how = new LinkedHashMap<>();
    how.put("samples", settings.samples());
    how.put("data", data);
    how.put("derivatives", "central differences");
    how.put("step", settings.step());
    how.put("precision", StatisticsReport.precision(model));
    return how;
  }

  /** The published statistics measure the first held-out rows again: the same bits. */
  private static Check check(
      JobContext context,
      StatisticsStages stages,
      ModelStatistics statistics,
      OpenedContinuousModel model,
      StatisticsSettings settings,
      double[][][] truth) {
    double[][][] first = {truth[0]};
    String arm = Control.end(settings.nfes().get(0), Control.V3);
    return new Check(
        Text.of("the error with %d steps", settings.nfes().get(0)),
        stages.errors(statistics, first).get(arm),
        artifact -> {
          StatisticsArtifact published =
              StatisticsArtifact.open(artifact.uri(), context)
                  .requireModel(model.source())
                  .require(settings.solver(), settings.guidance());
          return stages.errors(published.statistics(), first).get(arm);
        });
  }
}
