package io.accelerant.rl.offline;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.Normaliser;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.Weighting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code offline-rl}: trains a policy from every weighting of every data set and measures all of
 * them from the same starts. One of the policies is published as a model.
 */
public final class OfflineRlJob implements PublishingJob {
  @Override
  public String name() {
    return "offline-rl";
  }

  @Override
  public String summary() {
    return "Train policies (BC, TD3+BC) from weighted offline data and measure them";
  }

  @Override
  public List<Key<?>> keys() {
    return OfflineRlKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    Map<String, Transitions> inputs = Transitions.openAll(context, config, OfflineRlKeys.INPUT);
    CellPlan cells = CellPlan.of(config, inputs.keySet());
    // all data sets of a source have its hash
    Transitions source = inputs.values().iterator().next();
    return new Work(
        () -> List.of(new Manifest.Parent("transitions", source.uri(), source.hash())),
        output ->
            List.of(
                "weigh the data sets " + cells.sources(),
                Text.of("train %d policies, each in one task", cells.cells().size()),
                Text.of(
                    "measure each from %d starts of %s",
                    config.get(OfflineRlKeys.EPISODES), config.get(OfflineRlKeys.ENVIRONMENT)),
                Text.of("publish the policy %s to %s", cells.published().label(), output)),
        run -> make(run, cells, inputs));
  }

  private static Product make(Run run, CellPlan cells, Map<String, Transitions> inputs) {
    JobContext context = run.context();
    JobConfig config = run.config();
    Environment environment = Environment.ofLabel(config.get(OfflineRlKeys.ENVIRONMENT));
    Results results = new CellRun(context, config, environment, run.stages()).all(cells, inputs);
    Cell cell = cells.published();
    Trained trained = results.trained().get(cell);
    Model model =
        new Model(
            Policy.network(
                environment.observationSize(),
                config.get(OfflineRlKeys.HIDDEN),
                environment.actionSize()),
            trained.parameters());
    Map<String, Number> metrics = results.metrics();
    metrics.put("policy.score", results.normalised(trained.meanReturn()));
    metrics.put("policy.return", trained.meanReturn());
    model.write(run.artifact(), extra(environment, trained.normaliser()));
    run.writeLoader(OfflineRlJob.class);
    return new Product(
        run.draft(Model.KIND, metrics),
        OfflineReport.of(
                results,
                (int) config.get(OfflineRlKeys.SEEDS).stream().distinct().count(),
                config.get(OfflineRlKeys.EPISODES),
                environment.label(),
                context.progress())
            .files(),
        card(run, cell, results),
        new Check(
            "the returns of the policy",
            trained.returns(),
            artifact -> returns(context, config, environment, artifact)));
  }

  /** What turns the network into a policy. */
  private static Map<String, Object> extra(Environment environment, Normaliser normaliser) {
    Map<String, Object> extra = new LinkedHashMap<>();
    extra.put("environment", environment.label());
    extra.put("observation_mean", normaliser.mean());
    extra.put("observation_deviation", normaliser.deviation());
    extra.put("squash", "tanh");
    extra.put("action_bound", environment.actionBound());
    return extra;
  }

  private static ModelCard card(Run run, Cell cell, Results results) {
    JobConfig config = run.config();
    Trained trained = results.trained().get(cell);
    return run.card(
        Text.of(
            "Policy for %s from %s, %s by %s",
            config.get(OfflineRlKeys.ENVIRONMENT),
            cell.source(),
            cell.algorithm().label(),
            cell.weighting().label()),
        Text.of(
            """
            A deterministic policy `bound * tanh(mlp((s - mean) / deviation))`, seed %d. Its score is
            %s: 0 is random, 100 the good controller, from %d fixed starts. It was chosen by its place in
            the configuration, not by its score; the report has all %d policies.\
            """,
            cell.seed(),
            Table.number(results.normalised(trained.meanReturn()), 4),
            config.get(OfflineRlKeys.EPISODES),
            results.trained().size()),
        """
        import sys; sys.path.insert(0, "python")
        import load

        policy = load.load()
        action = policy([[1.0, 0.0, 0.0]])  # observations [rows, n] -> actions [rows, m]\
        """,
        "That of the data.");
  }

  /** Plays the same episodes with the published model. */
  private static double[] returns(
      JobContext context, JobConfig config, Environment environment, Artifact artifact) {
    Policy policy =
        PublishedPolicy.of(
            Model.read(artifact),
            artifact.readJson(Model.CONFIG),
            artifact.uri() + "/" + Model.CONFIG);
    return Evaluation.of(config, environment).returns(context, policy.controller(environment));
  }

  /** A data set of a weighting that the input cannot have is the data's fault. */
  static DataException noDataSet(String name, Iterable<String> there) {
    return new DataException(
        Text.of("offlineRl.datasets names %s; the input has %s.", name, there));
  }

  /** The weighting of the published policy unless the user says otherwise. */
  static Weighting preferred(List<Weighting> weightings) {
    return weightings.contains(Weighting.AW) ? Weighting.AW : weightings.get(0);
  }
}
