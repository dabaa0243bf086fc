package io.accelerant.rl.gvm;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A training whose work is spread: mapped, pieces of answers and workers of an update; broadcast,
 * the policy of the moment. What an iteration needs is saved with the state.
 */
final class ClusterGround implements Ground {
  private static final StructType RECORDS =
      StructType.fromDDL("id BIGINT NOT NULL, record BINARY NOT NULL");

  private final Run run;
  private final PolicyNetwork network;
  private final GvmSettings settings;
  private final TrainSettings train;
  private final Stages stages;
  private final Snapshots snapshots;
  private final String name;
  private final long seed;
  private final int programs;
  private final Shared<Questions> trained;
  private final Questions trainedOn;
  private Optional<SyncRound> round = Optional.empty();

  /**
   * @param name of the training
   * @param questions that are trained on, which travel once
   * @param seed of the training
   */
  ClusterGround(
      Run run,
      PolicyNetwork network,
      GvmSettings settings,
      TrainSettings train,
      String name,
      Questions questions,
      long seed) {
    this.run = run;
    this.network = network;
    this.settings = settings;
    this.train = train;
    this.stages = new Stages(run.context(), run.stages());
    this.snapshots = run.snapshots().part(name);
    this.name = name;
    this.seed = seed;
    this.programs = network.programs(run.context().taskSlots());
    this.trainedOn = questions;
    this.trained = Shared.of(run.context(), questions);
  }

  private JobContext context() {
    return run.context();
  }

  @Override
  public List<Answer> answers(
      String what,
      float[] policy,
      Drawing drawing,
      Questions questions,
      List<List<Drawing.Part>> pieces) {
    SpreadDrawing spread = new SpreadDrawing(context(), settings, network);
    if (questions == trainedOn) {
      return spread.answers(what, policy, drawing, trained, pieces);
    }
    try (Shared<Questions> asked = Shared.of(context(), questions)) {
      return spread.answers(what, policy, drawing, asked, pieces);
    }
  }

  @Override
  public double[][] logProbabilities(float[] policy, List<Answer> answers) {
    ArrayList<Answer> sent = new ArrayList<>(answers);
    int size = settings.microBatch();
    Batches batches = new Batches(answers.size(), size);
    PolicyNetwork own = network;
    int pooled = programs;
    EngineSettings engine = settings.engine();
    try (Shared<float[]> numbers = Shared.of(context(), policy);
        Shared<ArrayList<Answer>> given = Shared.of(context(), sent)) {
      Shared<Questions> asked = trained;
      return new Units<>(context(), engine.stage(), settings.partitions(), numbers::copy)
              .<double[][]>map(
                  name + ": reference",
                  batches.units(),
                  (parameters, unit) -> {
                    engine.start();
                    return own.logProbabilities(
                        parameters,
                        size,
                        ProgramPool.ofJvm(pooled),
                        asked.copy(),
                        given.copy().subList(batches.from(unit), batches.to(unit)));
                  })
              .stream()
              .flatMap(Arrays::stream)
              .toArray(double[][]::new);
    }
  }

  @Override
  public void use(int step, List<byte[]> records) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      rows.add(RowFactory.create((long) i, records.get(i)));
    }
    PackedShards shards =
        PackedShards.open(
            run.stages(),
            snapshots,
            "rollouts-" + name,
            step,
            context().spark().createDataFrame(rows, RECORDS),
            settings.workers(),
            seed + step,
            "the rollouts of " + name);
    round.orElseThrow().use(shards);
  }

  private SyncRound sync(PackedShards shards) {
    return new SyncRound(
        JavaSparkContext.fromSparkContext(context().spark().sparkContext()),
        context().hadoop(),
        shards,
        settings.engine(),
        programs,
        seed);
  }

  @Override
  public Trainer trainer(Roles roles) {
    round = Optional.of(sync(new PackedShards(List.of(), List.of(), 0, seed)));
    return Trainer.of(context(), name, train, round.get(), roles, snapshots);
  }

  @Override
  public <T> T once(String what, Class<T> type, Supplier<T> work) {
    return stages.of(name + "." + what, type, work);
  }

  @Override
  public void close() {
    round.ifPresent(SyncRound::close);
    trained.close();
  }
}
