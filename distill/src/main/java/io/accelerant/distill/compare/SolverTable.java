package io.accelerant.distill.compare;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The comparison as a table: {@code error} is the mean over the held-out rows, {@code choiceError}
 * over those of the choice; {@code frechet} by space.
 */
final class SolverTable {
  static final String NAME = "solvers";
  private static final String MILLISECONDS = "milliseconds";

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "nfe INT NOT NULL, family STRING NOT NULL, sampler STRING NOT NULL,"
              + " error DOUBLE NOT NULL, choiceError DOUBLE NOT NULL,"
              + " frechet MAP<STRING, DOUBLE> NOT NULL, milliseconds DOUBLE NOT NULL");

  private SolverTable() {}

  /**
   * Writes it.
   *
   * @return its fingerprint by its folder; what the clock said takes no part
   */
  static Map<String, String> write(Run run, CompareFindings findings) {
    List<Row> rows = new ArrayList<>();
    int choice = findings.settings().choice();
    findings
        .cells()
        .forEach(
            (nfe, cells) ->
                cells.forEach(
                    cell ->
                        rows.add(
                            RowFactory.create(
                                nfe,
                                cell.family(),
                                cell.name(),
                                cell.error(choice),
                                cell.chosenBy(choice),
                                cell.distances(),
                                cell.millisecondsPerSample()))));
    return ArtifactTables.writeRows(run, NAME, rows, SCHEMA, MILLISECONDS);
  }
}
