package io.accelerant.selection.lead;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import java.io.Serializable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The rows of a pool that an arm may choose, as a table that {@link RankedPool} ranks. */
final class PoolTable implements AutoCloseable {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "row INT NOT NULL, id BIGINT NOT NULL, cluster INT NOT NULL, task INT NOT NULL,"
              + " utility DOUBLE NOT NULL, idu DOUBLE NOT NULL");

  private final JobContext context;
  private final int count;
  private final Shared<Columns> shared;

  /** What travels, once: whole columns are smaller than rows. */
  private record Columns(
      boolean[] eligible,
      long[] ids,
      int[] clusters,
      int[] tasks,
      double[] utilities,
      double[] initialLoss)
      implements Serializable {
    Row row(int number) {
      return RowFactory.create(
          number,
          ids[number],
          clusters[number],
          tasks[number],
          utilities[number],
          initialLoss[number]);
    }
  }

  /**
   * @param eligible by row
   * @param seed of a random utility
   */
  PoolTable(JobContext context, PoolRows pool, Arm arm, boolean[] eligible, long seed) {
    boolean isOneGroup = arm.draw() == Arm.Draw.NONE;
    this.context = context;
    this.count = pool.count();
    this.shared =
        Shared.of(
            context,
            new Columns(
                eligible,
                pool.ids(),
                isOneGroup ? new int[pool.count()] : pool.clusters(),
                isOneGroup ? new int[pool.count()] : pool.tasks(),
                Utilities.of(arm.utility(), pool, seed),
                pool.initialLoss()));
  }

  /** To be read before this is closed. */
  Dataset<Row> rows() {
    Shared<Columns> columns = shared;
    return context
        .spark()
        .createDataFrame(
            context
                .spark()
                .range(count)
                .as(Encoders.LONG())
                .javaRDD()
                .map(Long::intValue)
                .filter(row -> columns.copy().eligible()[row])
                .map(row -> columns.copy().row(row)),
            SCHEMA);
  }

  @Override
  public void close() {
    shared.close();
  }
}
