package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobDescription;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.LossStep;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Trainer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** One training run of a teacher of any kind: its data, its learner, what it logged. */
final class TeacherRun implements AutoCloseable {
  private static final String TRAINING = "shards";
  private static final String HELD_OUT = "shards-held-out";

  /** What lies beside the snapshots. */
  static final String[] FOLDERS = {TRAINING, HELD_OUT};

  private static final long EVALUATION = RandomStream.purpose("teacher.evaluation");

  /** The training program, and the loss alone. */
  private static final int PROGRAMS = 2;

  private final JobContext context;
  private final JobConfig config;
  private final TeacherKind kind;
  private final TrainSettings settings;
  private final Loss loss;
  private final Snapshots snapshots;
  private final PackedShards training;
  private final PackedShards heldOut;
  private final Roles roles;
  private final int slots;
  private RoundLog log;
  private int roundsHere;
  private double seconds;

  TeacherRun(
      JobContext context,
      JobConfig config,
      TeacherKind kind,
      StageStore stages,
      Snapshots snapshots) {
    this.context = context;
    this.config = config;
    this.kind = kind;
    this.settings = TrainSettings.of(config);
    this.loss = kind.loss();
    this.snapshots = snapshots;
    this.slots = context.taskSlots();
    requireMemory();
    String source = config.get(TrainTeacherKeys.DATA);
    int workers = settings.workers();
    training =
        PackedShards.open(
            stages, snapshots, TRAINING, kind.training(), workers, settings.seed(), source);
    heldOut =
        PackedShards.open(
            stages,
            snapshots,
            HELD_OUT,
            kind.heldOut(),
            workers,
            settings.seed(),
            "The held-out part of " + source);
    context
        .progress()
        .say("%,d examples to train on, %,d held out", training.records(), heldOut.records());
    NetworkSpec network = loss.network();
    double[] initial = network.initial(settings.seed(), kind.initialScale());
    roles =
        new Roles(Precision.FLOAT32)
            .trained(
                Loss.NETWORK,
                network,
                settings.training(config),
                Flat.of(Precision.FLOAT32, initial));
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  private void requireMemory() {
    ProgramPool pool = ProgramPool.ofJvm(PROGRAMS * (slots + 1));
    try (ProgramPool.Lease lease = loss.training(pool, Precision.FLOAT32, loss.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          PROGRAMS * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  private SyncRound workers(PackedShards shards, long seed) {
    return new SyncRound(
        new JavaSparkContext(context.spark().sparkContext()),
        context.hadoop(),
        shards,
        EngineSettings.of(config),
        PROGRAMS * (slots + 1),
        seed);
  }

  void train() {
    long start = System.nanoTime();
    int every = config.get(TrainTeacherKeys.SAMPLE_EVERY);
    try (SyncRound workers = workers(training, settings.seed())) {
      log =
          Trainer.of(context, "train-teacher", settings, workers, roles, snapshots)
              .watch(
                  done -> {
                    roundsHere++;
                    seconds = (System.nanoTime() - start) / 1e9;
                    if (every > 0 && done % every == 0) {
                      context.progress().say("after round %d: %s", done, kind.look(average()));
                    }
                  })
              .train(new GradientStep(loss), settings.draw());
    }
  }

  RoundLog log() {
    return log;
  }

  float[] average() {
    return roles.averages(Loss.NETWORK).floats();
  }

  float[] raw() {
    return roles.parameters(Loss.NETWORK).floats();
  }

  /** Mean held-out loss, one number per draw of times and masks. */
  double[] heldOut(float[] parameters) {
    double[] losses = new double[config.get(TrainTeacherKeys.EVALUATION_DRAWS)];
    for (int draw = 0; draw < losses.length; draw++) {
      losses[draw] = heldOut(parameters, draw);
    }
    return losses;
  }

  /** One draw: every worker takes the same number of its held-out examples, each once. */
  double heldOut(float[] parameters, int draw) {
    int each = Math.toIntExact(Collections.min(heldOut.counts()));
    long seed = settings.seed() ^ EVALUATION;
    try (Roles measured =
            new Roles(Precision.FLOAT32).frozen(Loss.NETWORK, loss.network(), Flat.of(parameters));
        SyncRound workers = workers(heldOut, seed);
        JobDescription description = new JobDescription(context.spark().sparkContext())) {
      description.set("train-teacher: held-out loss, draw " + (draw + 1));
      Draw draws = Draw.shuffled(each, seed);
      double mean = workers.sums(new LossStep(loss), draws, measured, draw).total("loss");
      if (!Double.isFinite(mean)) {
        throw new ConfigException(
            Text.of(
                "The held-out loss of the model in training is %s in draw %d, after round %d; lower"
                    + " train.learningRate (is %s) or train.clip.",
                mean, draw + 1, settings.rounds(), settings.learningRate()));
      }
      return mean;
    }
  }

  /** What training itself has to say; the speed is of this process' rounds. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("loss", log.recent("loss", 50));
    metrics.put("parameters", raw().length);
    metrics.put("examples", training.records());
    metrics.put("rounds", log.rounds());
    if (roundsHere > 0) {
      metrics.put("samplesPerSecond", roundsHere * settings.union() / seconds);
    }
    return metrics;
  }

  @Override
  public void close() {
    roles.close();
  }
}
