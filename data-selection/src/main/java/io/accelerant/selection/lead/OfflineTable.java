package io.accelerant.selection.lead;

import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Run;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The table {@value #NAME} of a run: what was found out of each row before training. */
final class OfflineTable {
  static final String NAME = "pool";

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, task STRING NOT NULL, ifd DOUBLE NOT NULL, iu0 DOUBLE NOT NULL,"
              + " cluster INT NOT NULL, warmLoss DOUBLE NOT NULL, duplicateOf BIGINT,"
              + " eligible BOOLEAN NOT NULL, warmUp BOOLEAN NOT NULL");

  private OfflineTable() {}

  /** What travels, once: whole columns are smaller than rows. */
  private record Columns(Pool pool, boolean[] eligible) implements Serializable {
    Row row(int number) {
      return OfflineTable.row(pool, number, eligible[number]);
    }
  }

  /**
   * @param eligible rows that pass the guard
   * @return its fingerprint by its folder
   */
  static Map<String, String> write(Run run, Pool pool, boolean[] eligible) {
    SparkSession spark = run.context().spark();
    try (Shared<Columns> columns = Shared.of(run.context(), new Columns(pool, eligible))) {
      JavaRDD<Row> rows =
          spark
              .range(pool.rows().count())
              .as(Encoders.LONG())
              .javaRDD()
              .map(number -> columns.copy().row(number.intValue()));
      ArtifactTables.Written written =
          ArtifactTables.write(run, spark.createDataFrame(rows, SCHEMA), NAME);
      return Map.of(written.folder(), TableFingerprint.of(written.rows(), SCHEMA));
    }
  }

  static Row row(Pool pool, int i, boolean eligible) {
    PoolRows rows = pool.rows();
    return RowFactory.create(
        rows.ids()[i],
        rows.taskNames().get(rows.tasks()[i]),
        pool.ifd()[i],
        rows.initialLoss()[i],
        rows.clusters()[i],
        pool.warmLoss()[i],
        rows.copyOf()[i] < 0 ? null : rows.ids()[rows.copyOf()[i]],
        eligible,
        pool.warmUp()[i]);
  }
}
