package io.accelerant.distill.compare;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import io.accelerant.distill.measure.pixels.VideoMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The comparison as a table: {@code error} is the mean over the held-out rows, {@code choiceError}
 * over those of the choice; Frechet distances by space, null where none are measured.
 */
final class SolverTable {
  static final String NAME = "solvers";
  private static final String MILLISECONDS = "milliseconds";

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "nfe INT NOT NULL, family STRING NOT NULL, sampler STRING NOT NULL,"
              + " error DOUBLE NOT NULL, choiceError DOUBLE NOT NULL,"
              + " frechetA DOUBLE, frechetB DOUBLE, frechetPixels DOUBLE,"
              + " milliseconds DOUBLE NOT NULL");

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
                                cell.distances().get(VideoMeter.A),
                                cell.distances().get(VideoMeter.B),
                                cell.distances().get(VideoMeter.PIXELS),
                                cell.milliseconds()))));
    return ArtifactTables.writeRows(run, NAME, rows, SCHEMA, MILLISECONDS);
  }
}
