package io.accelerant.selection.lead;

import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.TrainSettings;
import io.accelerant.core.train.Trainer;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A training whose rows lie on a cluster: chosen by tables, read by the workers of an update. What
 * it goes on from is saved with its state.
 */
final class ClusterGround implements Ground {
  /** Folder of the tables that rows are chosen from, one by order. */
  static final String RANKED = "ranked";

  private final Cluster cluster;
  private final LeadSettings settings;
  private final Judge judge;
  private final Given given;
  private final String name;
  private final long seed;
  private final int programs;
  private final Stages stages;
  private final SyncRound round;

  /**
   * @param given without records
   * @param name of the training, one of its own in the run
   * @param seed of the training
   */
  ClusterGround(
      Cluster cluster, LeadSettings settings, Judge judge, Given given, String name, long seed) {
    JobContext context = cluster.context();
    this.cluster = cluster;
    this.settings = settings;
    this.judge = judge;
    this.given = given;
    this.name = name;
    this.seed = seed;
    this.programs = judge.network().programs(context.taskSlots());
    this.stages = new Stages(context, cluster.stages());
    this.round =
        new SyncRound(
            JavaSparkContext.fromSparkContext(context.spark().sparkContext()),
            context.hadoop(),
            cluster.rows(),
            settings.engine(),
            programs,
            seed);
  }

  /** A file or folder of this training. */
  private String uri(String what) {
    return cluster.snapshots().part(name).uri(what);
  }

  @Override
  public Candidates candidates(Arm arm) {
    int most = settings.rule().uses(arm);
    if (arm.draw() == Arm.Draw.NONE) { // chooses once: a table would be read as it was written
      return new MemoryCandidates(
          given.pool(), arm, settings.clusters(), eligible(arm), most, seed);
    }
    return new TableCandidates(
        ranked(arm),
        new IduTable(cluster.context().spark(), uri("idu")),
        arm.utility() == Arm.Utility.IDU,
        settings.clusters(),
        given.pool().taskNames().size(),
        most);
  }

  private boolean[] eligible(Arm arm) {
    return settings.rule().guard().eligible(arm, given.pool(), given.clean());
  }

  /** Written by the first training that chooses of such a table. */
  private RankedPool ranked(Arm arm) {
    String order = order(arm, seed);
    String uri =
        stages.of(
            RANKED + "." + order,
            String.class,
            () -> {
              String made = cluster.snapshots().part(RANKED).uri(order);
              try (PoolTable table =
                  new PoolTable(cluster.context(), given.pool(), arm, eligible(arm), seed)) {
                RankedPool.write(table.rows(), made);
              }
              return made;
            });
    return RankedPool.open(cluster.context().spark(), uri);
  }

  /**
   * What a ranked table depends on, besides the pool: arms and seeds that share it share a name.
   */
  static String order(Arm arm, long seed) {
    String order = arm.eligible() + "." + arm.utility();
    String drawn =
        switch (arm.utility()) {
          case RANDOM, SOFT_LOSS -> Text.of("%s.seed%d", order, seed);
          case INITIAL_LOSS, DIFFICULTY, LEARNABLE, IDU -> order;
        };
    return drawn.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public Trainer trainer(Roles roles, int updates) {
    TrainSettings rounds =
        new TrainSettings(
            cluster.rows().workers(),
            updates,
            Math.max(1, settings.rule().batch() / cluster.rows().workers()),
            settings.learningRate(),
            cluster.checkpointEvery(),
            seed);
    return Trainer.of(
        cluster.context(), name, rounds, round, roles, cluster.snapshots().part(name));
  }

  @Override
  public <T> T once(String what, Class<T> type, Supplier<T> work) {
    return stages.of(name + "." + what, type, work);
  }

  @Override
  public Judged judge(float[] parameters) {
    Judge own = judge;
    int pooled = programs;
    EngineSettings engine = settings.engine();
    try (Shared<float[]> model = Shared.of(cluster.context(), parameters);
        Shared<TestRows> rows = Shared.of(cluster.context(), given.test())) {
      return judge.together(
          given.test(),
          new Units<>(cluster.context(), engine.stage(), settings.partitions(), model::copy)
              .map(
                  name + ": measuring",
                  judge.batches(given.test()).units(),
                  (numbers, unit) -> {
                    engine.start();
                    return own.part(rows.copy(), unit, numbers, ProgramPool.ofJvm(pooled));
                  }));
    }
  }

  @Override
  public void close() {
    round.close();
  }
}
