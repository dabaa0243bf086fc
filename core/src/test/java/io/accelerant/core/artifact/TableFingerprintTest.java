package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFingerprintTest {
  private static SparkSession spark;

  @TempDir static Path dir;

  /** A session of its own on whatever context there is; plans here are too small to compile. */
  @BeforeAll
  static void start() {
    SparkSession shared =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.warehouse.dir", dir.toUri().toString())
            .getOrCreate();
    shared.sparkContext().setLogLevel("ERROR");
    spark = shared.newSession();
    spark.conf().set("spark.sql.shuffle.partitions", "2");
    spark.conf().set("spark.sql.codegen.wholeStage", "false");
    spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
  }

  private static String of(String sql) {
    return TableFingerprint.of(spark.sql(sql));
  }

  private static Dataset<Row> table() {
    return spark.sql(
        "select id, cast(id % 3 as string) as part, id / 7 as x, array(id, null) as a,"
            + " named_struct('y', id, 'z', if(id % 2 = 0, null, 'o')) as s, map('k', id, 'l', 1L) as m"
            + " from range(100)");
  }

  @Test
  void orderPartitioningAndFilesDoNotCount() {
    String expected = TableFingerprint.of(table());
    assertThat(expected).matches("[0-9a-f]{64}");
    assertThat(TableFingerprint.of(table().orderBy(org.apache.spark.sql.functions.rand(3))))
        .isEqualTo(expected);
    assertThat(TableFingerprint.of(table().repartition(7))).isEqualTo(expected);

    String uri = dir.resolve("t").toString();
    table().write().partitionBy("part").parquet(uri);
    Dataset<Row> back = spark.read().schema(table().schema()).parquet(uri);
    assertThat(TableFingerprint.of(back)).isEqualTo(expected);
  }

  @Test
  void everyDifferenceCounts() {
    List<String> tables =
        List.of(
            "select 1 as a, 2 as b",
            "select 2 as a, 1 as b",
            "select 1L as a, 2 as b",
            "select 1 as a, 2 as c",
            "select 1 as a",
            "select 1 as a from range(2)",
            "select 1 as a from range(3)",
            "select 1 as a from range(0)",
            "select cast(null as int) as a, 1 as b",
            "select 1 as a, cast(null as int) as b",
            "select 'ab' as a, 'c' as b",
            "select 'a' as a, 'bc' as b",
            "select array(1, null) as a",
            "select array(null, 1) as a",
            "select array(1) as a",
            "select cast(array() as array<int>) as a",
            "select cast(null as array<int>) as a",
            "select array(array(1), array(2)) as a",
            "select array(array(1, 2)) as a",
            "select named_struct('x', 1, 'y', cast(null as int)) as a",
            "select named_struct('x', cast(null as int), 'y', 1) as a",
            "select cast(null as struct<x: int, y: int>) as a",
            "select map('k', 1) as a",
            "select map('k', cast(null as int)) as a",
            "select 0.1d as a",
            "select 0.1f as a");
    Set<String> fingerprints = new HashSet<>();
    for (String sql : tables) {
      assertThat(fingerprints.add(of(sql))).as(sql).isTrue();
    }
  }

  @Test
  void entriesOfAMapHaveNoOrder() {
    assertThat(of("select map('k', 1, 'l', 2) as a"))
        .isEqualTo(of("select map('l', 2, 'k', 1) as a"));
  }

  @Test
  void settingsOfTheSessionDoNotCount() {
    String expected = TableFingerprint.of(table());
    spark = spark.newSession();
    for (String key : List.of("spark.sql.ansi.enabled", "spark.sql.legacy.sizeOfNull")) {
      spark.conf().set(key, spark.conf().get(key).equals("true") ? "false" : "true");
      assertThat(TableFingerprint.of(table())).as(key).isEqualTo(expected);
    }
    spark.conf().set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY");
    assertThat(TableFingerprint.of(table())).as("compiled").isEqualTo(expected);
  }

  @Test
  void namesWithDotsAndQuotesWork() {
    assertThat(of("select 1 as `a.b`, named_struct('x.y', 2) as `c``d`"))
        .isNotEqualTo(of("select 1 as `a.b`, named_struct('x.y', 3) as `c``d`"));
  }
}
