package io.accelerant.distill.search;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.StepSampler;
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

/**
 * Searches, for a frozen continuous model, the sampler of a few evaluations of which every step
 * makes its own choices (USF and S^3), measures it on other noise beside random search, every plain
 * solver and DC-Solver, and publishes it.
 */
public final class SearchSolverJob implements PublishingJob {
  /** Kind of the artifact. */
  public static final String KIND = "searched-sampler";

  @Override
  public String name() {
    return SearchSampler.METHOD;
  }

  @Override
  public String summary() {
    return "Search a few-step sampler of which every step makes its own choices (USF, S^3)";
  }

  @Override
  public List<Key<?>> keys() {
    return SearchKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    SearchSettings settings = SearchSettings.of(config);
    return Work.on(
        inputs(context, config, settings),
        output ->
            List.of(
                "open the model " + config.get(SearchKeys.MODEL),
                "solve the ODE finely",
                Text.of(
                    "search schedules of %s evaluations: %d generations of %d candidates, arms %s"
                        + " and random, seeds %s",
                    settings.nfes(),
                    settings.generations(),
                    settings.population(),
                    settings.arms(),
                    settings.seeds()),
                "measure them, every plain solver and DC-Solver on other noise",
                "publish the sampler to " + output),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(
      JobContext context, JobConfig config, SearchSettings settings) {
    ModelName model = new ModelName(SearchKeys.MODEL, context, config);
    Models.artifact(model).ifPresent(a -> ImageModel.requireUntuned(a, model.key().path()));
    List<Manifest.Parent> parents =
        new ArrayList<>(
            Models.CONTINUOUS.inputs(model, WantedModel.of(settings.solver().schedule())));
    for (NoiseKey key : List.of(SearchSettings.FIT_NOISE, SearchSettings.EVAL_NOISE)) {
      key.input(config, context).ifPresent(parents::add);
    }
    config
        .find(SearchKeys.STATISTICS)
        .ifPresent(uri -> parents.add(StatisticsArtifact.open(uri, context).source()));
    return parents;
  }

  private static Product make(Run run, SearchSettings asked) {
    JobContext context = run.context();
    JobConfig config = run.config();
    OpenedContinuousModel model =
        Models.CONTINUOUS.open(
            new ModelName(SearchKeys.MODEL, context, config),
            WantedModel.of(asked.solver().schedule()));
    SearchSettings settings = asked.on(model.source());
    settings
        .solver()
        .check(model.source(), settings.guidance(), config, SearchKeys.SOLVER, SearchKeys.GUIDANCE);
    ReferenceSolution reference = settings.truth(config, model.source());
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      SearchStages stages =
          new SearchStages(
              context,
              new Stages(context, run.stages()),
              config.get(SearchKeys.PARTITIONS),
              settings,
              model.source(),
              settings.statistics(context, config, model.source()),
              reference,
              SearchSettings.FIT_NOISE.rows(config, context, model, 1),
              SearchSettings.EVAL_NOISE.rows(config, context, model, 1));
      run.atEnd(stages::close);
      SearchRun search =
          new SearchRun(
              context,
              settings,
              SearchSettings.variation(config),
              SearchSettings.ranking(config),
              stages);
      List<Searched> found = search.all();
      SearchSampler sampler = sampler(settings, model, stages, search, found);
      run.artifact().writeJson("sampler.json", sampler.toJson());
      run.writeLoader(SearchSolverJob.class);
      Map<String, Number> metrics = metrics(settings, found, stages.fitRows());
      metrics.put("executorCpuShare", cpu.share());
      Map<String, String> tables = PopulationTable.write(run, found);
      SearchReport report =
          new SearchReport(context, config, settings, model, reference, sampler, found, stages);
      return new Product(
          run.draft(KIND, metrics).withTables(tables),
          report.files(run.uri()),
          report.card(run),
          check(context, settings, model, stages, found.get(0)));
    }
  }

  private static SearchSampler sampler(
      SearchSettings settings,
      OpenedContinuousModel model,
      SearchStages stages,
      SearchRun search,
      List<Searched> found) {
    Map<Integer, StepSampler> samplers = new LinkedHashMap<>();
    for (Searched s : found) {
      Trial.Steps trial = new Trial.Steps(search.schedule(s.best().genome()));
      samplers.put(s.nfe(), trial.sampler(settings, stages.statistics()));
    }
    return new SearchSampler(
        model.source().modelHash(), settings.solver(), settings.guidance(), samplers);
  }

  private static Map<String, Number> metrics(
      SearchSettings settings, List<Searched> found, int rows) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    long perStep = rows * (settings.guidance() == 1 ? 1L : 2L);
    found.forEach(s -> metrics.putAll(s.metrics(s.nfe() * perStep)));
    return metrics;
  }

  /** The published schedule measures one setting again: it must be the same bits. */
  private static Check check(
      JobContext context,
      SearchSettings settings,
      OpenedContinuousModel model,
      SearchStages stages,
      Searched first) {
    return new Check(
        Text.of("the error with %d evaluations", first.nfe()),
        first.mse(Searched.SEARCH),
        artifact -> {
          var published = new SearchSamplerFormat().open(artifact.uri(), context);
          published.requireModel(model.source());
          if (!published.settings().equals(settings.solver())) {
            throw new DataException("the sampler reads back as " + published.settings() + ".");
          }
          StepSampler again = published.stepwise(first.nfe(), settings.guidance()).orElseThrow();
          return SearchStages.mean(stages.measured(List.of(new Trial.Published(again)))[0], false);
        });
  }
}
