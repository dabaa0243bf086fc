package io.accelerant.selection.classifier;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.CanonicalJson;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.ResumableRun;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/**
 * {@code train-classifier}: trains a small classifier on RS2's rounds, on a static subset, and on
 * everything, for several ratios and seeds; publishes the best model and the table of all. Every
 * cell of the table is one Spark task that trains on one thread; a run that is stopped goes on with
 * the cells that are missing.
 */
public final class TrainClassifierJob implements Job {
  @Override
  public String name() {
    return "train-classifier";
  }

  @Override
  public String summary() {
    return "Train an image classifier on random subsets (RS2), beside its baselines";
  }

  @Override
  public List<Key<?>> keys() {
    return ClassifierKeys.ALL;
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    ClassifierData data = ClassifierData.open(context, config);
    Recipe recipe = recipe(config, data, 1);
    List<Cell> cells = cells(config, data);
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT),
            context.hadoop(),
            StageStore.resumeKey(identity(config, data)));
    long steps = 0;
    for (Cell cell : cells) {
      steps += new SubsetTraining(cell, recipe, data.train()).steps();
    }
    return List.of(
        "read %d images to train and %d to test from %s"
            .formatted(data.train().count(), data.test().count(), data.source()),
        "train %d cells, %,d steps of %d images in all"
            .formatted(cells.size(), steps, recipe.batch()),
        "publish the best model to " + output);
  }

  private static Map<String, Object> identity(JobConfig config, ClassifierData data) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.images", hash(data));
    return identity;
  }

  private static String hash(ClassifierData data) {
    return CanonicalJson.sha256Of(Map.of("train", data.train().hash(), "test", data.test().hash()));
  }

  private static List<Cell> cells(JobConfig config, ClassifierData data) {
    List<Cell> cells = new ArrayList<>();
    List<Choice> choices =
        config.get(ClassifierKeys.CHOICES).stream().map(Choice::ofLabel).toList();
    for (double ratio : new java.util.LinkedHashSet<>(config.get(ClassifierKeys.RATIOS))) {
      if (ratio * data.train().count() < 0.5) {
        throw config.invalid(
            ClassifierKeys.RATIOS,
            "%s of %d images is less than half an image; raise it."
                .formatted(ratio, data.train().count()));
      }
      for (Choice choice : choices) {
        if (choice != Choice.FULL) {
          config
              .get(ClassifierKeys.SEEDS)
              .forEach(seed -> cells.add(new Cell(choice, ratio, seed)));
        }
      }
    }
    if (choices.contains(Choice.FULL)) {
      config
          .get(ClassifierKeys.FULL_SEEDS)
          .forEach(seed -> cells.add(new Cell(Choice.FULL, 1, seed)));
    }
    List<Cell> distinct = cells.stream().distinct().toList();
    if (distinct.isEmpty()) {
      throw config.invalid(
          ClassifierKeys.CHOICES, "with these ratios and seeds leaves nothing to train.");
    }
    return distinct;
  }

  private static Recipe recipe(JobConfig config, ClassifierData data, int slots) {
    boolean standardise = config.get(ClassifierKeys.STANDARDISE);
    double peak = config.get(ClassifierKeys.LEARNING_RATE);
    if (config.get(ClassifierKeys.FLOOR) > peak) {
      throw config.invalid(
          ClassifierKeys.FLOOR, "must not be above trainClassifier.learningRate = " + peak + ".");
    }
    return new Recipe(
        new MlpClassifier(
            new Mlp(
                data.train().width(),
                config.get(ClassifierKeys.HIDDEN),
                Math.max(2, data.train().classes()),
                Activation.RELU)),
        standardise ? data.train().mean() : 0,
        standardise ? data.train().deviation() : 1,
        config.get(ClassifierKeys.ROUNDS),
        config.get(ClassifierKeys.BATCH),
        peak,
        config.get(ClassifierKeys.FLOOR),
        config.get(ClassifierKeys.MOMENTUM),
        config.get(ClassifierKeys.WEIGHT_DECAY),
        config.get(ClassifierKeys.EVALUATE_EVERY),
        EngineSettings.of(config),
        slots);
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    EngineSettings.of(config).start();
    ClassifierData data = ClassifierData.open(context, config);
    List<Cell> cells = cells(config, data);
    recipe(config, data, 1); // before Spark starts
    Map<String, Object> identity = identity(config, data);
    ResumableRun resumable = ResumableRun.open(context, config, identity);
    StageStore store = resumable.stages();
    Recipe recipe = recipe(config, data, slots(context.spark()));
    requireMemory(context.spark(), recipe);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      Scores scores =
          new Scores(new Cells(context, store, recipe, data.train(), data.test()).run(cells));
      if (store.loaded() > 0) {
        context.progress().say("%d stages were taken from the checkpoint", store.loaded());
      }
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("images", data.train().count());
      metrics.put("testImages", data.test().count());
      metrics.putAll(scores.metrics());
      metrics.put("executorCpuShare", cpu.share());
      JobResult result =
          publish(context, config, data, recipe, scores, metrics, resumable.resumeKey());
      store.delete();
      return result;
    }
  }

  /** Tasks that run at once in one process. */
  private static int slots(SparkSession spark) {
    return spark.sparkContext().isLocal()
        ? spark.sparkContext().defaultParallelism()
        : NativeMemory.slots(settings(spark));
  }

  private static Map<String, String> settings(SparkSession spark) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (var pair : spark.sparkContext().getConf().getAll()) {
      settings.put(pair._1(), pair._2());
    }
    return settings;
  }

  private static void requireMemory(SparkSession spark, Recipe recipe) {
    long bytes;
    try (Program program =
        new ClassifierLoss(recipe).training(Precision.FLOAT32, BatchShape.of(recipe.batch()))) {
      // twice: the evaluation has a program of its own, of no more buffers
      bytes = 2 * program.nativeBytes() + 8L * recipe.network().layout().size();
    }
    NativeMemory.check(settings(spark), recipe.slots(), bytes, 0);
  }

  private JobResult publish(
      JobContext context,
      JobConfig config,
      ClassifierData data,
      Recipe recipe,
      Scores scores,
      Map<String, Number> metrics,
      String resumeKey) {
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), Claim.of(resumeKey), context.force())) {
      Cell best = scores.best();
      float[] parameters = scores.cells().get(best).parameters();
      new Model(recipe.network(), parameters)
          .write(
              artifact, Map.of("input_mean", recipe.mean(), "input_deviation", recipe.deviation()));
      artifact.writeJson("metrics.json", metrics);
      ClassifierReport report = new ClassifierReport(context, recipe, data, scores);
      report.files().forEach(artifact::write);
      artifact.write("README.md", report.card(config, hash(data)).markdown());
      artifact.write("python/load.py", loader());
      Manifest manifest =
          artifact.commit(
              ManifestDraft.of(Model.KIND, name(), config)
                  .withParent("images", data.source(), hash(data))
                  .withMetrics(metrics));
      reproduce(context, recipe, data, artifact.uri(), scores.cells().get(best).last());
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
  }

  private static byte[] loader() {
    try (InputStream in = TrainClassifierJob.class.getResourceAsStream("load.py")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a reader gets is right as often as was recorded. */
  private static void reproduce(
      JobContext context, Recipe recipe, ClassifierData data, String uri, double recorded) {
    Model model = Model.open(uri, context.hadoop(), "train-classifier");
    ProgramPool pool = ProgramPool.ofJvm(2 * recipe.slots());
    double again = SubsetTraining.accuracy(recipe, pool, model.parameters(), data.test());
    if (again != recorded) {
      throw new ArtifactException(
          "%s was published, but what is read from it is right in %s%% instead of %s%%."
              .formatted(uri, again, recorded));
    }
  }
}
