package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.selection.subset.Block;
import io.accelerant.selection.subset.SubsetMode;
import io.accelerant.selection.subset.SubsetPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RandomSubsetsTest extends SparkTest {
  private static Dataset<Row> table(long rows) {
    return spark().range(rows).selectExpr("id", "id % 7 as label", "concat('row ', id) as text");
  }

  private static Set<Long> ids(Dataset<Row> round) {
    List<Long> found = round.select("id").as(Encoders.LONG()).collectAsList();
    Set<Long> ids = new TreeSet<>(found);
    assertThat(ids).hasSameSizeAs(found);
    return ids;
  }

  private static Set<Long> expected(SubsetPlan plan, long seed, long round) {
    Block block = plan.round(round);
    var pi = PermutationKind.AUTO.of(plan.rows(), seed, block.pass());
    Set<Long> ids = new TreeSet<>();
    LongStream.range(block.from(), block.to()).forEach(at -> ids.add(pi.id(at)));
    return ids;
  }

  @ParameterizedTest
  @CsvSource({
    "WITHOUT_REPLACEMENT, false",
    "WITHOUT_REPLACEMENT, true",
    "WITH_REPLACEMENT, false",
    "STATIC, false"
  })
  void roundsAreThoseOfTheMathematicsHoweverTheyAreAskedFor(SubsetMode mode, boolean balanced) {
    SubsetPlan plan = SubsetPlan.of(mode, 1003, 0.3, balanced);
    try (RandomSubsets subsets =
        RandomSubsets.of(table(1003), "id")
            .ratio(0.3)
            .mode(mode)
            .balanced(balanced)
            .seed(-5)
            .open()) {
      Map<Long, Set<Long>> atOnce = new HashMap<>();
      for (long pass = 0; pass < plan.passes(5); pass++) {
        for (Row row : subsets.rounds(pass, 5).select("round", "id").collectAsList()) {
          atOnce.computeIfAbsent(row.getLong(0), e -> new TreeSet<>()).add(row.getLong(1));
        }
      }
      assertThat(atOnce).hasSize(5);
      for (long e = 0; e < 5; e++) {
        assertThat(ids(subsets.round(e)))
            .isEqualTo(expected(plan, -5, e))
            .isEqualTo(atOnce.get(e))
            .hasSize((int) subsets.size(e));
      }
    }
  }

  @Test
  void theSameIdsWhateverThePartitionsTheOrderAndTheExecution() {
    List<Set<Long>> rounds = new ArrayList<>();
    Dataset<Row> table = table(20_000);
    List<Dataset<Row>> inputs =
        List.of(
            table.repartition(1),
            table.repartition(7),
            table.repartition(200),
            table.repartition(7).coalesce(2),
            table.orderBy(rand(3)));
    for (int i = 0; i < inputs.size(); i++) {
      spark().conf().set("spark.sql.adaptive.enabled", Boolean.toString(i % 2 == 0));
      try (RandomSubsets subsets = RandomSubsets.of(inputs.get(i), "id").ratio(0.01).open()) {
        rounds.add(ids(subsets.round(101)));
      } finally {
        spark().conf().unset("spark.sql.adaptive.enabled");
      }
    }
    assertThat(rounds).containsOnly(rounds.get(0));
    assertThat(rounds.get(0)).hasSize(200);
    assertThat(rounds.get(0))
        .isEqualTo(
            expected(SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, 20_000, 0.01, false), 42, 101));
  }

  @Test
  void aRoundExchangesNothingAndReadsWhatIsKept() {
    try (RandomSubsets subsets = RandomSubsets.of(table(50_000), "id").ratio(0.1).open();
        StageMeter meter = new StageMeter(spark().sparkContext())) {
      subsets.round(0).count();
      meter.reset();
      for (int e = 0; e < 10; e++) {
        List<Row> rows = new ArrayList<>();
        subsets.round(e).select("text").toLocalIterator().forEachRemaining(rows::add);
        assertThat(rows).hasSize(5000);
        String plan = subsets.round(e).queryExecution().executedPlan().toString();
        assertThat(plan).contains("InMemoryTableScan").doesNotContain("Exchange");
        // the scan prints what it was cached from; the round itself calls no function of ours
        assertThat(plan.substring(0, plan.indexOf("InMemoryTableScan"))).doesNotContain("UDF");
      }
      assertThat(meter.exchangeBytes()).isZero();
      assertThat(meter.inputBytes()).isPositive();
    }
  }

  @Test
  void aRunThatBeginsInTheMiddleHasTheSameRounds() {
    List<Set<Long>> whole = new ArrayList<>();
    try (RandomSubsets subsets = RandomSubsets.of(table(1000), "id").ratio(0.25).open()) {
      for (int e = 0; e < 10; e++) {
        whole.add(ids(subsets.round(e)));
      }
    }
    try (RandomSubsets resumed = RandomSubsets.of(table(1000), "id").ratio(0.25).open()) {
      for (int e : new int[] {6, 7, 8, 9, 2}) {
        assertThat(ids(resumed.round(e))).isEqualTo(whole.get(e));
      }
    }
  }

  /** Sorted by position, blocks of a pass are that pass's shuffled order. */
  @Test
  void positionsGiveTheOrderInsideARound() {
    try (RandomSubsets subsets = RandomSubsets.of(table(100), "id").ratio(0.25).seed(9).open()) {
      List<Long> order = new ArrayList<>();
      for (int e = 0; e < 4; e++) {
        order.addAll(
            subsets.round(e).orderBy("position").select("id").as(Encoders.LONG()).collectAsList());
      }
      var pi = PermutationKind.AUTO.of(100, 9, 0);
      assertThat(order)
          .containsExactlyElementsOf(LongStream.range(0, 100).mapToObj(pi::id).toList());
    }
  }

  @Test
  void everyClassGivesItsShareInEveryRound() {
    Dataset<Row> table =
        spark().range(1000).selectExpr("id", "if(id % 10 = 0, 'rare', concat('c', id % 3)) as c");
    Set<Long> union = new HashSet<>();
    List<Set<Long>> rounds = new ArrayList<>();
    for (int partitions : new int[] {1, 7}) {
      try (RandomSubsets subsets =
          RandomSubsets.of(table.repartition(partitions), "id").ratio(0.1).stratify("c").open()) {
        assertThat(subsets.roundsPerPass()).isEqualTo(10);
        for (int e = 0; e < 10; e++) {
          Dataset<Row> round = subsets.round(e);
          assertThat(round.columns()).containsExactly("id", "c", "position");
          Map<String, Long> counts = new HashMap<>();
          round
              .groupBy("c")
              .count()
              .collectAsList()
              .forEach(r -> counts.put(r.getString(0), r.getLong(1)));
          assertThat(counts).isEqualTo(Map.of("rare", 10L, "c0", 30L, "c1", 30L, "c2", 30L));
          rounds.add(ids(round));
        }
        assertThat(
                subsets
                    .rounds(0, 12)
                    .filter(col("round").equalTo(3))
                    .select("id")
                    .as(Encoders.LONG())
                    .collectAsList())
            .containsExactlyInAnyOrderElementsOf(rounds.get(rounds.size() - 7));
      }
    }
    assertThat(rounds.subList(0, 10)).isEqualTo(rounds.subList(10, 20));
    rounds.subList(0, 10).forEach(union::addAll);
    assertThat(union).hasSize(1000);
  }

  @Test
  void balancedStrataLeaveNobodyOut() {
    Dataset<Row> table = spark().range(103).selectExpr("cast(id as int) as id", "id % 3 as c");
    try (RandomSubsets subsets =
        RandomSubsets.of(table, "id").ratio(0.1).stratify("c").balanced(true).open()) {
      assertThat(subsets.rounds(1, 100).count()).isEqualTo(103);
      assertThat(subsets.rounds(1, 100).select("round").distinct().count()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @EnumSource(SubsetMode.class)
  void smallTablesAndRatiosGiveEmptyOrWholeRounds(SubsetMode mode) {
    for (long rows : new long[] {0, 1, 2, 3}) {
      for (double ratio : new double[] {0.1, 1}) {
        try (RandomSubsets subsets =
            RandomSubsets.of(table(rows), "id")
                .ratio(ratio)
                .mode(mode)
                .storage(StorageLevel.NONE())
                .open()) {
          assertThat(subsets.round(1).count()).isEqualTo(ratio == 1 ? rows : 0);
        }
      }
    }
  }

  @Test
  void idsAboveTheRangeOfIntAreDense() {
    long rows = (1L << 31) + 10;
    SubsetPlan plan = SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, 0.5, false);
    var pi = PermutationKind.AUTO.of(rows, 42, 0);
    long some =
        spark()
            .range(rows - 1000, rows)
            .toDF("id")
            .withColumn("position", Positions.of(col("id"), PermutationKind.AUTO, rows, 42, 0))
            .filter(col("position").lt(plan.size()))
            .count();
    assertThat(some)
        .isEqualTo(
            LongStream.range(rows - 1000, rows).filter(id -> pi.position(id) < plan.size()).count())
        .isBetween(400L, 600L);
  }

  @Test
  void whatIsWrongWithIdsAndClassesIsNamed() {
    refused(table(10).selectExpr("id * 2 as id"), "ids from 0 to 18 in 10 rows");
    refused(table(10).selectExpr("id + 1 as id"), "ids from 1 to 10");
    refused(
        table(10).selectExpr("if(id = 4, 5, id) as id"), "id 5 of column \"id\" is there 2 times");
    refused(table(10).selectExpr("if(id = 4, null, id) as id"), "null in 1 rows");
    refused(table(10).selectExpr("text as id"), "whole numbers 0, 1, .., is string");
    refused(table(10).selectExpr("text"), "no column \"id\"; its columns are text (string)");
    refused(table(10).selectExpr("id", "text as position"), "rename it");
    assertThatThrownBy(() -> RandomSubsets.of(table(9), "id").stratify("class").open())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no column \"class\" to stratify by");
    assertThatThrownBy(
            () ->
                RandomSubsets.of(table(9).selectExpr("id", "if(id = 3, null, 1) as c"), "id")
                    .stratify("c")
                    .open())
        .hasMessageContaining("null in 1 rows");
    assertThatThrownBy(() -> RandomSubsets.of(table(20_000), "id").stratify("text").open())
        .hasMessageContaining("more than 10000 values");
  }

  private static void refused(Dataset<Row> table, String message) {
    assertThatThrownBy(() -> RandomSubsets.of(table, "id").called("ann.parquet").open())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("ann.parquet")
        .hasMessageContaining(message);
  }
}
