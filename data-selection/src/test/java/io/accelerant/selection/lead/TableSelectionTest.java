package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole selections over a table. */
class TableSelectionTest extends SparkTest {
  private static final int ROUNDS = 4;
  private static final long SEED = 3;

  @TempDir Path folder;

  private TableSelection open(PoolRows pool, boolean[] eligible, long budget) {
    try (PoolTable table = new PoolTable(context(), pool, Arm.LEAD_FAITHFUL, eligible, SEED)) {
      Dataset<Row> rows = table.rows().drop("utility").withColumnRenamed("idu", "loss");
      return TableSelection.open(rows, folder.toString(), 3, 3, budget, ROUNDS, SEED);
    }
  }

  private static double[] losses(long[] ids, int round) {
    return Arrays.stream(ids).mapToDouble(id -> (id * 31 + round * 17) % 29 / 8.0).toArray();
  }

  @Test
  void choosesWhatASelectionInMemoryChooses() {
    PoolRows pool = TableCandidatesTest.pool();
    boolean[] eligible = TableCandidatesTest.eligible();
    TableSelection table = open(pool, eligible, 60);
    Rule rule =
        new Rule(
            60,
            ROUNDS,
            0,
            Rule.Count.USES,
            0.1,
            0.1,
            LossChange.Kind.NONE,
            new Guard(1, Guard.Duplicates.KEEP, 1),
            16);
    Selection memory =
        new Selection(
            rule,
            Arm.LEAD_FAITHFUL,
            SEED,
            3,
            new MemoryCandidates(pool, Arm.LEAD_FAITHFUL, 3, eligible, 4, SEED));
    while (!memory.isOver()) {
      Selection.Round round = memory.next();
      long[] ids = round.rows().stream().mapToLong(Candidates.Candidate::id).toArray();
      assertThat(table.isOver()).isFalse();
      assertThat(table.next()).isEqualTo(ids);
      assertThat(table.cluster()).isEqualTo(round.cluster());
      memory.end(round, losses(ids, round.number()), Selection.Measured.NOTHING);
      table.end(losses(ids, round.number()));
    }
    assertThat(table.isOver()).isTrue();
  }

  @Test
  void asManyLossesAsRows() {
    TableSelection table = open(TableCandidatesTest.pool(), TableCandidatesTest.eligible(), 20);
    table.next();
    assertThatThrownBy(() -> table.end(new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 losses of 5 rows");
  }
}
