package io.accelerant.selection.classifier;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.selection.classifier.SubsetTraining.Trained;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * {@code train-classifier}: trains a small classifier on RS2's rounds, on a static subset, and on
 * everything, for several ratios and seeds; publishes the best model and the table of all. Every
 * cell of the table is one Spark task that trains on one thread; a run that is stopped goes on with
 * the cells that are missing.
 */
public final class TrainClassifierJob implements PublishingJob {
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
  public Work open(JobContext context, JobConfig config) {
    ClassifierData data = ClassifierData.open(context, config);
    Recipe recipe = recipe(config, data, 1);
    List<Cell> cells = cells(config, data);
    return Work.on(
        List.of(new Manifest.Parent("images", data.source(), hash(data))),
        output ->
            List.of(
                Text.of(
                    "read %d images to train and %d to test from %s",
                    data.train().count(), data.test().count(), data.source()),
                Text.of(
                    "train %d cells, %,d steps of %d images in all",
                    cells.size(), steps(cells, recipe, data), recipe.batch()),
                "publish the best model to " + output),
        run -> make(run, data, cells));
  }

  private static long steps(List<Cell> cells, Recipe recipe, ClassifierData data) {
    return cells.stream()
        .mapToLong(cell -> new SubsetTraining(cell, recipe, data.train()).steps())
        .sum();
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
            Text.of(
                "%s of %d images is less than half an image; raise it.",
                ratio, data.train().count()));
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

  private static Product make(Run run, ClassifierData data, List<Cell> cells) {
    JobContext context = run.context();
    StageStore store = run.stages();
    EngineSettings.of(run.config()).start();
    Recipe recipe = recipe(run.config(), data, slots(context.spark()));
    requireMemory(context.spark(), recipe);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      Scores scores =
          new Scores(new Cells(context, store, recipe, data.train(), data.test()).run(cells));
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("images", data.train().count());
      metrics.put("testImages", data.test().count());
      metrics.putAll(scores.metrics());
      metrics.put("executorCpuShare", cpu.share());
      Trained best = scores.cells().get(scores.best());
      new Model(recipe.network(), best.parameters())
          .write(
              run.artifact(),
              Map.of("input_mean", recipe.mean(), "input_deviation", recipe.deviation()));
      run.writeLoader(TrainClassifierJob.class);
      ClassifierReport report = new ClassifierReport(context, recipe, data, scores);
      return new Product(
          run.draft(Model.KIND, metrics),
          report.files(),
          report.card(run),
          new Check(
              "the percentage of test images that the model gets right",
              best.last(),
              artifact -> accuracy(recipe, data, Model.read(artifact))));
    }
  }

  private static double accuracy(Recipe recipe, ClassifierData data, Model model) {
    ProgramPool pool = ProgramPool.ofJvm(2 * recipe.slots());
    return SubsetTraining.accuracy(recipe, pool, model.parameters(), data.test());
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
}
