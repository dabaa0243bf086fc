package io.accelerant.distill.fastlightgen;

import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.run.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a run. {@value #IMPORTANCE}: a block at a level, {@code order} being the block's
 * place in the order in which blocks would go, from 0, null where it may not. {@value #STAGE}: an
 * update of a training; {@code drift} where it was looked at. {@value #VIDEO}: samples of the first
 * seed, 0 to 255, [channels][frames][height][width]: what was measured can be measured again.
 */
final class FastLightGenTables {
  static final String IMPORTANCE = "importance";
  static final String PLAN = "plan";
  static final String STAGE = "stage";
  static final String ARM = "arm";
  static final String VIDEO = "video";

  private static final StructType IMPORTANCE_SCHEMA =
      StructType.fromDDL(
          "block INT NOT NULL, level DOUBLE NOT NULL, delta DOUBLE NOT NULL,"
              + " deltaPlain DOUBLE NOT NULL, influence DOUBLE NOT NULL, `order` INT");
  private static final StructType PLAN_SCHEMA =
      StructType.fromDDL(
          "block INT NOT NULL, kept BOOLEAN NOT NULL, reason STRING NOT NULL,"
              + " delta DOUBLE NOT NULL, parameters BIGINT NOT NULL");
  private static final StructType STAGE_SCHEMA =
      StructType.fromDDL(
          "stage STRING NOT NULL, arm STRING NOT NULL, seed BIGINT NOT NULL,"
              + " `update` INT NOT NULL, loss DOUBLE, drift DOUBLE, fakeLoss DOUBLE");
  private static final StructType VIDEO_SCHEMA =
      StructType.fromDDL(
          "arm STRING NOT NULL, id BIGINT NOT NULL, label INT NOT NULL, frames ARRAY<INT> NOT"
              + " NULL");

  private FastLightGenTables() {}

  /**
   * Writes all of them.
   *
   * @return the fingerprint of each by its folder
   */
  static Map<String, String> write(Run run, FastLightGenFindings findings) {
    Map<String, String> fingerprints = new LinkedHashMap<>();
    fingerprints.putAll(
        ArtifactTables.writeRows(run, IMPORTANCE, importance(findings), IMPORTANCE_SCHEMA));
    fingerprints.putAll(ArtifactTables.writeRows(run, PLAN, plan(findings), PLAN_SCHEMA));
    fingerprints.putAll(ArtifactTables.writeRows(run, STAGE, stages(findings), STAGE_SCHEMA));
    StructType arm = armSchema(findings);
    fingerprints.putAll(ArtifactTables.writeRows(run, ARM, arms(findings, arm), arm, "seconds"));
    fingerprints.putAll(ArtifactTables.writeRows(run, VIDEO, videos(findings), VIDEO_SCHEMA));
    return fingerprints;
  }

  private static List<Row> importance(FastLightGenFindings findings) {
    Importance importance = findings.importance();
    List<Row> rows = new ArrayList<>();
    for (int block = 0; block < importance.blocks(); block++) {
      int order = findings.plan().order().indexOf(block);
      for (int k = 0; k < importance.levels().length; k++) {
        rows.add(
            RowFactory.create(
                block,
                importance.levels()[k],
                importance.delta(block, k),
                importance.plain(block, k),
                importance.influence()[block],
                order < 0 ? null : (Object) order));
      }
    }
    return rows;
  }

  private static List<Row> plan(FastLightGenFindings findings) {
    PrunePlan plan = findings.plan();
    long[] sizes = Networks.sizes(findings.networks().teacher().network());
    List<Row> rows = new ArrayList<>();
    for (int block = 0; block < plan.blocks(); block++) {
      rows.add(
          RowFactory.create(
              block,
              plan.kept().contains(block),
              plan.reason(block),
              findings.importance().delta(block),
              sizes[block]));
    }
    return rows;
  }

  private static List<Row> stages(FastLightGenFindings findings) {
    List<Row> rows = new ArrayList<>();
    findings
        .skipping()
        .forEach((unit, trained) -> add(rows, "skipping", unit.label(), unit.seed(), trained));
    findings
        .students()
        .forEach((unit, trained) -> add(rows, "matching", unit.label(), unit.seed(), trained));
    return rows;
  }

  private static void add(List<Row> rows, String stage, String arm, long seed, Trained trained) {
    Map<Integer, Double> loss = new HashMap<>();
    for (int i = 0; i < trained.updated().length; i++) {
      loss.put(trained.updated()[i], trained.loss()[i]);
    }
    Map<Integer, Double> drift = new HashMap<>();
    for (int i = 0; i < trained.looked().length; i++) {
      drift.put(trained.looked()[i], trained.drift()[i]);
    }
    for (int update = drift.containsKey(0) ? 0 : 1; update <= trained.rounds(); update++) {
      boolean faked = update > 0 && update <= trained.fakeLoss().length;
      rows.add(
          RowFactory.create(
              stage,
              arm,
              seed,
              update,
              loss.get(update),
              drift.get(update),
              faked ? (Object) trained.fakeLoss()[update - 1] : null));
    }
  }

  private static List<String> names(FastLightGenFindings findings) {
    TreeSet<String> names = new TreeSet<>();
    findings.lines().values().forEach(line -> names.addAll(line.names()));
    return List.copyOf(names);
  }

  private static StructType armSchema(FastLightGenFindings findings) {
    StructType schema =
        StructType.fromDDL("id STRING NOT NULL, seed BIGINT NOT NULL, steps INT NOT NULL")
            .add("guidance", DataTypes.DoubleType);
    for (String name : names(findings)) {
      schema = schema.add(name, DataTypes.DoubleType);
    }
    return schema
        .add("blockEvaluations", DataTypes.LongType, false)
        .add("parameters", DataTypes.LongType, false)
        .add("seconds", DataTypes.DoubleType);
  }

  private static List<Row> arms(FastLightGenFindings findings, StructType schema) {
    List<Row> rows = new ArrayList<>();
    List<String> names = names(findings);
    for (Line line : findings.lines().values()) {
      for (int s = 0; s < line.seeds().size(); s++) {
        List<Object> row = new ArrayList<>();
        row.add(line.id());
        row.add(findings.settings().seeds().get(s));
        row.add(line.sampling().steps());
        row.add(line.sampling().renoises() ? null : (Object) line.sampling().guidance());
        Measured measured = line.seeds().get(s);
        names.forEach(name -> row.add(measured.metrics().get(name)));
        row.add(line.cost().blockEvaluations());
        row.add(line.cost().parameters());
        row.add(findings.seconds().get(line.id()));
        rows.add(RowFactory.create(row.toArray()));
      }
    }
    return rows;
  }

  private static List<Row> videos(FastLightGenFindings findings) {
    List<Row> rows = new ArrayList<>();
    for (Line line : findings.lines().values()) {
      byte[][] samples = line.seeds().get(0).samples();
      for (int i = 0; i < samples.length; i++) {
        rows.add(
            RowFactory.create(
                line.id(), (long) i, Math.max(0, line.sampling().label(i)), numbers(samples[i])));
      }
    }
    return rows;
  }

  private static int[] numbers(byte[] pixels) {
    int[] numbers = new int[pixels.length];
    Arrays.setAll(numbers, i -> pixels[i] & 0xff);
    return numbers;
  }
}
