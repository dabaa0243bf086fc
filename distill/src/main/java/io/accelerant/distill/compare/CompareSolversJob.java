package io.accelerant.distill.compare;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.Images;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.model.DataMoments;
import io.accelerant.distill.model.ModelName;
import io.accelerant.distill.model.Models;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.OpenedContinuousModel;
import io.accelerant.distill.model.WantedModel;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.moments.Principal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * One table of all samplers of a continuous model: plain solvers on every spacing, DualFast,
 * Gaussian teleportation and published samplers at equal numbers of evaluations, by the error
 * against the fine trajectory on noise that nothing was chosen or fitted on, by Frechet distances
 * where x is an image, and by the clock.
 */
public final class CompareSolversJob implements PublishingJob {
  /** Kind of the artifact. */
  public static final String KIND = "solver-comparison";

  static final String NAME = "compare-solvers";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Compare all samplers of a continuous model at equal numbers of evaluations";
  }

  @Override
  public List<Key<?>> keys() {
    return CompareKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    CompareSettings settings = CompareSettings.of(config);
    Candidates candidates = Candidates.of(settings, context, config);
    return Work.on(
        inputs(context, config, settings, candidates),
        output ->
            List.of(
                "open the model " + config.get(CompareKeys.MODEL),
                Text.of("solve the ODE finely for %d rows", settings.choice() + settings.count()),
                Text.of(
                    "measure %d samplers at each of %s evaluations",
                    candidates.of(settings.nfes().get(0)).size(), settings.nfes()),
                "publish the comparison to " + output),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(
      JobContext context, JobConfig config, CompareSettings settings, Candidates candidates) {
    ModelName model = new ModelName(CompareKeys.MODEL, context, config);
    Models.artifact(model).ifPresent(a -> ImageModel.requireUntuned(a, model.key().path()));
    List<Manifest.Parent> parents =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(model, WantedModel.of(settings.base().schedule())));
    parents.addAll(candidates.sources());
    config
        .find(CompareKeys.MOMENTS)
        .map(uri -> DataMoments.read(uri, context, CompareKeys.MOMENTS.path()))
        .ifPresent(m -> parents.add(new Manifest.Parent("moments", m.uri(), m.contentHash())));
    config
        .find(CompareKeys.DATA)
        .map(uri -> Artifact.open(uri, context.hadoop()))
        .map(a -> a.requireKind(Images.KIND, CompareKeys.DATA.path()))
        .ifPresent(a -> parents.add(new Manifest.Parent("images", a.uri(), a.contentHash())));
    return parents;
  }

  private static Product make(Run run, CompareSettings asked) {
    JobContext context = run.context();
    JobConfig config = run.config();
    Stages saved = new Stages(context, run.stages());
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(
            new ModelName(CompareKeys.MODEL, context, config),
            WantedModel.of(asked.base().schedule()));
    CompareSettings settings = asked.on(model.source());
    settings
        .base()
        .check(
            model.source(), settings.guidance(), config, CompareKeys.SOLVER, CompareKeys.GUIDANCE);
    Candidates candidates = Candidates.of(settings, context, config);
    candidates.check(model.source(), config);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      Optional<PixelDistances> meter = PixelDistances.of(context, config, model, settings.count());
      CompareStages stages =
          new CompareStages(
              context,
              saved,
              settings,
              model.source(),
              settings.truth(config, model.source()),
              rows(settings, config, model.source()),
              law(context, config, settings, model.source()),
              candidates.statistics(),
              meter,
              config.get(CompareKeys.PARTITIONS));
      double[] truth = stages.truth();
      Map<Integer, List<Cell>> cells = new LinkedHashMap<>();
      for (int nfe : settings.nfes()) {
        cells.put(nfe, stages.cells(nfe, candidates.of(nfe), truth));
      }
      CompareFindings findings =
          new CompareFindings(settings, candidates.families(), cells, floors(stages, truth, meter));
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      CompareReport report =
          new CompareReport(run, findings, model.description(), stages.describeTruth());
      return new Product(
          run.draft(KIND, metrics).withTables(SolverTable.write(run, findings)),
          report.files(),
          report.card(),
          check(context, candidates, stages, truth, findings));
    }
  }

  /** Those of the choice, then the others. */
  private static NoiseRows rows(
      CompareSettings settings, JobConfig config, ContinuousSource source) {
    return NoiseRows.drawn(
        config.get(RunKeys.SEED),
        "compareSolvers.noise",
        0,
        settings.choice() + settings.count(),
        source.size());
  }

  /** The law of the data; null where nothing jumps. */
  private static GaussianLaw law(
      JobContext context, JobConfig config, CompareSettings settings, ContinuousSource source) {
    Optional<String> moments = config.find(CompareKeys.MOMENTS);
    if (settings.jumps().isEmpty()) {
      return null;
    }
    if (moments.isEmpty()) {
      if (source instanceof GaussianMixture mixture) {
        List<Integer> labels = settings.base().labels();
        return Principal.of(mixture, labels.size() == 1 ? labels.get(0) : ContinuousModel.NO_LABEL);
      }
      throw config.invalid(
          CompareKeys.MOMENTS, "is required for compareSolvers.teleport: data-moments makes them.");
    }
    GaussianLaw law = DataMoments.read(moments.get(), context, CompareKeys.MOMENTS.path()).law();
    if (law.size() != source.size()) {
      throw config.invalid(
          CompareKeys.MOMENTS,
          Text.of("holds moments in %d dimensions; the model has %d.", law.size(), source.size()));
    }
    return law;
  }

  private static Map<String, Double> floors(
      CompareStages stages, double[] truth, Optional<PixelDistances> meter) {
    Map<String, Double> floors = new LinkedHashMap<>();
    meter.ifPresent(
        m -> m.floors().forEach((space, value) -> floors.put("training." + space, value)));
    stages.distancesOfTruth(truth).forEach((space, value) -> floors.put("truth." + space, value));
    return floors;
  }

  /** The best plain solver, found in the published table by its name, is measured once more. */
  private static Check check(
      JobContext context,
      Candidates candidates,
      CompareStages stages,
      double[] truth,
      CompareFindings findings) {
    int nfe = findings.settings().nfes().get(0);
    Cell best = findings.uniform(nfe);
    return new Check(
        Text.of("the error of %s at NFE %d", best.name(), nfe),
        List.of(findings.error(best), findings.error(best)),
        artifact -> {
          Row row =
              ArtifactTables.read(context.spark(), artifact, SolverTable.NAME)
                  .filter(Text.of("nfe = %d AND sampler = '%s'", nfe, best.name()))
                  .selectExpr("sampler", "cast(error AS double)")
                  .first();
          List<Candidate> named =
              candidates.of(nfe).stream()
                  .filter(one -> one.name().equals(row.getString(0)))
                  .toList();
          Cell again = stages.measure("compare-solvers: reproduce an error", named, truth).get(0);
          return List.of(row.getDouble(1), findings.error(again));
        });
  }
}
