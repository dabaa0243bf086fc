package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * LEAD's choice of rows of a table, for a training of one's own: {@link #next} says what to train
 * on, {@link #end} takes the losses that were seen. As published, without the guard and without the
 * gradients' estimate: leave out what should not be chosen before.
 */
public final class TableSelection {
  /** Weight of history and exploration, as published. */
  private static final double SHARE = 0.1;

  private final Selection selection;
  private Selection.Round round;

  private TableSelection(Selection selection) {
    this.selection = selection;
  }

  /**
   * Ranks the rows once, and writes them by cluster.
   *
   * @param rows columns {@code row} (from 0 in order of id), {@code id}, {@code cluster} and {@code
   *     task} (from 0), {@code loss} (of the answer by the untouched model, nats a token)
   * @param uri of a folder, where what training changes is kept as well
   * @param budget uses of rows over all rounds
   */
  public static TableSelection open(
      Dataset<Row> rows, String uri, int clusters, int tasks, long budget, int rounds, long seed) {
    RankedPool pool =
        RankedPool.write(
            rows.withColumn("utility", col("loss")).withColumnRenamed("loss", "idu"),
            uri + "/pool");
    Rule rule =
        new Rule(
            budget,
            rounds,
            0,
            Rule.Count.USES,
            SHARE,
            SHARE,
            LossChange.Kind.NONE,
            new Guard(1, Guard.Duplicates.KEEP, 1),
            Integer.MAX_VALUE);
    Arm arm = Arm.LEAD_FAITHFUL;
    return new TableSelection(
        new Selection(
            rule,
            arm,
            seed,
            clusters,
            new TableCandidates(
                pool,
                new IduTable(rows.sparkSession(), uri + "/idu"),
                true,
                clusters,
                tasks,
                rule.uses(arm))));
  }

  /** Whether the budget is used, or nothing is left. */
  public boolean isOver() {
    return selection.isOver();
  }

  /** Ids of the rows of the next round, in the order to train on them. */
  public long[] next() {
    round = selection.next();
    return round.rows().stream().mapToLong(Candidates.Candidate::id).toArray();
  }

  /** Cluster that the round was drawn from. */
  public int cluster() {
    return round.cluster();
  }

  /**
   * Ends the round.
   *
   * @param losses of its rows in their order, each before the update that it was part of
   */
  public void end(double[] losses) {
    if (losses.length != round.rows().size()) {
      throw new IllegalArgumentException(
          losses.length + " losses of " + round.rows().size() + " rows");
    }
    selection.end(round, losses, Selection.Measured.NOTHING);
  }
}
