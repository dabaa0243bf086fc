package io.accelerant.rl.offline;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.ResumableRun;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Model;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Table;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.Normaliser;
import io.accelerant.rl.policy.Policy;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.Weighting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code offline-rl}: trains a policy from every weighting of every data set and measures all of
 * them from the same starts. One of the policies is published as a model.
 */
public final class OfflineRlJob implements Job {
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
  public List<String> plan(JobContext context, JobConfig config) {
    Map<String, Transitions> inputs = inputs(context, config);
    CellPlan cells = CellPlan.of(config, inputs.keySet());
    String resumeKey = StageStore.resumeKey(identity(config, hash(inputs)));
    String output = Versions.requireFree(config.get(RunKeys.OUTPUT), context.hadoop(), resumeKey);
    return List.of(
        "weigh the data sets " + cells.sources(),
        "train %d policies, each in one task".formatted(cells.cells().size()),
        "measure each from %d starts of %s"
            .formatted(config.get(OfflineRlKeys.EPISODES), config.get(OfflineRlKeys.ENVIRONMENT)),
        "publish the policy %s to %s".formatted(cells.published().label(), output));
  }

  private static Map<String, Transitions> inputs(JobContext context, JobConfig config) {
    return Transitions.openAll(context, config, OfflineRlKeys.INPUT);
  }

  /** All data sets of a source have its hash. */
  private static String hash(Map<String, Transitions> inputs) {
    return inputs.values().iterator().next().hash();
  }

  private static Map<String, Object> identity(JobConfig config, String inputHash) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.transitions", inputHash);
    return identity;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    Map<String, Transitions> inputs = inputs(context, config);
    CellPlan cells = CellPlan.of(config, inputs.keySet());
    String inputHash = hash(inputs);
    ResumableRun resumable = ResumableRun.open(context, config, identity(config, inputHash));
    StageStore store = resumable.stages();
    Environment environment = Environment.ofLabel(config.get(OfflineRlKeys.ENVIRONMENT));
    CellRun run = new CellRun(context, config, environment, store);
    Results results = run.all(cells, inputs);
    if (store.loaded() > 0) {
      context.progress().say("%d policies were taken from the checkpoint", store.loaded());
    }
    JobResult result = publish(context, config, cells, results, inputHash, resumable.resumeKey());
    store.delete();
    return result;
  }

  private JobResult publish(
      JobContext context,
      JobConfig config,
      CellPlan cells,
      Results results,
      String inputHash,
      String resumeKey) {
    Environment environment = Environment.ofLabel(config.get(OfflineRlKeys.ENVIRONMENT));
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
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), Claim.of(resumeKey), context.force())) {
      model.write(artifact, extra(environment, trained.normaliser()));
      artifact.writeJson("metrics.json", metrics);
      OfflineReport.of(
              results,
              (int) config.get(OfflineRlKeys.SEEDS).stream().distinct().count(),
              config.get(OfflineRlKeys.EPISODES),
              environment.label(),
              context.progress())
          .files()
          .forEach(artifact::write);
      artifact.write("README.md", card(config, cell, results, inputHash).markdown());
      artifact.write("python/load.py", loader());
      Manifest manifest =
          artifact.commit(
              ManifestDraft.of(Model.KIND, name(), config)
                  .withParent("transitions", config.get(OfflineRlKeys.INPUT), inputHash)
                  .withMetrics(metrics));
      reproduce(context, config, environment, artifact.uri(), trained);
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
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

  private static String loader() {
    try (InputStream in = OfflineRlJob.class.getResourceAsStream("load.py")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelCard card(JobConfig config, Cell cell, Results results, String inputHash) {
    Trained trained = results.trained().get(cell);
    return new ModelCard(
        "Policy for %s from %s, %s by %s"
            .formatted(
                config.get(OfflineRlKeys.ENVIRONMENT),
                cell.source(),
                cell.algorithm().label(),
                cell.weighting().label()),
        """
        A deterministic policy `bound * tanh(mlp((s - mean) / deviation))`, seed %d. Its score is
        %s: 0 is random, 100 the good controller, from %d fixed starts. It was chosen by its place in
        the configuration, not by its score; the report has all %d policies."""
            .formatted(
                cell.seed(),
                Table.number(results.normalised(trained.meanReturn()), 4),
                config.get(OfflineRlKeys.EPISODES),
                results.trained().size()),
        List.of(ModelCard.command(name(), config)),
        """
        import sys; sys.path.insert(0, "python")
        import load

        policy = load.load()
        action = policy([[1.0, 0.0, 0.0]])  # observations [rows, n] -> actions [rows, m]""",
        List.of(new ModelCard.Parent(config.get(OfflineRlKeys.INPUT), inputHash)),
        "That of the data.");
  }

  /** Reads the model back and plays the same episodes: the returns must be the same bits. */
  private static void reproduce(
      JobContext context, JobConfig config, Environment environment, String uri, Trained recorded) {
    Artifact artifact = Artifact.open(uri, context.hadoop());
    Model model = Model.read(artifact);
    Policy policy =
        PublishedPolicy.of(model, artifact.readJson(Model.CONFIG), uri + "/" + Model.CONFIG);
    double[] again =
        Evaluation.of(config, environment).returns(context, policy.controller(environment));
    if (!java.util.Arrays.equals(again, recorded.returns())) {
      throw new IllegalStateException(
          "The published policy does not reproduce its returns; the artifact %s should not be used."
              .formatted(uri));
    }
  }

  /** A data set of a weighting that the input cannot have is the data's fault. */
  static DataException noDataSet(String name, Iterable<String> there) {
    return new DataException(
        "offlineRl.datasets names %s; the input has %s.".formatted(name, there));
  }

  /** The weighting of the published policy unless the user says otherwise. */
  static Weighting preferred(List<Weighting> weightings) {
    return weightings.contains(Weighting.AW) ? Weighting.AW : weightings.get(0);
  }
}
