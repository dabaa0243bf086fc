package io.accelerant.distill.dcsolver;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.NoiseKey;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.StatisticsArtifact;
import io.accelerant.distill.model.WantedModel;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fits the compensation ratios of DC-Solver for a frozen continuous model, measures them on other
 * noise beside every control, predicts ratios of further settings by a polynomial, and publishes
 * the sampler.
 */
public final class DcSolverJob implements PublishingJob {
  /** Kind of the artifact. */
  public static final String KIND = "dc-sampler";

  @Override
  public String name() {
    return DcSampler.METHOD;
  }

  @Override
  public String summary() {
    return "Fit a few-step ODE sampler for a continuous diffusion model (DC-Solver)";
  }

  @Override
  public List<Key<?>> keys() {
    return DcSolverKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    DcSettings settings = DcSettings.of(config);
    return Work.on(
        inputs(context, config),
        output ->
            List.of(
                "open the model " + config.get(DcSolverKeys.MODEL),
                "solve the ODE finely for guidances " + settings.guidances(),
                Text.of(
                    "fit the ratios of %s at %s steps, %d times each",
                    settings.solver().solver().describe(), settings.nfes(), settings.noiseSets()),
                "measure them and their controls on other noise",
                "publish the sampler to " + output),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    ModelName model = new ModelName(DcSolverKeys.MODEL, context, config);
    Models.artifact(model).ifPresent(a -> ImageModel.requireUntuned(a, model.key().path()));
    List<Manifest.Parent> parents =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(
                model, WantedModel.of(DcSettings.of(config).solver().schedule())));
    for (NoiseKey key : List.of(DcSettings.FIT_NOISE, DcSettings.EVAL_NOISE)) {
      key.input(config, context).ifPresent(parents::add);
    }
    config
        .find(DcSolverKeys.CPR)
        .ifPresent(uri -> parents.add(DcSamplers.polynomial(uri, context).source()));
    config
        .find(DcSolverKeys.STATISTICS)
        .ifPresent(uri -> parents.add(StatisticsArtifact.open(uri, context).source()));
    return parents;
  }

  private static Product make(Run run, DcSettings asked) {
    JobContext context = run.context();
    JobConfig config = run.config();
    StageStore store = run.stages();
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(
            new ModelName(DcSolverKeys.MODEL, context, config),
            WantedModel.of(asked.solver().schedule()));
    DcSettings settings = asked.on(model.source());
    for (double guidance : settings.guidances()) {
      settings
          .solver()
          .check(model.source(), guidance, config, DcSolverKeys.SOLVER, DcSolverKeys.GUIDANCE);
    }
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      ReferenceSolution reference = settings.truth(config, model.source());
      DcStages stages =
          new DcStages(
              context,
              settings,
              model.source(),
              reference,
              settings.fitNoise(config, context, model),
              settings.evalNoise(config, context, model),
              store,
              config.get(DcSolverKeys.PARTITIONS));
      DcFindings findings =
          DcFindings.of(
              settings,
              stages,
              imported(context, config),
              settings.statistics(context, config, model.source()));
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      write(run, settings, model, findings);
      Map<Double, byte[]> pictures =
          model
              .pixels()
              .map(pixels -> DcPictures.of(pixels, settings, stages, findings))
              .orElse(Map.of());
      DcReport report =
          new DcReport(context, config, settings, model, reference, findings, pictures);
      return new Product(
          run.draft(KIND, metrics),
          report.files(run.uri()),
          report.card(run),
          check(context, settings, model, stages, findings));
    }
  }

  private static Optional<CascadePolynomial> imported(JobContext context, JobConfig config) {
    return config
        .find(DcSolverKeys.CPR)
        .map(uri -> DcSamplers.polynomial(uri, context).polynomial());
  }

  private static void write(
      Run run, DcSettings settings, OpenedContinuousModel model, DcFindings findings) {
    DcSampler sampler =
        new DcSampler(
            model.source().modelHash(),
            settings.solver(),
            findings.ratios(),
            findings.prediction().fit().map(CascadePolynomial.Fit::polynomial));
    run.artifact().writeJson("sampler.json", sampler.toJson());
    sampler.cpr().ifPresent(polynomial -> run.artifact().write("cpr.npy", polynomial.npy()));
    run.writeLoader(DcSolverJob.class);
  }

  /** The published sampler measures one setting again: it must be the same bits. */
  private static Check check(
      JobContext context,
      DcSettings settings,
      OpenedContinuousModel model,
      DcStages stages,
      DcFindings findings) {
    Setting first = findings.settings().get(0);
    return new Check(
        Text.of("the error with %d steps, guidance %s", first.nfe(), first.guidance()),
        first.mseAfter(),
        artifact -> {
          DcSamplers published = DcSamplers.open(artifact.uri(), context);
          published.sampler().requireModel(model.source(), published.where());
          if (!published.sampler().settings().equals(settings.solver())) {
            throw new DataException(
                "the sampler reads back as " + published.sampler().settings() + ".");
          }
          double[] ratios =
              published.sampler().ratios(first.nfe(), first.guidance(), published.where());
          return Setting.mean(
              stages
                  .errors(
                      "DC-Solver: reproduce a metric from the artifact",
                      first.guidance(),
                      findings.truths().get(first.guidance()),
                      Map.of("again", ratios))
                  .get("again"));
        });
  }
}
