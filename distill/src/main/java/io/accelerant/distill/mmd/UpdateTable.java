package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.TableFingerprint;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Table {@value #NAME}: {@code arm, steps, seed, update, loss, gradientNorm, value.<space>,
 * frechet.<space>}. Update 0 is the untouched model, without loss; the last columns are there where
 * samples were measured.
 */
final class UpdateTable {
  static final String NAME = "update";

  private UpdateTable() {}

  private static StructType schema() {
    StructType schema =
        new StructType()
            .add("arm", DataTypes.StringType)
            .add("steps", DataTypes.IntegerType)
            .add("seed", DataTypes.LongType)
            .add("update", DataTypes.IntegerType)
            .add("loss", DataTypes.DoubleType)
            .add("gradientNorm", DataTypes.DoubleType);
    for (String prefix : List.of("value.", "frechet.")) {
      for (String space : Spaces.NAMES) {
        schema = schema.add(prefix + space, DataTypes.DoubleType);
      }
    }
    return schema;
  }

  /** Of what was written. */
  static String fingerprint(Dataset<Row> written) {
    return TableFingerprint.of(written, schema());
  }

  static Dataset<Row> of(SparkSession spark, MmdFindings findings) {
    List<Row> rows = new ArrayList<>();
    findings
        .trained()
        .forEach((cell, seeds) -> seeds.forEach((seed, trained) -> add(rows, cell, seed, trained)));
    return spark.createDataFrame(rows, schema()).coalesce(1);
  }

  private static void add(List<Row> rows, Cell cell, long seed, Trained trained) {
    int look = 0;
    for (int update = 0; update <= trained.loss().length; update++) {
      List<Object> row = new ArrayList<>(List.of(cell.arm(), cell.steps(), seed, update));
      row.add(update == 0 ? null : (Object) trained.loss()[update - 1]);
      row.add(update == 0 ? null : (Object) trained.gradientNorm()[update - 1]);
      boolean looked = look < trained.looked().length && trained.looked()[look] == update;
      for (double[][] curves : List.of(trained.values(), trained.frechet())) {
        for (double[] curve : curves) {
          row.add(looked ? (Object) curve[look] : null);
        }
      }
      look += looked ? 1 : 0;
      rows.add(RowFactory.create(row.toArray()));
    }
  }
}
