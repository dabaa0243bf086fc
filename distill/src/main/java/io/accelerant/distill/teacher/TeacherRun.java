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
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.HalfFloats;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.Sums;
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

  private final JobContext context;
  private final JobConfig config;
  private final TeacherKind kind;
  private final TrainSettings settings;
  private final Objective loss;
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
    roles =
        new Roles(Precision.FLOAT32)
            .trained(
                Loss.NETWORK,
                loss.networks().get(Loss.NETWORK),
                settings.training(config),
                Flat.of(kind.initial(settings.seed())));
  }

  /** Asks before anything is trained, since a container that overruns is killed without a word. */
  private void requireMemory() {
    ProgramPool pool = ProgramPool.ofJvm(kind.programs() * (slots + 1));
    try (ProgramPool.Lease lease = loss.training(pool, Precision.FLOAT32, loss.shape())) {
      Program program = lease.program();
      NativeMemory.check(
          context.sparkSettings(),
          slots,
          kind.programs() * program.nativeBytes(),
          (long) Float.BYTES * program.parameters().size());
    }
  }

  private SyncRound workers(PackedShards shards, long seed) {
    return new SyncRound(
        new JavaSparkContext(context.spark().sparkContext()),
        context.hadoop(),
        shards,
        EngineSettings.of(config),
        kind.programs() * (slots + 1),
        seed);
  }

  void train() {
    long start = System.nanoTime();
    int every = config.get(TrainTeacherKeys.SAMPLE_EVERY);
    try (SyncRound workers = workers(training, settings.seed())) {
      log =
          rounds(
              Trainer.of(context, "train-teacher", settings, workers, roles, snapshots)
                  .watch(new Measurements())
                  .watch(
                      done -> {
                        roundsHere++;
                        seconds = (System.nanoTime() - start) / 1e9;
                        if (every > 0 && done % every == 0) {
                          context.progress().say("after round %d: %s", done, kind.look(average()));
                        }
                      }));
    }
  }

  /** All rounds, or as many as are enough; a run that goes on ends where it would have. */
  private RoundLog rounds(Trainer trainer) {
    int all = settings.rounds();
    int every = kind.measureEvery() == 0 ? all : kind.measureEvery();
    boolean enough = false;
    while (trainer.done() < all && !enough) {
      enough = trainer.done() % every == 0 && trainer.done() > 0 && kind.isEnough(trainer.log());
      if (!enough) {
        int to = Math.min(all, (trainer.done() / every + 1) * every);
        trainer.rounds(trainer.done(), to, new GradientStep(loss), settings.draw());
      }
    }
    if (enough) {
      context.progress().say("train-teacher: enough after round %d", trainer.done());
      trainer.save();
    }
    return trainer.log();
  }

  /** What is measured on the way is logged with its round, and so part of the checkpoints. */
  private final class Measurements implements Trainer.Watcher {
    @Override
    public void summed(int done, Sums sums, Map<String, Double> logged) {
      if (kind.measureEvery() > 0 && done % kind.measureEvery() == 0) {
        Map<String, Double> measured = kind.measure(average());
        logged.putAll(measured);
        context.progress().say("after round %d: %s", done, measured);
      }
    }

    @Override
    public void after(int done) {}
  }

  RoundLog log() {
    return log;
  }

  /** Averaged weights of the network that is published. */
  float[] average() {
    float[] average = kind.published(trained());
    return TrainTeacherKeys.isHalf(config) ? HalfFloats.rounded(average) : average;
  }

  /** Its weights of the last round. */
  float[] raw() {
    return kind.published(roles.parameters(Loss.NETWORK).floats());
  }

  /** Averaged parameters of the network that is trained. */
  float[] trained() {
    return roles.averages(Loss.NETWORK).floats();
  }

  /** Mean held-out loss, one number per draw of times and masks. */
  double[] heldOut(float[] parameters) {
    int draws = kind.measured().draws().orElse(config.get(TrainTeacherKeys.EVALUATION_DRAWS));
    double[] losses = new double[draws];
    for (int draw = 0; draw < losses.length; draw++) {
      losses[draw] = heldOut(parameters, draw);
    }
    return losses;
  }

  /** One draw: every worker takes the same number of its held-out examples, each once. */
  double heldOut(float[] parameters, int draw) {
    int each = Math.toIntExact(Collections.min(heldOut.counts()));
    long seed = settings.seed() ^ EVALUATION;
    TeacherKind.HeldOut of = kind.measured();
    try (Roles measured =
            new Roles(Precision.FLOAT32).frozen(Loss.NETWORK, of.network(), Flat.of(parameters));
        SyncRound workers = workers(heldOut, seed);
        JobDescription description = new JobDescription(context.spark().sparkContext())) {
      description.set("train-teacher: held-out loss, draw " + (draw + 1));
      Draw draws = Draw.shuffled(each, seed);
      double mean = of.number().applyAsDouble(workers.sums(of.step(), draws, measured, draw));
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
