package io.accelerant.rl.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.text.Text;
import io.accelerant.rl.weight.Episodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransitionsTest extends SparkTest {
  @TempDir Path folder;

  private static Transitions open(Path path, String... sets) {
    return Transitions.open(
        context(), config(path, sets), TrajectoryWeightsKeys.INPUT, TrajectoryWeightsKeys.DATASET);
  }

  static JobConfig config(Path input, String... sets) {
    List<String> all = new java.util.ArrayList<>(List.of(sets));
    all.add("trajectoryWeights.input=" + input);
    all.add("run.output=/nowhere");
    return JobConfig.load(List.of(), all, TrajectoryWeightsKeys.ALL);
  }

  private static List<String> rows(Dataset<Row> table) {
    return table
        .select("episode_id", "step", "reward", "terminal", "timeout", "observation")
        .orderBy("episode_id", "step")
        .collectAsList()
        .stream()
        .map(row -> row.mkString("|"))
        .toList();
  }

  @Test
  void parquetAndJsonLinesAreTheSame() {
    Dataset<Row> table = Tables.of(spark(), Episodes.random(20, 2, 1), 2);
    table.write().parquet(folder + "/p.parquet");
    table.write().json(folder + "/j.jsonl");
    Transitions parquet = open(folder.resolve("p.parquet"));
    Transitions json = open(folder.resolve("j.jsonl"));
    assertThat(rows(json.table())).isEqualTo(rows(parquet.table())).hasSize((int) table.count());
    assertThat(json.hash()).isEqualTo(parquet.hash());
  }

  /** Two files; the first ends without an end. Episodes: 0 (2 rows), 1 (1), 2 (3), 3 (1), 4 (1). */
  private static final String[] FLAT = {
    """
    {"observations": [[1],[2],[3],[4]], "actions": [[0],[0],[0],[0]], "rewards": [1,2,3,4],
     "terminals": [false,true,false,false], "timeouts": [false,false,true,false]}\
    """,
    """
    {"observations": [[5],[6],[7]], "actions": [[0],[0],[0]], "rewards": [5,6,7],
     "terminals": [0,0,0], "timeouts": [0,1,0]}\
    """
  };

  private static final List<String> NUMBERED =
      List.of(
          "0|0|1.0|false|false",
          "0|1|2.0|true|false",
          "1|0|3.0|false|true",
          "2|0|4.0|false|false",
          "3|0|5.0|false|false",
          "3|1|6.0|false|true",
          "4|0|7.0|false|false");

  @Test
  void flatArraysInD4rlOrderGetEpisodes() throws IOException {
    for (int f = 0; f < FLAT.length; f++) {
      String line = FLAT[f].replace("\n", " ");
      if (f == 1) {
        line =
            line.replace("[0,0,0]", "[false,false,false]").replace("[0,1,0]", "[false,true,false]");
      }
      Files.createDirectories(folder.resolve("flat"));
      Files.writeString(folder.resolve("flat/part-" + f + ".jsonl"), line + "\n");
    }
    Transitions raw = open(folder.resolve("flat"));
    assertThat(rows(raw.table()))
        .usingElementComparator((a, b) -> a.startsWith(b) || b.startsWith(a) ? 0 : 1)
        .isEqualTo(NUMBERED);
    assertThat(raw.table().filter("episode_id = 3 and step = 1").head().getList(2))
        .isEqualTo(List.of(6.0));
  }

  @Test
  void rowsInD4rlOrderGetEpisodesFromTheirPlaceInTheFile() {
    Dataset<Row> rows =
        spark()
            .range(0, 5000, 1, 1)
            .select(
                functions.expr("array(double(id))").as("observations"),
                functions.expr("double(id)").as("rewards"),
                functions.expr("id % 1000 = 999").as("terminals"),
                functions.expr("id % 7 = 3 and id % 1000 != 999").as("timeouts"));
    rows.write().parquet(folder + "/rows.parquet");
    Dataset<Row> table = open(folder.resolve("rows.parquet")).table();
    long ends = rows.filter("terminals or timeouts").count();
    assertThat(table.select("episode_id").distinct().count()).isEqualTo(ends);
    Row third = table.filter("reward = 12").head();
    assertThat(third.<Long>getAs("episode_id")).isEqualTo(2);
    assertThat(third.<Integer>getAs("step")).isEqualTo(1);
    EpisodeWeights.of(table, "rows", false).close(); // and it is valid
  }

  @Test
  void dataSetsInD4rlOrderAreNumberedEachByItself() {
    spark()
        .range(0, 40, 1, 1)
        .selectExpr(
            "if(id % 2 = 0, 'even', 'odd') as dataset",
            "array(double(id)) as observations",
            "double(id) as rewards",
            "false as terminals",
            "id % 10 >= 8 as timeouts")
        .write()
        .parquet(folder + "/sets.parquet");
    JobConfig config = config(folder.resolve("sets.parquet"));
    Map<String, Transitions> all =
        Transitions.openAll(context(), config, TrajectoryWeightsKeys.INPUT);
    assertThat(all).containsOnlyKeys("even", "odd");
    List<Row> odd = all.get("odd").table().orderBy("episode_id", "step").collectAsList();
    for (int i = 0; i < 20; i++) {
      assertThat(odd.get(i).<Double>getAs("reward")).isEqualTo(2 * i + 1);
      assertThat(odd.get(i).<Long>getAs("episode_id")).isEqualTo(i / 5);
      assertThat(odd.get(i).<Integer>getAs("step")).isEqualTo(i % 5);
    }
    Transitions one = open(folder.resolve("sets.parquet"), "trajectoryWeights.dataset=odd");
    assertThat(rows(one.table())).isEqualTo(rows(all.get("odd").table()));
  }

  @Test
  void jsonRowsInD4rlOrderNeedAnIndex() throws IOException {
    Path file = folder.resolve("rows.jsonl");
    String row = "{%s\"observations\":[1],\"rewards\":%d,\"terminals\":false,\"timeouts\":%s}\n";
    Files.writeString(file, Text.of(row, "", 1, false) + Text.of(row, "", 2, true));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column index");
    Files.writeString(
        file, Text.of(row, "\"index\":8,", 2, true) + Text.of(row, "\"index\":3,", 1, false));
    assertThat(rows(open(file).table()))
        .containsExactly("0|0|1.0|false|false|ArraySeq(1.0)", "0|1|2.0|false|true|ArraySeq(1.0)");
  }

  @Test
  void missingAndWrongColumnsAreNamed() {
    Dataset<Row> table = Tables.of(spark(), Episodes.random(3, 1, 1), 1);
    table.drop("timeout").write().parquet(folder + "/a.parquet");
    assertThatThrownBy(() -> open(folder.resolve("a.parquet")))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("a.parquet", "[timeout]", "reward (double)");
    table.withColumn("reward", functions.lit("much")).write().parquet(folder + "/b.parquet");
    assertThatThrownBy(() -> open(folder.resolve("b.parquet")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column reward must be double, is string");
  }

  @Test
  void oneOfSeveralDataSetsIsChosen() {
    Dataset<Row> table = Tables.of(spark(), Episodes.random(4, 1, 1), 1);
    table
        .withColumn("dataset", functions.expr("if(episode_id < 1, 'a', 'b')"))
        .write()
        .partitionBy("dataset")
        .parquet(folder + "/d.parquet");
    assertThatThrownBy(() -> open(folder.resolve("d.parquet")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("trajectoryWeights.dataset", "[a, b]");
    assertThatThrownBy(() -> open(folder.resolve("d.parquet"), "trajectoryWeights.dataset=c"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is \"c\"");
    Transitions b = open(folder.resolve("d.parquet"), "trajectoryWeights.dataset=b");
    assertThat(b.table().select("episode_id").distinct().count()).isEqualTo(3);
  }

  private static final String RAW =
      "{\"index\":%s,\"observations\":[1],\"rewards\":1,\"terminals\":%s,\"timeouts\":false}\n";

  @ParameterizedTest
  @CsvSource({
    "0 1 0 1, as the index 0", // restarts with the episode
    "3 3 4 5, as the index 3",
    "0 null 1 2, missing",
    "0.5 1.5 2.5 3.5, is double",
  })
  void anIndexThatGivesNoOrderIsNamed(String index, String message) throws IOException {
    StringBuilder lines = new StringBuilder();
    String[] numbers = index.split(" ");
    for (int i = 0; i < numbers.length; i++) {
      lines.append(Text.of(RAW, numbers[i], i % 2 == 1));
    }
    Path file = Files.writeString(folder.resolve("rows.jsonl"), lines);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("column index", message);
  }

  @Test
  void anIndexMayHaveGapsAndBeginAnywhere() throws IOException {
    String lines = Text.of(RAW, 7, true) + Text.of(RAW, -2, false) + Text.of(RAW, 40, true);
    Path file = Files.writeString(folder.resolve("rows.jsonl"), lines);
    assertThat(rows(open(file).table()))
        .extracting(row -> row.substring(0, 3))
        .containsExactly("0|0", "0|1", "1|0");
  }

  @Test
  void rowsThatAreEpisodesAreNamedAsSuch() throws IOException {
    String raw =
        "{%s\"observations\":[[1],[2]],\"rewards\":[1,2],\"terminals\":[false,true],"
            + "\"timeouts\":[false,false]}\n";
    Path file = folder.resolve("episodes.jsonl");
    Files.writeString(file, Text.of(raw, "").repeat(2));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("several rows hold arrays", "each row is an episode");
    Files.writeString(file, Text.of(raw, "\"episode_id\":0,") + Text.of(raw, "\"episode_id\":1,"));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rewards holds arrays, so each row is an episode");
    Files.writeString(file, Text.of(raw, "\"episode_id\":0,").replaceAll("s\":", "\":"));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("reward holds arrays, so each row is an episode");
  }

  @Test
  void stepsAndFlagsThatNoCastKeepsAreMissing() {
    Dataset<Row> table = Tables.of(spark(), Episodes.random(3, 1, 1), 1);
    table
        .withColumn("step", functions.expr("step + 4294967296"))
        .withColumn("terminal", functions.lit(0.5))
        .withColumn("timeout", functions.expr("int(timeout)"))
        .write()
        .parquet(folder + "/odd.parquet");
    Dataset<Row> read = open(folder.resolve("odd.parquet")).table();
    assertThat(read.filter("step is null and terminal is null").count()).isEqualTo(table.count());
    assertThat(read.filter("timeout").count()).isEqualTo(table.filter("timeout").count());
  }

  @Test
  void filesWithDifferentColumnsAreReadWithAllOfThem() {
    Dataset<Row> table = Tables.of(spark(), Episodes.random(20, 2, 1), 1);
    table.write().parquet(folder + "/whole.parquet");
    table.filter("episode_id < 9").drop("action").write().parquet(folder + "/mixed/a.parquet");
    table.filter("episode_id >= 9").write().parquet(folder + "/mixed/b.parquet");
    Dataset<Row> mixed = open(folder.resolve("mixed")).table();
    assertThat(rows(mixed)).isEqualTo(rows(open(folder.resolve("whole.parquet")).table()));
    assertThat(mixed.filter("action is null").count())
        .isEqualTo(table.filter("episode_id < 9").count());
  }
}
