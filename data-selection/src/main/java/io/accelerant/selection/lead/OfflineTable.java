package io.accelerant.selection.lead;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The table {@value #NAME} of a run: what was found out of each row before training. */
final class OfflineTable {
  static final String NAME = "pool";

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, task STRING NOT NULL, ifd DOUBLE NOT NULL, iu0 DOUBLE NOT NULL,"
              + " cluster INT NOT NULL, warmLoss DOUBLE NOT NULL, duplicateOf BIGINT,"
              + " eligible BOOLEAN NOT NULL");

  private OfflineTable() {}

  /**
   * @param eligible rows that pass the guard
   * @return its fingerprint by its folder
   */
  static Map<String, String> write(Run run, Pool pool, boolean[] eligible) {
    PoolRows rows = pool.rows();
    return ArtifactTables.writeRows(
        run,
        NAME,
        IntStream.range(0, rows.count()).mapToObj(i -> row(pool, i, eligible[i])).toList(),
        SCHEMA);
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
        eligible);
  }
}
