package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.accelerant.rl.environment.Controller;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.environment.Rollout;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Episodes played in Spark tasks; each depends on its data set's seed and its id alone. */
final class Episodes {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "dataset STRING NOT NULL, episode_id BIGINT NOT NULL, step INT NOT NULL,"
              + " observation ARRAY<FLOAT>, action ARRAY<FLOAT>, reward FLOAT NOT NULL,"
              + " next_observation ARRAY<FLOAT>, terminal BOOLEAN NOT NULL,"
              + " timeout BOOLEAN NOT NULL, behaviour STRING NOT NULL");

  private Episodes() {}

  /** The columns of {@link Transitions}, with {@code dataset} and {@code behaviour}. */
  static Dataset<Row> play(
      SparkSession spark, Environment environment, List<Collection> collections, long seed) {
    ArrayList<Collection> all = new ArrayList<>(collections); // travels with the closure
    String label = environment.label();
    long perSet = collections.get(0).episodes();
    JavaRDD<Row> rows =
        spark
            .range(perSet * collections.size())
            .javaRDD()
            .mapPartitions(
                ids -> {
                  Environment played = Environment.ofLabel(label);
                  List<Row> out = new ArrayList<>();
                  ids.forEachRemaining(
                      id -> play(played, all.get((int) (id / perSet)), id % perSet, seed, out));
                  return out.iterator();
                });
    return spark.createDataFrame(rows, SCHEMA);
  }

  private static void play(
      Environment environment, Collection collection, long id, long seed, List<Row> out) {
    boolean good = collection.isGood(id);
    Controller controller = good ? environment.good() : environment.random();
    Rollout rollout = Rollout.of(environment, controller, collection.streamSeed(seed), id);
    for (int t = 0; t < rollout.length(); t++) {
      boolean last = t == rollout.length() - 1;
      out.add(
          RowFactory.create(
              collection.dataset(),
              id,
              t,
              floats(rollout.observations().get(t)),
              floats(rollout.actions().get(t)),
              (float) rollout.rewards()[t],
              floats(rollout.observations().get(t + 1)),
              last && rollout.terminal(),
              last && !rollout.terminal(),
              good ? "good" : "random"));
    }
  }

  private static Float[] floats(double[] numbers) {
    Float[] floats = new Float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** JSON lines know no float and no int. */
  static Dataset<Row> typed(Dataset<Row> table) {
    List<Column> columns = new ArrayList<>();
    for (var field : SCHEMA.fields()) {
      columns.add(col(field.name()).cast(field.dataType()).as(field.name()));
    }
    return table.select(columns.toArray(Column[]::new));
  }

  /** {@code dataset, episodes, good ones, transitions, mean, lowest and highest return}. */
  static List<Row> summary(Dataset<Row> table) {
    // decimals, so that the numbers do not depend on partitions
    return table
        .groupBy("dataset", "episode_id", "behaviour")
        .agg(sum(col("reward").cast("decimal(38,18)")).as("g"), count("step").as("t"))
        .groupBy("dataset")
        .agg(
            count("episode_id"),
            sum(when(col("behaviour").equalTo("good"), 1L).otherwise(0L)),
            sum("t"),
            avg(col("g").cast("double")),
            min(col("g").cast("double")),
            max(col("g").cast("double")))
        .orderBy("dataset")
        .collectAsList();
  }
}
