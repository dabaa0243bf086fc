package io.accelerant.selection.lead;

import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.train.PackedShards;
import io.accelerant.core.train.TrainSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** All arms under all seeds, one after the other, each spread over the cluster. */
record SpreadTrainings(Trainings trainings, Cluster cluster) {
  private static final String ROWS = "rows";
  private static final StructType RECORDS =
      StructType.fromDDL("id BIGINT NOT NULL, record BINARY NOT NULL");

  /** Packs the rows of the pool, unless an earlier run did. */
  static SpreadTrainings of(Run run, Trainings trainings, Prompts prompts) {
    String[] beside =
        Stream.concat(
                trainings.units().stream().map(LeadUnit::name),
                Stream.of(Trainings.WARM_UP, ROWS, ClusterGround.RANKED))
            .toArray(String[]::new);
    LeadSettings settings = trainings.settings();
    PackedShards rows =
        PackedShards.open(
            run.stages(),
            run.snapshots(beside),
            ROWS,
            records(prompts),
            settings.workers(),
            settings.seed(),
            prompts.uri());
    return new SpreadTrainings(
        trainings,
        new Cluster(
            run.context(),
            run.stages(),
            run.snapshots(),
            rows,
            run.config().get(TrainSettings.CHECKPOINT_EVERY)));
  }

  private static Dataset<Row> records(Prompts prompts) {
    int longest = prompts.longest();
    Dataset<Row> rows = prompts.split(LeadInputs.POOL);
    return rows.sparkSession()
        .createDataFrame(
            rows.javaRDD()
                .map(Prompts::of)
                .map(row -> RowFactory.create(row.id(), PromptRecord.pack(row, longest))),
            RECORDS);
  }

  /** As {@link Trainings#warmUp}. */
  Trainings.Warm warmUp(Stages stages, Given given) {
    Supply.requireWarmUp(given.pool(), trainings.settings().warmUp().rows());
    Trainings own = trainings.ofWarmUp();
    return stages.of(
        Trainings.WARM_UP,
        Trainings.Warm.class,
        () ->
            own.warm(
                given, train(own, own.warmUpUnit(), Trainings.WARM_UP, given, Trace.Wanted.MODEL)));
  }

  /** As {@link Trainings#together}. */
  Map<LeadUnit, Trace> oneByOne(Stages stages, Given given) {
    trainings.requireSupply(given);
    Map<LeadUnit, Trace> traces = new LinkedHashMap<>();
    List<LeadUnit> units = trainings.units();
    for (LeadUnit unit : units) {
      Trace.Wanted wanted = trainings.wanted(unit);
      Trace trace =
          stages.of(
              unit.stage(), Trace.class, () -> train(trainings, unit, unit.name(), given, wanted));
      traces.put(unit, trace);
      Trainings.say(cluster.context(), unit, trace, traces.size(), units.size());
    }
    return traces;
  }

  private Trace train(Trainings own, LeadUnit unit, String name, Given given, Trace.Wanted wanted) {
    try (Ground ground =
        new ClusterGround(cluster, own.settings(), own.judge(), given, name, unit.seed())) {
      return own.train(unit, given, ground, wanted);
    }
  }
}
