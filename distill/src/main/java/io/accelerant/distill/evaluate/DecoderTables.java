package io.accelerant.distill.evaluate;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.Judged;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * What decoders cost and got, as tables: {@value #CURVE}, a row for each model and decoder, and
 * {@value #DECODED}, one for each prompt as well. The threshold is the value of the rule's knob,
 * whatever it is; 0 where it has none.
 */
public final class DecoderTables {
  /** Means over prompts; {@code seconds} in tasks, all prompts together. */
  public static final String CURVE = "curve";

  /** {@code tokens} of the answer; {@code evaluationsToEnd} up to its first end. */
  public static final String DECODED = "decoded";

  private static final String SECONDS = "seconds";

  private static final StructType CURVE_SCHEMA =
      StructType.fromDDL(
          "arm STRING NOT NULL, decoder STRING NOT NULL, threshold DOUBLE NOT NULL,"
              + " seed BIGINT NOT NULL, prompts INT NOT NULL, exactMatch DOUBLE NOT NULL,"
              + " evaluations DOUBLE NOT NULL, evaluationsToEnd DOUBLE NOT NULL,"
              + " rowsRead DOUBLE NOT NULL, seconds DOUBLE NOT NULL");

  private static final StructType DECODED_SCHEMA =
      StructType.fromDDL(
          "arm STRING NOT NULL, seed BIGINT NOT NULL, decoder STRING NOT NULL,"
              + " threshold DOUBLE NOT NULL, promptId BIGINT NOT NULL, evaluations INT NOT NULL,"
              + " correct BOOLEAN NOT NULL, tokens ARRAY<INT> NOT NULL,"
              + " evaluationsToEnd INT NOT NULL, rowsRead INT NOT NULL");

  private DecoderTables() {}

  /**
   * Writes both tables.
   *
   * @return the fingerprint of each by its folder; seconds take no part
   */
  public static Map<String, String> write(Run run, List<Judged> models) {
    List<Row> curve = new ArrayList<>();
    List<Row> decoded = new ArrayList<>();
    for (Judged model : models) {
      for (int point = 0; point < model.compared().points().size(); point++) {
        curve.add(curveRow(model, point));
        for (int i = 0; i < model.compared().prompts().length; i++) {
          decoded.add(decodedRow(model, point, i));
        }
      }
    }
    Map<String, String> fingerprints = new LinkedHashMap<>();
    write(run, CURVE, curve, CURVE_SCHEMA, fingerprints);
    write(run, DECODED, decoded, DECODED_SCHEMA, fingerprints);
    return fingerprints;
  }

  private static void write(
      Run run, String name, List<Row> rows, StructType schema, Map<String, String> fingerprints) {
    fingerprints.putAll(ArtifactTables.writeRows(run, name, rows, schema, SECONDS));
  }

  private static Row curveRow(Judged model, int point) {
    Compared compared = model.compared();
    Decoder decoder = compared.points().get(point);
    return RowFactory.create(
        model.arm(),
        decoder.rule().label(),
        decoder.threshold(),
        model.seed(),
        compared.prompts().length,
        compared.exactMatch(point),
        compared.evaluations(point),
        Compared.mean(compared.untilEnd()[point]),
        Compared.mean(compared.rowsRead()[point]),
        compared.seconds()[point]);
  }

  private static Row decodedRow(Judged model, int point, int prompt) {
    Compared compared = model.compared();
    Decoder decoder = compared.points().get(point);
    return RowFactory.create(
        model.arm(),
        model.seed(),
        decoder.rule().label(),
        decoder.threshold(),
        compared.prompts()[prompt],
        compared.evaluations()[point][prompt],
        compared.correct()[point][prompt],
        compared.tokens()[point][prompt],
        compared.untilEnd()[point][prompt],
        compared.rowsRead()[point][prompt]);
  }
}
