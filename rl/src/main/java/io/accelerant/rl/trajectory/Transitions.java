package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;

/**
 * A transitions table in one form: {@code episode_id bigint, step int, observation array<double>,
 * action array<double>, reward double, next_observation array<double>, terminal boolean, timeout
 * boolean}. It comes from an artifact of {@code collect-trajectories}, from Parquet or JSON lines
 * with these columns, or from raw D4RL order ({@link RawOrder}).
 *
 * @param table the rows, not validated
 * @param uri where they came from
 * @param hashed computes the hash of the artifact, or of the rows
 */
public record Transitions(Dataset<Row> table, String uri, Supplier<String> hashed) {
  /** Kind of the artifacts that hold transitions, and the name of their table. */
  public static final String KIND = "transitions";

  static final String TABLE = "transitions";

  private static final List<String> REQUIRED =
      List.of("episode_id", "step", "observation", "reward", "terminal", "timeout");

  /**
   * Opens a source and checks its columns; no row is read yet but for the hash.
   *
   * @param uri artifact, file, folder or glob
   * @param dataset value of the column {@code dataset} to take, if the source has several
   */
  static Transitions open(
      JobContext context, JobConfig config, Key<String> uri, Key<String> dataset) {
    String place = config.get(uri);
    Optional<Artifact> artifact = Artifact.find(place, context.hadoop());
    Dataset<Row> rows = raw(context, artifact, place, uri);
    Dataset<Row> selected = select(rows, config, dataset, place);
    Dataset<Row> normal = normal(selected, place);
    return new Transitions(
        normal,
        place,
        () -> artifact.map(Artifact::contentHash).orElseGet(() -> TableSource.hash(normal, place)));
  }

  /** Sources that are no artifact are read for it. */
  public String hash() {
    return hashed.get();
  }

  private static Dataset<Row> raw(
      JobContext context, Optional<Artifact> artifact, String place, Key<String> uri) {
    return artifact
        .map(a -> a.requireKind(KIND, uri.path()))
        .map(a -> Episodes.typed(ArtifactTables.read(context.spark(), a, TABLE)))
        .orElseGet(() -> TableSource.find(place, context.hadoop()).read(context.spark()));
  }

  /**
   * All data sets of a source, each under its name; a source without a column {@code dataset} is
   * one, called {@code data}.
   */
  public static Map<String, Transitions> openAll(
      JobContext context, JobConfig config, Key<String> uri) {
    String place = config.get(uri);
    Optional<Artifact> artifact = Artifact.find(place, context.hadoop());
    Dataset<Row> rows = raw(context, artifact, place, uri);
    Map<String, Dataset<Row>> tables = new LinkedHashMap<>();
    if (Arrays.asList(rows.columns()).contains("dataset")) {
      datasets(rows).forEach(name -> tables.put(name, normal(rows.filter(isOf(name)), place)));
    } else {
      tables.put("data", normal(rows, place));
    }
    Supplier<String> hash =
        () -> artifact.map(Artifact::contentHash).orElseGet(() -> fingerprint(tables, place));
    Map<String, Transitions> all = new LinkedHashMap<>();
    tables.forEach((name, table) -> all.put(name, new Transitions(table, place, hash)));
    return all;
  }

  private static Column isOf(String dataset) {
    return col("dataset").equalTo(dataset);
  }

  /** Of all data sets under their names, once each row has its place. */
  private static String fingerprint(Map<String, Dataset<Row>> tables, String place) {
    return tables.entrySet().stream()
        .map(e -> e.getValue().withColumn("dataset", lit(e.getKey())))
        .reduce(Dataset::union)
        .map(all -> TableSource.hash(all, place))
        .orElseThrow(() -> new DataException(place + " holds no transitions."));
  }

  private static Dataset<Row> select(
      Dataset<Row> rows, JobConfig config, Key<String> key, String uri) {
    boolean named = Arrays.asList(rows.columns()).contains("dataset");
    Optional<String> wanted = config.find(key);
    if (!named) {
      if (wanted.isPresent()) {
        throw config.invalid(key, Text.of("is set, but %s has no column dataset.", uri));
      }
      return rows;
    }
    List<String> there = datasets(rows);
    if (wanted.isEmpty() && there.size() > 1) {
      throw config.invalid(key, Text.of("must name one of the data sets of %s: %s.", uri, there));
    }
    if (wanted.isPresent() && !there.contains(wanted.get())) {
      throw config.invalid(
          key, Text.of("is \"%s\", but the data sets of %s are %s.", wanted.get(), uri, there));
    }
    return wanted.map(name -> rows.filter(isOf(name))).orElse(rows);
  }

  /** The data sets of a table with a column {@code dataset}, sorted. */
  static List<String> datasets(Dataset<Row> rows) {
    return rows.select(col("dataset").cast("string")).distinct().collectAsList().stream()
        .map(row -> String.valueOf(row.get(0)))
        .sorted()
        .toList();
  }

  /**
   * The rows with one kind of end: what is both terminal and timeout, which {@link
   * EpisodeWeights#notes} counts, is terminal.
   */
  Dataset<Row> ended() {
    return table.withColumn("timeout", col("timeout").and(not(col("terminal"))));
  }

  /** The columns by name, cast to their types; rows in raw order get episodes first. */
  private static Dataset<Row> normal(Dataset<Row> source, String uri) {
    refuseEpisodes(source, uri);
    Dataset<Row> rows = RawOrder.isRaw(source) ? RawOrder.read(source, uri) : source;
    List<String> columns = Arrays.asList(rows.columns());
    List<String> missing = REQUIRED.stream().filter(name -> !columns.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s lacks the columns %s of a transitions table; it has %s.",
              uri, missing, TableSource.columns(rows)));
    }
    List<Column> selected = new ArrayList<>();
    selected.add(typed(rows, "episode_id", "bigint", uri));
    selected.add(typed(rows, "step", "int", uri));
    selected.add(typed(rows, "observation", "array<double>", uri));
    selected.add(orNull(rows, "action", uri));
    selected.add(typed(rows, "reward", "double", uri));
    selected.add(orNull(rows, "next_observation", uri));
    selected.add(typed(rows, "terminal", "boolean", uri));
    selected.add(typed(rows, "timeout", "boolean", uri));
    return rows.select(selected.toArray(Column[]::new));
  }

  /** Rows with an id and an array of rewards are episodes; their order would be a guess. */
  private static void refuseEpisodes(Dataset<Row> rows, String uri) {
    List<String> columns = Arrays.asList(rows.columns());
    for (String rewards : List.of("reward", "rewards")) {
      if (columns.contains("episode_id")
          && columns.contains(rewards)
          && rows.schema().apply(rewards).dataType() instanceof ArrayType) {
        throw new DataException(
            Text.of(
                "%s: column %s holds arrays, so each row is an episode; expected a row for each"
                    + " transition. Explode the arrays (posexplode of arrays_zip gives the column"
                    + " step too); the columns are %s.",
                uri, rewards, TableSource.columns(rows)));
      }
    }
  }

  /** True or 1, false or 0; null for what is neither. */
  static Column flag(Column flag, DataType type) {
    return type instanceof BooleanType
        ? flag
        : when(flag.equalTo(1), true).when(flag.equalTo(0), false);
  }

  private static Column orNull(Dataset<Row> rows, String name, String uri) {
    return Arrays.asList(rows.columns()).contains(name)
        ? typed(rows, name, "array<double>", uri)
        : lit(null).cast("array<double>").as(name);
  }

  private static Column typed(Dataset<Row> rows, String name, String type, String uri) {
    DataType found = rows.schema().apply(name).dataType();
    boolean fits =
        switch (type) {
          case "bigint", "int" -> found instanceof IntegralType;
          case "double" -> found instanceof NumericType;
          case "boolean" -> found instanceof BooleanType || found instanceof NumericType;
          default -> found instanceof ArrayType array && array.elementType() instanceof NumericType;
        };
    if (!fits) {
      throw new DataException(
          Text.of("%s: column %s must be %s, is %s.", uri, name, type, found.simpleString()));
    }
    Column cell = col(name);
    return switch (type) {
      case "boolean" -> flag(cell, found).as(name);
      // what does not fit is missing, which validation counts; a cast may wrap
      case "int" -> when(cell.between(0, Integer.MAX_VALUE), cell).cast(type).as(name);
      default -> cell.cast(type).as(name);
    };
  }
}
