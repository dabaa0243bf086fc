package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.selection.subset.SubsetMode;
import io.accelerant.selection.subset.SubsetPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ids by place, ranks by hash, and slots in directories. */
class StoredSubsetsTest extends SparkTest {
  @TempDir Path folder;

  @Test
  void idsFollowFilesAndPlacesHoweverSparkReadsThem() {
    String uri = folder.resolve("table").toString();
    spark().range(10_000).selectExpr("id * 3 as v").repartition(9).write().parquet(uri);
    List<List<Row>> read = new ArrayList<>();
    for (String bytes : List.of("128m", "2k")) {
      spark().conf().set("spark.sql.files.maxPartitionBytes", bytes);
      try {
        Dataset<Row> numbered = DenseIds.assign(spark().read().parquet(uri), "id");
        assertThat(numbered.columns()).containsExactly("id", "v");
        assertThat(DenseIds.require(numbered, "id", "table")).isEqualTo(10_000);
        read.add(numbered.orderBy("id").collectAsList());
      } finally {
        spark().conf().unset("spark.sql.files.maxPartitionBytes");
      }
    }
    assertThat(read.get(0)).isEqualTo(read.get(1));
  }

  private static Set<Long> ids(Dataset<Row> rows) {
    return new HashSet<>(rows.select("id").as(Encoders.LONG()).collectAsList());
  }

  private static SubsetPlan plan(SubsetMode mode) {
    return SubsetPlan.of(mode, 20_011, 0.07, false);
  }

  private static Dataset<Row> keyed() {
    return spark().range(20_011).selectExpr("concat('k', id * 17) as key", "id");
  }

  @ParameterizedTest
  @EnumSource(SubsetMode.class)
  void aKeyRanksRowsExactlyAsASortWould(SubsetMode mode) {
    SubsetPlan plan = plan(mode);
    KeyedSubsets subsets = new KeyedSubsets(keyed().repartition(5), "key", plan, -3, "t");
    for (long e : new long[] {0, plan.slots() + 1L}) {
      var block = plan.round(e);
      List<String> sorted =
          keyed()
              .orderBy(xxhash64(col("key"), lit(-3L), lit(block.pass())), col("key"))
              .select("key")
              .as(Encoders.STRING())
              .collectAsList()
              .subList((int) block.from(), (int) block.to());
      assertThat(subsets.round(e).select("key").as(Encoders.STRING()).collectAsList())
          .hasSize((int) plan.size())
          .satisfies(found -> assertThat(new HashSet<>(found)).isEqualTo(new HashSet<>(sorted)));
    }
  }

  @Test
  void keyedRoundsDoNotDependOnPartitionsAndExchangeNothing() {
    List<Set<Long>> rounds = new ArrayList<>();
    try (StageMeter meter = new StageMeter(spark().sparkContext())) {
      for (int partitions : new int[] {1, 7, 40}) {
        Dataset<Row> table = keyed().repartition(partitions).cache();
        table.count();
        KeyedSubsets subsets =
            new KeyedSubsets(table, "id", plan(SubsetMode.WITHOUT_REPLACEMENT), 42, "t");
        meter.reset();
        Set<Long> union = new HashSet<>();
        for (int e = 0; e < 14; e++) {
          List<Long> ids = subsets.round(e).select("id").as(Encoders.LONG()).collectAsList();
          assertThat(ids).hasSize(1401);
          union.addAll(ids);
          rounds.add(new HashSet<>(ids));
        }
        assertThat(union).hasSize(14 * 1401);
        assertThat(meter.exchangeBytes()).isZero();
        table.unpersist();
      }
    }
    assertThat(rounds.subList(0, 14))
        .isEqualTo(rounds.subList(14, 28))
        .isEqualTo(rounds.subList(28, 42));
  }

  @Test
  void aBareThresholdIsBinomial() {
    Set<Long> sizes = new HashSet<>();
    for (int e = 0; e < 5; e++) {
      long size = KeyedSubsets.approximate(keyed(), "id", 0.07, 42, e).count();
      assertThat(size).isBetween(1401L - 181, 1401L + 181); // five standard deviations
      sizes.add(size);
    }
    assertThat(sizes).hasSizeGreaterThan(2);
    assertThat(KeyedSubsets.approximate(keyed(), "id", 1, 42, 0).count()).isEqualTo(20_011);
  }

  @Test
  void keysThatAreNotUniqueOrOfAnotherTypeAreRefused() {
    SubsetPlan plan = SubsetPlan.of(SubsetMode.STATIC, 100, 0.5, false);
    Dataset<Row> twins = spark().range(100).selectExpr("0 as key", "1.5 as x");
    assertThatThrownBy(() -> new KeyedSubsets(twins, "key", plan, 1, "t").round(0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("must be unique");
    assertThatThrownBy(() -> new KeyedSubsets(twins, "x", plan, 1, "t"))
        .hasMessageContaining("whole number or a text, is decimal");
    assertThatThrownBy(() -> new KeyedSubsets(twins, "y", plan, 1, "t"))
        .hasMessageContaining("no column \"y\"");
    Dataset<Row> more = spark().range(101).toDF("key");
    assertThatThrownBy(() -> new KeyedSubsets(more, "key", plan, 1, "t").round(0))
        .hasMessageContaining("101 rows, the plan was made for 100");
  }

  @Test
  void aSlotReadsItsOwnBytesOnly() {
    String uri = folder.resolve("slots").toString();
    Dataset<Row> table = spark().range(0, 60_000, 1, 2).selectExpr("id", "uuid() as payload");
    try (RandomSubsets subsets = RandomSubsets.of(table, "id").ratio(0.1).open();
        StageMeter meter = new StageMeter(spark().sparkContext())) {
      meter.reset();
      SlotLayout layout = SlotLayout.write(subsets, 0, uri);
      assertThat(meter.exchangeBytes()).isZero();
      meter.reset();
      spark()
          .read()
          .parquet(uri)
          .select("id", "payload")
          .write()
          .format("noop")
          .mode("overwrite")
          .save();
      long all = meter.inputBytes();
      for (int slot : new int[] {0, 4, 9}) {
        meter.reset();
        layout.slot(slot).select("id", "payload").write().format("noop").mode("overwrite").save();
        assertThat(meter.inputBytes()).isBetween((long) (0.09 * all), (long) (0.11 * all));
        assertThat(ids(layout.slot(slot))).hasSize(6000).isEqualTo(ids(subsets.round(slot)));
      }
      Set<Integer> second = new HashSet<>();
      for (int e = 10; e < 20; e++) {
        second.add(layout.slotOf(e, 42));
      }
      assertThat(second).hasSize(10).allMatch(slot -> slot >= 0 && slot < 10);
      assertThat(layout.slotOf(3, 42)).isEqualTo(3);
    }
  }

  @Test
  void aLayoutKeepsTheRowsThatSitOut() {
    String uri = folder.resolve("rest").toString();
    try (RandomSubsets subsets =
        RandomSubsets.of(spark().range(20).toDF("id"), "id").ratio(0.3).open()) {
      SlotLayout layout = SlotLayout.write(subsets, 2, uri);
      assertThat(spark().read().parquet(uri).count()).isEqualTo(20);
      assertThat(layout.slot(3).count()).isEqualTo(2);
      assertThat(SlotLayout.open(spark(), uri, 3).slot(1).count()).isEqualTo(6);
    }
  }
}
