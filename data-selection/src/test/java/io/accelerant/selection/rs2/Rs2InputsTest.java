package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SiteSettings;
import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of users: names that collide, keys that do not tell rows apart, settings of a site. */
class Rs2InputsTest extends SparkTest {
  private static final Rs2Job JOB = new Rs2Job();

  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("out-{version}")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private JobResult run(String... sets) {
    return JOB.run(context(), config(sets));
  }

  private String stored(Dataset<Row> table) {
    String uri = folder.resolve("in.parquet").toString();
    table.write().mode("overwrite").parquet(uri);
    return "rs2.input=" + uri;
  }

  private void refused(List<String> fragments, String... sets) {
    assertThatThrownBy(() -> run(sets))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(fragments.toArray(String[]::new));
    assertThat(folder.resolve("out-1")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"round", "ROUND", "Position", "RS2_Stratum"})
  void aColumnOfAReservedNameIsNamedBeforeAnythingIsDoneAlsoByThePlan(String name) {
    String input = stored(spark().range(20).selectExpr("id as v", "id as `" + name + "`"));
    refused(List.of("column \"" + name + "\"", "rename"), input, "rs2.ratio=0.5");
    assertThatThrownBy(() -> JOB.plan(context(), config(input)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column \"" + name + "\"");
  }

  @Test
  void withAKeyOnlyTheRoundIsReserved() {
    refused(
        List.of("column \"rOund\""),
        stored(spark().range(20).selectExpr("id as v", "id as rOund")),
        "rs2.key=v");
    String input = stored(spark().range(20).selectExpr("id as v", "id as Position"));
    JobResult result = run(input, "rs2.key=v", "rs2.ratio=0.5", "rs2.rounds=2");
    assertThat(spark().read().parquet(result.artifact() + "/round").columns())
        .containsExactly("v", "Position", "round");
  }

  @ParameterizedTest
  @CsvSource({"ID, row_id", "dense_file, id", "_metadata, id"})
  void aColumnKeepsItsValuesBesideTheIds(String theirs, String ours) {
    String input =
        stored(spark().range(20).selectExpr("id * 7 as v", "id + 100 as `" + theirs + "`"));
    Dataset<Row> round =
        spark().read().parquet(run(input, "rs2.ratio=1", "rs2.rounds=1").artifact() + "/round");
    assertThat(round.columns()).contains(theirs, ours);
    assertThat(round.filter(col("v").equalTo(col(theirs).minus(100).multiply(7))).count())
        .isEqualTo(20);
    assertThat(round.agg(org.apache.spark.sql.functions.countDistinct(ours)).head().getLong(0))
        .isEqualTo(20);
  }

  @Test
  void whereNoNameIsLeftForIdsItIsSaid() {
    refused(
        List.of("[id, row_id]", "rs2.id"),
        stored(spark().range(20).selectExpr("id as Id", "id as ROW_ID")));
  }

  @Test
  void namesMayHoldAnySign() {
    String[] names = {"a.b", "a`b", "a b", "a\"b", "a,b;c", "größe", "100%"};
    String input =
        stored(
            spark()
                .range(20)
                .select(
                    Arrays.stream(names)
                        .map(name -> col("id").plus(name.length()).as(name))
                        .toArray(org.apache.spark.sql.Column[]::new)));
    for (String[] how : new String[][] {{}, {"rs2.key=a.b"}, {"rs2.stratify=a`b", "rs2.ratio=1"}}) {
      String[] sets = Arrays.copyOf(how, how.length + 1);
      sets[how.length] = input;
      JobResult result = run(sets);
      assertThat(spark().read().parquet(result.artifact() + "/round").columns()).contains(names);
    }
  }

  @Test
  void keysThatAreInSeveralRowsAreNamedWithTheirCount() {
    String input = stored(spark().range(40).selectExpr("id % 10 as k", "if(id = 3, 4, id) as one"));
    refused(List.of("\"k\" is 9 in 4 rows, and 9 more"), input, "rs2.key=k", "rs2.ratio=0.5");
    refused(List.of("\"one\" is 4 in 2 rows, and 0 more"), input, "rs2.key=one", "rs2.ratio=0.5");
    refused(
        List.of("\"k\" is 9 in 4 rows"),
        input,
        "rs2.key=k",
        "rs2.approximate=true",
        "rs2.mode=static");
  }

  @Test
  void aKeyThatIsMissingIsCounted() {
    String input = stored(spark().range(40).selectExpr("if(id < 2, null, concat('u', id)) as k"));
    refused(List.of("\"k\" is null in 2 rows"), input, "rs2.key=k", "rs2.ratio=0.5");
  }

  /** Rounds do not depend on what a site has set for its own work. */
  @Test
  void settingsOfASiteChangeNothing() {
    String input =
        stored(
            spark()
                .range(30)
                .selectExpr(
                    "id as v",
                    "if(id % 3 = 0, null, id % 2) as c",
                    "timestamp_seconds(id * 100000) as t",
                    "decimal(id / 3.0) as d"));
    String[] whole = {input, "rs2.ratio=0.3", "rs2.rounds=4", "rs2.positions=true"};
    String[] json = {input, "rs2.key=v", "rs2.ratio=0.3", "rs2.rounds=2", "run.format=json"};
    List<String> before = List.of(run(whole).contentHash(), run(json).contentHash());
    assertThat(
            SiteSettings.under(
                spark(), () -> List.of(run(whole).contentHash(), run(json).contentHash())))
        .isEqualTo(before);
  }
}
