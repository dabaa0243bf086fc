package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What must hold of a transitions table before anything is computed from it: counts of every
 * violation, and the first rows that violate.
 */
final class Validation {
  /** Longest episode; keeps sums of squared steps within 64 bits. */
  static final int LONGEST = 1 << 20;

  private static final int SHOWN = 5;

  private Validation() {}

  /**
   * What the rows are like.
   *
   * @param dimension numbers of an observation
   * @param largestReward largest |reward|
   * @param smallestReward smallest |reward| that is not 0; 0 if there is none
   * @param notes what is odd but has a reading
   */
  record Rows(
      long transitions,
      int dimension,
      double largestReward,
      double smallestReward,
      List<String> notes) {}

  private static Column isNot(Column number) {
    return number.isNull().or(isnan(number)).or(abs(number).equalTo(Double.POSITIVE_INFINITY));
  }

  private static Map<String, Column> rules(int dimension) {
    Map<String, Column> rules = new LinkedHashMap<>();
    rules.put("no episode_id", col("episode_id").isNull());
    rules.put("no step, or outside 0.." + (LONGEST - 1), notAStep());
    rules.put("reward is missing or not finite", isNot(col("reward")));
    rules.put(
        "observation is not " + dimension + " finite numbers",
        col("observation").isNull().or(isNot(col("observation"), dimension)));
    rules.put(
        "next_observation is not " + dimension + " finite numbers",
        col("next_observation").isNotNull().and(isNot(col("next_observation"), dimension)));
    rules.put(
        "action holds what is no finite number",
        col("action").isNotNull().and(isNotFinite(col("action"))));
    rules.put(
        "terminal or timeout is missing, or neither 0 nor 1",
        col("terminal").isNull().or(col("timeout").isNull()));
    return rules;
  }

  private static Column isNot(Column numbers, int dimension) {
    return size(numbers).notEqual(dimension).or(isNotFinite(numbers));
  }

  private static Column isNotFinite(Column numbers) {
    return holds(numbers, Double.NaN)
        .or(holds(numbers, Double.POSITIVE_INFINITY))
        .or(holds(numbers, Double.NEGATIVE_INFINITY));
  }

  /** Whether an array holds the number, or a null; unlike a lambda it is compiled. */
  private static Column holds(Column numbers, double number) {
    return coalesce(array_contains(numbers, number), lit(true));
  }

  private static Column notAStep() {
    return col("step").isNull().or(col("step").lt(0)).or(col("step").geq(LONGEST));
  }

  /**
   * One pass over the rows.
   *
   * @throws DataException with counts and the first offending rows
   */
  static Rows rows(Dataset<Row> table, String uri) {
    Dataset<Row> observed = table.filter(col("observation").isNotNull());
    int dimension =
        observed.select(size(col("observation"))).limit(1).collectAsList().stream()
            .findFirst()
            .map(row -> row.getInt(0))
            .orElse(0);
    Map<String, Column> rules = rules(dimension);
    List<Column> counts =
        new ArrayList<>(
            List.of(
                max(abs(col("reward"))),
                min(when(col("reward").notEqual(0), abs(col("reward")))),
                violations(col("terminal").and(col("timeout")))));
    rules.values().forEach(rule -> counts.add(violations(rule)));
    Row found = table.agg(count(lit(1)), counts.toArray(Column[]::new)).head();
    if (found.getLong(0) == 0) {
      throw new DataException(uri + " holds no transitions.");
    }
    refuse(
        table,
        rules,
        found,
        4,
        uri,
        List.of("episode_id", "step", "reward", "observation", "action", "next_observation"));
    return new Rows(
        found.getLong(0),
        dimension,
        found.getDouble(1),
        found.isNullAt(2) ? 0 : found.getDouble(2),
        notes(found.getLong(3)));
  }

  /** D4RL has such rows: an episode that fails in its last allowed step. */
  private static List<String> notes(long both) {
    return both == 0
        ? List.of()
        : List.of(
            Text.of(
                "%,d transitions are both terminal and timeout: they count as terminal.", both));
  }

  private static Column violations(Column rule) {
    return sum(when(rule, 1L).otherwise(0L));
  }

  /** Columns that {@link #episodes} needs, aggregated by episode. */
  static List<Column> facts() {
    Column step = col("step").cast("bigint");
    return List.of(
        max(col("step")).as("last"),
        sum(step).as("steps"),
        sum(step.multiply(step)).as("squares"),
        max(when(col("terminal").or(col("timeout")), col("step")).otherwise(-1)).as("end"),
        sum(when(col("terminal").or(col("timeout")), 1).otherwise(0)).as("ends"));
  }

  /**
   * Steps must be 0 .. T-1, each once, which count, largest, sum and sum of squares tell; an end
   * must be the last step.
   */
  static void episodes(Dataset<Row> episodes, String uri) {
    Column n = col("length");
    Column sum = n.multiply(n.minus(1)); // twice the sum of 0..n-1
    Column squares = sum.multiply(n.multiply(2).minus(1)); // six times the sum of squares
    Map<String, Column> rules = new LinkedHashMap<>();
    rules.put(
        "steps are not 0, 1, 2, .. without gap or double (or several episodes have one episode_id)",
        col("last")
            .plus(1)
            .notEqual(n)
            .or(col("steps").multiply(2).notEqual(sum))
            .or(col("squares").multiply(6).notEqual(squares)));
    rules.put(
        "goes on after a terminal or timeout",
        col("ends").gt(1).or(col("ends").equalTo(1).and(col("end").lt(col("last")))));
    Column[] counts = rules.values().stream().map(Validation::violations).toArray(Column[]::new);
    Row found = episodes.agg(count(lit(1)), counts).head();
    refuse(episodes, rules, found, 1, uri, List.of("episode_id", "length", "last", "ends"));
  }

  private static void refuse(
      Dataset<Row> table,
      Map<String, Column> rules,
      Row found,
      int offset,
      String uri,
      List<String> shown) {
    List<String> wrong = new ArrayList<>();
    Column any = lit(false);
    int rule = offset;
    for (Map.Entry<String, Column> entry : rules.entrySet()) {
      long count = found.getLong(rule++);
      if (count > 0) {
        wrong.add(count + " x " + entry.getKey());
        any = any.or(entry.getValue());
      }
    }
    if (wrong.isEmpty()) {
      return;
    }
    List<String> examples = new ArrayList<>();
    for (Row row :
        table.filter(any).orderBy(shown.get(0), shown.get(1)).limit(SHOWN).collectAsList()) {
      List<String> cells = new ArrayList<>();
      shown.forEach(name -> cells.add(name + " " + text(row.get(row.fieldIndex(name)))));
      examples.add(String.join(", ", cells));
    }
    throw new DataException(
        Text.of(
            "%s is no valid transitions table: %s. The first of them: %s.",
            uri, String.join("; ", wrong), String.join(" | ", examples)));
  }

  private static String text(Object cell) {
    String text =
        cell instanceof scala.collection.Seq<?> seq ? seq.mkString("[", ", ", "]") : "" + cell;
    return text.length() > 80 ? text.substring(0, 80) + ".." : text;
  }
}
