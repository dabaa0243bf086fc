package io.accelerant.distill.dcsolver;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.ResumableRun;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Fits the compensation ratios of DC-Solver for a frozen continuous model, measures them on other
 * noise beside every control, predicts ratios of further settings by a polynomial, and publishes
 * the sampler.
 */
public final class DcSolverJob implements Job {
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
  public List<String> plan(JobContext context, JobConfig config) {
    DcSettings settings = DcSettings.of(config);
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT),
            context.hadoop(),
            StageStore.resumeKey(identity(context, config)));
    return List.of(
        "open the model " + config.get(DcSolverKeys.MODEL),
        "solve the ODE finely for guidances " + settings.guidances(),
        "fit the ratios of %s at %s steps, %d times each"
            .formatted(
                settings.solver().solver().describe(), settings.nfes(), settings.noiseSets()),
        "measure them and their controls on other noise",
        "publish the sampler to " + output);
  }

  private static Map<String, Object> identity(JobContext context, JobConfig config) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    parents(context, config)
        .forEach(parent -> identity.put("input." + parent.role(), parent.contentHash()));
    return identity;
  }

  private static List<Manifest.Parent> parents(JobContext context, JobConfig config) {
    List<Manifest.Parent> parents =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(
                new ModelName(DcSolverKeys.MODEL, context, config),
                DcSettings.of(config).solver().schedule()));
    for (Key<String> key : List.of(DcSolverKeys.FIT_NOISE, DcSolverKeys.EVAL_NOISE)) {
      DcSettings.noiseFile(config, key)
          .ifPresent(
              uri ->
                  parents.add(
                      new Manifest.Parent(
                          key.path().replace("dcSolver.", ""), uri, NoiseRows.hash(uri, context))));
    }
    config
        .find(DcSolverKeys.CPR)
        .ifPresent(uri -> parents.add(DcSamplers.polynomial(uri, context).source()));
    return parents;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    DcSettings settings = DcSettings.of(config);
    Map<String, Object> identity = identity(context, config);
    ResumableRun resumable = ResumableRun.open(context, config, identity);
    StageStore store = resumable.stages();
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(
            new ModelName(DcSolverKeys.MODEL, context, config), settings.solver().schedule());
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
              config.get(DcSolverKeys.PARTITIONS),
              model.source().stage());
      DcFindings findings = DcFindings.of(settings, stages, imported(context, config));
      if (store.loaded() > 0) {
        context.progress().say("%d stages were taken from the checkpoint", store.loaded());
      }
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      JobResult result =
          publish(
              context,
              config,
              settings,
              model,
              reference,
              stages,
              findings,
              metrics,
              resumable.resumeKey());
      store.delete();
      return result;
    }
  }

  private static Optional<CascadePolynomial> imported(JobContext context, JobConfig config) {
    return config
        .find(DcSolverKeys.CPR)
        .map(uri -> DcSamplers.polynomial(uri, context).polynomial());
  }

  private JobResult publish(
      JobContext context,
      JobConfig config,
      DcSettings settings,
      OpenedContinuousModel model,
      ReferenceSolution reference,
      DcStages stages,
      DcFindings findings,
      Map<String, Number> metrics,
      String resumeKey) {
    DcSampler sampler =
        new DcSampler(
            model.source().modelHash(),
            settings.solver(),
            findings.ratios(),
            findings.prediction().fit().map(CascadePolynomial.Fit::polynomial));
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), Claim.of(resumeKey), context.force())) {
      artifact.writeJson("sampler.json", sampler.toJson());
      sampler.cpr().ifPresent(polynomial -> artifact.write("cpr.npy", polynomial.npy()));
      artifact.writeJson("metrics.json", metrics);
      Map<Double, byte[]> pictures =
          model
              .pixels()
              .map(pixels -> DcPictures.of(pixels, settings, stages, findings))
              .orElse(Map.of());
      new DcReport(context, config, settings, model, reference, findings, pictures)
          .files(artifact.uri())
          .forEach(artifact::write);
      ManifestDraft draft = ManifestDraft.of(KIND, name(), config).withMetrics(metrics);
      for (Manifest.Parent parent : parents(context, config)) {
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      Manifest manifest = artifact.commit(draft);
      reproduce(context, settings, model, stages, findings, artifact.uri());
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
  }

  /** Reads the published sampler back and measures one setting again: it must be the same bits. */
  private static void reproduce(
      JobContext context,
      DcSettings settings,
      OpenedContinuousModel model,
      DcStages stages,
      DcFindings findings,
      String uri) {
    DcSamplers published = DcSamplers.open(uri, context);
    published.sampler().requireModel(model.source(), published.where());
    if (!published.sampler().settings().equals(settings.solver())) {
      throw new IllegalStateException(
          "The published sampler reads back as " + published.sampler().settings() + ".");
    }
    Setting first = findings.settings().get(0);
    double[] ratios = published.sampler().ratios(first.nfe(), first.guidance(), published.where());
    double[] errors =
        stages
            .errors(
                "DC-Solver: reproduce a metric from the artifact",
                first.guidance(),
                findings.truths().get(first.guidance()),
                Map.of("again", ratios))
            .get("again");
    if (Setting.mean(errors) != first.mseAfter()) {
      throw new IllegalStateException(
          "The published sampler does not reproduce its metric: %s, recorded %s; the artifact %s should not be used."
              .formatted(Setting.mean(errors), first.mseAfter(), uri));
    }
  }
}
