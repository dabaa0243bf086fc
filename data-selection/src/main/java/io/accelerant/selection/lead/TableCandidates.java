package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.accelerant.core.engine.Flat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Candidates of a table (lead.md 10). Of the rows that no training has seen only those are read
 * that can be wanted, by their rank; what it said of others is read with them. The driver keeps a
 * few numbers for each group, and the rows of the moment's choice.
 */
final class TableCandidates implements Candidates {
  private static final String[] COLUMNS = {"row", "id", "task", "utility", "idu", "uses"};

  private final RankedPool pool;
  private final IduTable changed;
  private final boolean moves;
  private final int most;
  private final long[][] sizes;

  /** Rows that training has seen, by cluster and task. */
  private final long[][] seen;

  /** Those of them that cannot be used again. */
  private final long[][] usedUp;

  /**
   * Before the first round.
   *
   * @param moves whether rows are ordered by their IDU, not by something that stays
   * @param clusters of the pool, empty ones included
   * @param most uses of a row
   */
  TableCandidates(
      RankedPool pool, IduTable changed, boolean moves, int clusters, int tasks, int most) {
    this.pool = pool;
    this.changed = changed;
    this.moves = moves;
    this.most = most;
    this.sizes = pool.sizes(clusters, tasks);
    this.seen = new long[clusters][tasks];
    this.usedUp = new long[clusters][tasks];
  }

  @Override
  public long[] available(int cluster) {
    long[] available = sizes[cluster].clone();
    Arrays.setAll(available, task -> available[task] - usedUp[cluster][task]);
    return available;
  }

  @Override
  public List<Candidate> top(int cluster, long[] quotas) {
    return chosen(cluster, quotas).collectAsList().stream()
        .map(TableCandidates::candidate)
        .sorted(
            Comparator.comparingInt(Candidate::task)
                .thenComparing(Comparator.comparingDouble(Candidate::utility).reversed())
                .thenComparingLong(Candidate::id))
        .toList();
  }

  private static Candidate candidate(Row row) {
    return new Candidate(
        row.getInt(0),
        row.getLong(1),
        row.getInt(2),
        row.getDouble(3),
        row.getDouble(4),
        row.getInt(5));
  }

  /** In any order. */
  Dataset<Row> chosen(int cluster, long[] quotas) {
    long[] first = quotas.clone();
    // at worst, all that were seen stood before those that are wanted
    Arrays.setAll(first, task -> quotas[task] == 0 ? 0 : quotas[task] + seen[cluster][task]);
    Dataset<Row> unseen = pool.first(cluster, first);
    if (Arrays.stream(seen[cluster]).sum() == 0) {
      return columns(unseen.withColumn("uses", lit(0)));
    }
    Column place =
        row_number().over(Window.partitionBy("task").orderBy(col("utility").desc(), col("id")));
    Column[] ofTask = Arrays.stream(quotas).mapToObj(q -> lit(q)).toArray(Column[]::new);
    return columns(
        changed
            .with(unseen, cluster)
            .where(col("uses").lt(most))
            .withColumn("place", place)
            .where(col("place").leq(element_at(array(ofTask), col("task").plus(1)))));
  }

  private static Dataset<Row> columns(Dataset<Row> rows) {
    return rows.select(Arrays.stream(COLUMNS).map(name -> col(name)).toArray(Column[]::new));
  }

  @Override
  public void trained(int round, int cluster, List<Candidate> rows, double[] idu) {
    List<Candidate> after = new ArrayList<>();
    for (int i = 0; i < idu.length; i++) {
      Candidate row = rows.get(i);
      double utility = moves ? idu[i] : row.utility();
      int uses = row.uses() + 1;
      after.add(new Candidate(row.row(), row.id(), row.task(), utility, idu[i], uses));
      seen[cluster][row.task()] += uses == 1 ? 1 : 0;
      usedUp[cluster][row.task()] += uses == most ? 1 : 0;
    }
    changed.add(round, cluster, after);
  }

  /** Nothing: the table of what training changed has it. */
  @Override
  public Map<String, Flat> state() {
    return Map.of();
  }

  @Override
  public void restore(int done, Map<String, Flat> state) {
    changed.standAfter(done);
    for (int cluster = 0; cluster < sizes.length; cluster++) {
      Arrays.fill(seen[cluster], 0);
      Arrays.fill(usedUp[cluster], 0);
    }
    changed
        .all()
        .groupBy("cluster", "task")
        .agg(count(lit(1)), count_if(col("uses").geq(most)))
        .collectAsList()
        .forEach(
            row -> {
              seen[row.getInt(0)][row.getInt(1)] = row.getLong(2);
              usedUp[row.getInt(0)][row.getInt(1)] = row.getLong(3);
            });
  }
}
