package io.accelerant.rl.trajectory;

import io.accelerant.rl.weight.Episode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Transitions tables made from episodes. */
final class Tables {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "episode_id BIGINT, step INT, observation ARRAY<DOUBLE>, action ARRAY<DOUBLE>,"
              + " reward DOUBLE, next_observation ARRAY<DOUBLE>, terminal BOOLEAN, timeout BOOLEAN");

  private Tables() {}

  /** Rewards of uneven size that sum to the return; rows in a shuffled order. */
  static Dataset<Row> of(SparkSession spark, List<Episode> episodes, int partitions) {
    List<Row> rows = new ArrayList<>();
    for (Episode e : episodes) {
      double[] rewards = rewards(e);
      for (int t = 0; t < e.length(); t++) {
        Object[] observation =
            t == 0 ? e.start().toArray() : e.start().stream().map(x -> x + 100).toArray();
        rows.add(
            RowFactory.create(
                e.id(),
                t,
                observation,
                new Object[] {0.5},
                rewards[t],
                null,
                false,
                t == e.length() - 1));
      }
    }
    Collections.rotate(rows, partitions * 37);
    return spark
        .createDataFrame(rows, SCHEMA)
        .repartition(partitions, org.apache.spark.sql.functions.col("step"));
  }

  static double[] rewards(Episode e) {
    double[] rewards = new double[e.length()];
    double rest = e.value();
    for (int t = 0; t < e.length() - 1; t++) {
      rewards[t] = rest * 0.37 + StrictMath.sin(t);
      rest -= rewards[t];
    }
    rewards[e.length() - 1] = rest;
    return rewards;
  }

  static Row row(long episode, int step, double reward, boolean timeout, Object... observation) {
    return RowFactory.create(
        episode, step, observation, new Object[] {0.0}, reward, null, false, timeout);
  }
}
