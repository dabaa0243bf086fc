package io.accelerant.distill.search;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Table {@value #NAME}: every candidate that was evaluated, with what made it ({@code usual, drawn,
 * crossover, mutation}), its error on the fit noise and its schedule as text.
 */
final class PopulationTable {
  static final String NAME = "population";

  private static final StructType SCHEMA =
      new StructType()
          .add("nfe", DataTypes.IntegerType)
          .add("arm", DataTypes.StringType)
          .add("seed", DataTypes.LongType)
          .add("generation", DataTypes.IntegerType)
          .add("child", DataTypes.IntegerType)
          .add("origin", DataTypes.StringType)
          .add("error", DataTypes.DoubleType)
          .add("schedule", DataTypes.StringType);

  private PopulationTable() {}

  /** Fingerprint by folder. */
  static Map<String, String> write(Run run, List<Searched> searched) {
    List<Row> rows = new ArrayList<>();
    for (Searched s : searched) {
      for (Evolution.Found found : s.found()) {
        for (Evolution.Candidate c : found.all()) {
          rows.add(
              RowFactory.create(
                  s.nfe(),
                  found.arm(),
                  found.seed(),
                  c.generation(),
                  c.child(),
                  c.origin(),
                  c.error(),
                  c.genome().describe()));
        }
      }
    }
    return ArtifactTables.writeRows(run, NAME, rows, SCHEMA);
  }
}
