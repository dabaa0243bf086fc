package io.accelerant.rl.offline;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.policy.TrainingSettings;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains and measures all cells, one collection after the other. A wave of as many cells as there
 * are task slots is saved as soon as it is measured; a run that was stopped goes on from there.
 */
final class CellRun {
  private final JobContext context;
  private final JobConfig config;
  private final Environment environment;
  private final StageStore store;
  private final CellStages stages;

  CellRun(JobContext context, JobConfig config, Environment environment, StageStore store) {
    this.context = context;
    this.config = config;
    this.environment = environment;
    this.store = store;
    this.stages = stages(context, config, environment);
  }

  static CellStages stages(JobContext context, JobConfig config, Environment environment) {
    return new CellStages(
        context,
        environment,
        EngineSettings.of(config),
        config.get(OfflineRlKeys.EPISODES),
        config.get(OfflineRlKeys.EVALUATION_SEED));
  }

  Results all(CellPlan plan, Map<String, Transitions> inputs) {
    List<double[]> references = stages.references();
    Results results = new Results(mean(references.get(0)), mean(references.get(1)));
    Map<Cell, Trained> done = new LinkedHashMap<>();
    for (String source : plan.sources()) {
      List<Cell> cells = plan.of(source);
      List<Weighting> weightings = cells.stream().map(Cell::weighting).distinct().toList();
      DataSets data =
          DataSets.read(
              inputs.get(source),
              source,
              environment,
              weightings,
              config.get(OfflineRlKeys.ALPHA),
              config.get(OfflineRlKeys.TOP));
      results.add(source, data.summaries());
      warnings(source, data, cells)
          .forEach(
              warning -> {
                context.progress().say(warning);
                results.warn(warning);
              });
      List<Cell> open = new ArrayList<>();
      for (Cell cell : cells) {
        Optional<Trained> saved = store.load(cell.stage()).map(Trained::fromJson);
        saved.ifPresentOrElse(trained -> done.put(cell, trained), () -> open.add(cell));
      }
      int wave = Math.max(1, context.spark().sparkContext().defaultParallelism());
      for (int from = 0; from < open.size(); from += wave) {
        List<Cell> part = open.subList(from, Math.min(from + wave, open.size()));
        done.putAll(train(data, part, results));
        context.checkStop();
      }
    }
    plan.cells().forEach(cell -> results.add(cell, done.get(cell)));
    return results;
  }

  private static List<String> warnings(String source, DataSets data, List<Cell> cells) {
    List<String> warnings = new ArrayList<>(data.warnings());
    List<Cell> bellman =
        cells.stream().filter(cell -> cell.algorithm() == Algorithm.TD3_BC).toList();
    if (!bellman.isEmpty() && data.data().unfollowed() > 0) {
      warnings.add(
          "%s: td3bc leaves out %,d transitions at the end of episodes, which have no next observation."
              .formatted(source, data.data().unfollowed()));
      bellman.forEach(cell -> data.data().followedMass(data.mass().get(cell.weighting())));
    }
    return warnings;
  }

  private Map<Cell, Trained> train(DataSets data, List<Cell> cells, Results results) {
    List<CellStages.Work> work = new ArrayList<>();
    for (Cell cell : cells) {
      work.add(new CellStages.Work(cell, data.mass().get(cell.weighting()), settings(cell)));
    }
    List<CellStages.Learned> learned = stages.train(data.data(), work);
    List<Policy> policies = new ArrayList<>();
    for (CellStages.Learned l : learned) {
      policies.add(
          new Policy(
              Policy.network(
                  environment.observationSize(),
                  config.get(OfflineRlKeys.HIDDEN),
                  environment.actionSize()),
              l.parameters(),
              l.normaliser(),
              environment.actionBound()));
    }
    List<double[]> returns = stages.measure(policies);
    Map<Cell, Trained> made = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      Trained trained =
          new Trained(
              policies.get(i).parameters(),
              policies.get(i).normaliser(),
              returns.get(i),
              learned.get(i).secondsPerStep());
      store.save(cells.get(i).stage(), trained.toJson());
      made.put(cells.get(i), trained);
      context
          .progress()
          .say(
              "%s: score %.1f, %.2f ms a step",
              cells.get(i).label(),
              results.normalised(trained.meanReturn()),
              1000 * trained.secondsPerStep());
    }
    return made;
  }

  private TrainingSettings settings(Cell cell) {
    boolean cloning = cell.algorithm() == Algorithm.BC;
    return new TrainingSettings(
        config.get(OfflineRlKeys.HIDDEN),
        config.get(cloning ? OfflineRlKeys.BC_STEPS : OfflineRlKeys.TD3BC_STEPS),
        config.get(OfflineRlKeys.BATCH),
        config.get(cloning ? OfflineRlKeys.BC_RATE : OfflineRlKeys.TD3BC_RATE),
        cell.seed());
  }

  private static double mean(double[] numbers) {
    return java.util.Arrays.stream(numbers).average().orElseThrow();
  }
}
