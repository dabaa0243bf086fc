package io.accelerant.core.run;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.ModelCard;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** One run of a job that has claimed its output. */
public final class Run implements AutoCloseable {
  private final String job;
  private final JobContext context;
  private final JobConfig config;
  private final List<Manifest.Parent> inputs;
  private final Map<String, Object> identity;
  private final ArtifactWriter artifact;
  private final String checkpoints;
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private StageStore stages;
  private Snapshots snapshots;
  private String[] besideSnapshots;

  Run(
      String job,
      JobContext context,
      JobConfig config,
      List<Manifest.Parent> inputs,
      Map<String, Object> identity,
      ArtifactWriter artifact) {
    this.job = job;
    this.context = context;
    this.config = config;
    this.inputs = inputs;
    this.identity = identity;
    this.artifact = artifact;
    this.checkpoints = config.find(RunKeys.CHECKPOINT).orElseGet(artifact::checkpointUri);
  }

  public JobContext context() {
    return context;
  }

  public JobConfig config() {
    return config;
  }

  /** What is being written; the frame commits it. */
  public ArtifactWriter artifact() {
    return artifact;
  }

  /** Of the artifact, {@code {version}} replaced. */
  public String uri() {
    return artifact.uri();
  }

  /**
   * What earlier runs of the same work have finished; deleted after success. To be asked for before
   * the work begins.
   *
   * @throws io.accelerant.core.error.ConfigException if {@code run.resume = require} and there is
   *     nothing
   */
  public StageStore stages() {
    if (stages == null) {
      stages =
          StageStore.open(
                  checkpoints,
                  context.hadoop(),
                  identity,
                  config.get(RunKeys.RESUME),
                  context.progress())
              .heldBy(artifact);
    }
    return stages;
  }

  /**
   * The state of a long computation beside the stages; deleted after success.
   *
   * @param beside files and folders of {@link Snapshots#uri} that go with it
   */
  public Snapshots snapshots(String... beside) {
    if (snapshots == null) {
      snapshots =
          Snapshots.at(
                  checkpoints, context.hadoop(), StageStore.resumeKey(identity), context.progress())
              .heldBy(artifact);
      besideSnapshots = beside.clone();
      if (config.get(RunKeys.RESUME).equals("never")) {
        snapshots.deleteAll(besideSnapshots);
      }
    }
    return snapshots;
  }

  /** Closes what the check still needs, once it is done or the run has failed. */
  public void atEnd(Runnable close) {
    closers.push(close);
  }

  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }

  void sayLoaded() {
    if (stages != null && stages.loaded() > 0) {
      context.progress().say("%d stages were taken from the checkpoint", stages.loaded());
    }
  }

  void deleteCheckpoints() {
    if (snapshots != null) {
      snapshots.deleteAll(besideSnapshots);
    }
    if (stages != null) {
      stages.delete();
    }
  }

  /** The beginning of a manifest: configuration, inputs as parents, metrics. */
  public ManifestDraft draft(String kind, Map<String, ? extends Number> metrics) {
    ManifestDraft draft = ManifestDraft.of(kind, job, config);
    for (Manifest.Parent input : inputs) {
      draft = draft.withParent(input.role(), input.uri(), input.contentHash());
    }
    return draft.withMetrics(metrics);
  }

  /** The card of the artifact with the command that made it and its parents. */
  public ModelCard card(String title, String description, String python, String licence) {
    return new ModelCard(
        title,
        description,
        List.of(ModelCard.command(job, config)),
        python,
        inputs.stream().map(i -> new ModelCard.Parent(i.uri(), i.contentHash())).toList(),
        licence);
  }

  /**
   * Writes {@code python/load.py} from the resource {@code load.py} beside a class.
   *
   * @param beside in the package of the method
   */
  public void writeLoader(Class<?> beside) {
    try (InputStream in = beside.getResourceAsStream("load.py")) {
      artifact.write("python/load.py", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
