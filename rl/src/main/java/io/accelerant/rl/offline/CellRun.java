package io.accelerant.rl.offline;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.SavedUnit;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.run.Units.Opening;
import io.accelerant.core.text.Text;
import io.accelerant.rl.environment.Controller;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.policy.OfflineData;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.policy.TrainingSettings;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains and measures all cells, one collection after the other. A cell is saved as soon as it is
 * measured; a run that was stopped goes on from there.
 */
final class CellRun {
  private final JobContext context;
  private final JobConfig config;
  private final Environment environment;
  private final Stages stages;

  CellRun(JobContext context, JobConfig config, Environment environment, StageStore store) {
    this.context = context;
    this.config = config;
    this.environment = environment;
    this.stages = new Stages(context, store);
  }

  /** A cell with all that its task needs beside the data. */
  private record Work(Cell cell, double[] mass, TrainingSettings settings) implements SavedUnit {
    @Override
    public String stage() {
      return cell.stage();
    }

    @Override
    public String description() {
      return "Offline RL: train " + cell.label();
    }

    /** Playing takes little beside training, so that one task does both. */
    Trained train(OfflineData data, Evaluation evaluation) {
      Environment environment = evaluation.environment();
      long start = System.nanoTime();
      Policy policy = cell.algorithm().train(data, mass, environment.actionBound(), settings);
      double seconds = (System.nanoTime() - start) / 1e9 / settings.steps();
      double[] returns = evaluation.returns(policy.controller(environment));
      return new Trained(policy.parameters(), policy.normaliser(), returns, seconds);
    }
  }

  Results all(CellPlan plan, Map<String, Transitions> inputs) {
    Results results = new Results(mean(environment.random()), mean(environment.good()));
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
      done.putAll(train(data, cells, results));
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
          Text.of(
              "%s: td3bc leaves out %,d transitions at the end of episodes, which have no next"
                  + " observation.",
              source, data.data().unfollowed()));
      bellman.forEach(cell -> data.data().followedMass(data.mass().get(cell.weighting())));
    }
    return warnings;
  }

  private Map<Cell, Trained> train(DataSets data, List<Cell> cells, Results results) {
    List<Work> work =
        cells.stream()
            .map(cell -> new Work(cell, data.mass().get(cell.weighting()), settings(cell)))
            .toList();
    EngineSettings engine = EngineSettings.of(config);
    Evaluation evaluation = Evaluation.of(config, environment);
    Map<Cell, Trained> trained = new LinkedHashMap<>();
    try (Shared<OfflineData> shared = Shared.of(context, data.data())) {
      Opening<OfflineData> open =
          () -> {
            engine.start();
            return shared.copy();
          };
      new Units<>(context, engine.stage(), 1, open)
          .saved(
              stages,
              Trained.class,
              work,
              (own, unit) -> unit.train(own, evaluation),
              (unit, made, number, of) -> say(unit.cell(), made, results))
          .forEach((unit, result) -> trained.put(unit.cell(), result));
    }
    return trained;
  }

  private void say(Cell cell, Trained trained, Results results) {
    context
        .progress()
        .say(
            "%s: score %.1f, %.2f ms a step",
            cell.label(),
            results.normalised(trained.meanReturn()),
            1000 * trained.secondsPerStep());
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

  private double mean(Controller controller) {
    double[] returns = Evaluation.of(config, environment).returns(context, controller);
    return Arrays.stream(returns).average().orElseThrow();
  }
}
