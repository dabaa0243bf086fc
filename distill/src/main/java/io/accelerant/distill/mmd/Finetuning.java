package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Workers;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.teacher.DenoisingLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs of training from one model: by MMD on features, or, as its control, as many updates of the
 * ordinary denoising loss.
 */
final class Finetuning {
  /** Chain and classifier, each forward and back. */
  private static final int PROGRAMS = 4;

  private static final double LABEL_DROPOUT = 0.1;

  /** Rises in a row of what is measured on the way, above where it began, that end a run. */
  private static final int RISES = 3;

  private final JobContext context;
  private final JobConfig config;
  private final MmdSettings settings;
  private final ImageModel teacher;
  private final NetworkSpec network;
  private final PackedShards shards;
  private final PixelClassifier classifier;
  private final Function<FeatureChoice, FeatureMap> features;

  /**
   * @param features the map of a choice
   */
  Finetuning(
      JobContext context,
      JobConfig config,
      MmdSettings settings,
      ImageModel teacher,
      PackedShards shards,
      PixelClassifier classifier,
      Function<FeatureChoice, FeatureMap> features) {
    this.context = context;
    this.config = config;
    this.settings = settings;
    this.teacher = teacher;
    this.network = MmdSettings.network(config, teacher.network());
    this.shards = shards;
    this.classifier = classifier;
    this.features = features;
  }

  /** Looks at weights on the way: numbers by name, of the noise of a seed. */
  interface Look {
    Map<String, Double> at(ImageModel model, int steps, long seed);
  }

  /**
   * By MMD.
   *
   * @param statistic with the kernel of the features
   */
  Trained byMmd(
      Cell cell,
      FeatureChoice choice,
      UnionRound.Statistic statistic,
      long seed,
      Snapshots snapshots,
      Look look) {
    ChainStep step =
        new ChainStep(
            UUID.randomUUID().toString(),
            objective(),
            teacher.schedule(),
            settings.times(teacher.schedule(), cell.steps()),
            features.apply(choice),
            settings.reals() == 0,
            settings.labelled() && teacher.network().classes() > 0);
    String watched = choice.hasClassifier() ? Spaces.A : Spaces.PIXELS;
    try (Workers rounds = new UnionRound(rounds(seed), statistic, step)) {
      return run(cell, seed, rounds, step, snapshots, look, watched);
    } finally {
      KeptStates.drop(step.run());
    }
  }

  /** By as many updates of the loss that the model was trained with. */
  Trained byDenoising(Cell cell, long seed, Snapshots snapshots, Look look) {
    Objective loss =
        DenoisingLoss.of(
                teacher.network(),
                teacher.schedule(),
                teacher.schedule().end(),
                settings.labelled() ? LABEL_DROPOUT : 1,
                settings.microBatch())
            .with(Loss.NETWORK, network);
    try (Workers rounds = rounds(seed)) {
      return run(cell, seed, rounds, new GradientStep(loss), snapshots, look, "");
    }
  }

  private ChainObjective objective() {
    return new ChainObjective(teacher.network(), network, settings.microBatch());
  }

  private SyncRound rounds(long seed) {
    return new SyncRound(
        new JavaSparkContext(context.spark().sparkContext()),
        context.hadoop(),
        shards,
        EngineSettings.of(config),
        PROGRAMS * (context.taskSlots() + 1),
        seed);
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  void requireMemory() {
    int slots = context.taskSlots();
    ProgramPool pool = ProgramPool.ofJvm(PROGRAMS * (slots + 1));
    try (ProgramPool.Lease lease =
        objective().training(pool, Precision.FLOAT32, objective().shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          PROGRAMS * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  private Trained run(
      Cell cell,
      long seed,
      Workers workers,
      RoundStep step,
      Snapshots snapshots,
      Look look,
      String watched) {
    TrainSettings s = settings.train();
    TrainSettings own =
        new TrainSettings(
            s.workers(), s.rounds(), s.batch(), s.learningRate(), s.checkpointEvery(), seed);
    Map<String, Double> first = look.at(teacher, cell.steps(), seed);
    try (Roles roles = roles(seed)) {
      Curve curve = new Curve(roles, cell, seed, look, watched, first);
      RoundLog log =
          Trainer.of(context, "mmd: " + cell.stage(seed), own, workers, roles, snapshots)
              .watch(curve)
              .train(step, own.draw());
      return trained(roles, log, first);
    }
  }

  private Roles roles(long seed) {
    Flat initial = Flat.of(Adapters.initial(network, teacher.parameters(), seed));
    return new Roles(Precision.FLOAT32)
        .trained(Loss.NETWORK, network, settings.training(), initial)
        .frozen(ClassifierFeatures.ROLE, classifier.network(), Flat.of(classifier.parameters()));
  }

  /** The network alone, adapters folded in. */
  ImageModel model(float[] trained) {
    return new ImageModel(teacher.network(), Adapters.merged(network, trained), teacher.schedule());
  }

  /** Adapters, where they were trained. */
  void writeAdapter(ArtifactWriter artifact, float[] trained) {
    Adapters.write(artifact, network, trained);
  }

  /** Measures now and then; what it finds goes to the log, and so into the checkpoints. */
  private final class Curve implements Trainer.Watcher {
    private final Roles roles;
    private final Cell cell;
    private final long seed;
    private final Look look;
    private final String watched;
    private final List<Double> seen = new ArrayList<>();

    Curve(Roles roles, Cell cell, long seed, Look look, String watched, Map<String, Double> first) {
      this.roles = roles;
      this.cell = cell;
      this.seed = seed;
      this.look = look;
      this.watched = watched;
      this.seen.add(first.getOrDefault("value." + watched, Double.NaN));
    }

    @Override
    public void summed(int done, Sums sums, Map<String, Double> logged) {
      if (isLooked(done)) {
        logged.putAll(look.at(model(roles.averages(Loss.NETWORK).floats()), cell.steps(), seed));
        context
            .progress()
            .say(
                "%s: after %d updates, Frechet distance %.4g in b, %.4g in pixels",
                cell.stage(seed), done, logged.get("frechet.b"), logged.get("frechet.pixels"));
        stopIfItDiverges(done, logged.getOrDefault("value." + watched, Double.NaN));
      }
    }

    /** A single rise is noise. */
    private void stopIfItDiverges(int done, double value) {
      seen.add(value);
      int last = seen.size() - 1;
      boolean rises =
          last > RISES
              && value > seen.get(0)
              && IntStream.range(last - RISES, last).allMatch(i -> seen.get(i + 1) > seen.get(i));
      if (rises) {
        throw new ConfigException(
            Text.of(
                "%s diverges: after %d updates the discrepancy in space %s has risen %d times to %.4g, from %.4g at the start; lower train.learningRate (is %s) or raise train.batch.",
                cell.stage(seed),
                done,
                watched,
                RISES,
                value,
                seen.get(0),
                settings.train().learningRate()));
      }
    }

    @Override
    public void after(int done) {}
  }

  private boolean isLooked(int done) {
    return done % settings.every() == 0 || done == settings.train().rounds();
  }

  private Trained trained(Roles roles, RoundLog log, Map<String, Double> first) {
    int[] looked =
        IntStream.concat(
                IntStream.of(0), IntStream.rangeClosed(1, log.rounds()).filter(this::isLooked))
            .toArray();
    return new Trained(
        roles.averages(Loss.NETWORK).floats(),
        roles.parameters(Loss.NETWORK).floats(),
        log.column("loss"),
        log.column("gradientNorm"),
        looked,
        curves("value.", looked, log, first),
        curves("frechet.", looked, log, first));
  }

  private static double[][] curves(
      String prefix, int[] looked, RoundLog log, Map<String, Double> first) {
    return Spaces.NAMES.stream()
        .map(
            space -> {
              double[] column = log.column(prefix + space);
              return IntStream.of(looked)
                  .mapToDouble(u -> u == 0 ? first.get(prefix + space) : column[u - 1])
                  .toArray();
            })
        .toArray(double[][]::new);
  }
}
