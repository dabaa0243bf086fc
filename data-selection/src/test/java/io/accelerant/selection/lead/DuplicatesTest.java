package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.prompt.Prompt;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DuplicatesTest extends SparkTest {
  private static final int[] LONG = IntStream.range(0, 40).toArray();

  private static Dataset<Row> table;
  private static PoolIndex index;

  @BeforeAll
  static void readOnce() {
    List<Prompt> rows =
        List.of(
            PromptRows.row(70, "t", 2, 1, 2, 3), // in no order
            PromptRows.row(20, "t", 2, 1, 2, 3),
            PromptRows.row(30, "t", 1, 1, 2, 3), // cut elsewhere
            PromptRows.row(40, "t", 9, LONG),
            PromptRows.row(50, "t", 9, changed(20)), // of 38 runs 35 are shared
            PromptRows.row(60, "t", 9, changed(20)),
            PromptRows.row(65, "t", 9, changed(20, 30)), // like 50, less like 40
            PromptRows.row(80, "t", 9, changed(5, 15, 25, 35)));
    table = PromptRows.table(spark(), rows);
    index = PoolIndex.of(table, "task", "a test");
  }

  private static int[] changed(int... places) {
    int[] ids = LONG.clone();
    for (int place : places) {
      ids[place] = 100 + place;
    }
    return ids;
  }

  private static int[] copies(Guard.Duplicates which) {
    return new Duplicates(table, index).find(which);
  }

  @Test
  void rowsAreNumberedInOrderOfId() {
    assertThat(index.ids()).containsExactly(20, 30, 40, 50, 60, 65, 70, 80);
  }

  @Test
  void exactCopiesAreThoseOfTheSameTokensAndCut() {
    assertThat(copies(Guard.Duplicates.EXACT)).containsExactly(-1, -1, -1, -1, 3, -1, 0, -1);
  }

  @Test
  void nearCopiesRepeatTheFirstRowThatRepeatsNone() {
    // 65 is like 50 (.84) alone, which is out: it is kept. 30 has the tokens of 20.
    assertThat(copies(Guard.Duplicates.NEAR)).containsExactly(-1, 0, -1, 2, 2, -1, 0, -1);
  }

  @Test
  void nothingIsLookedForWhereCopiesAreKept() {
    assertThat(copies(Guard.Duplicates.KEEP)).containsOnly(-1);
  }

  @Test
  void partitionsDoNotMatter() {
    assertThat(new Duplicates(table.repartition(7), index).find(Guard.Duplicates.NEAR))
        .isEqualTo(copies(Guard.Duplicates.NEAR));
  }
}
