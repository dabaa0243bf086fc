package io.accelerant.selection.rs2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Rs2JobTest extends SparkTest {
  private static final Rs2Job JOB = new Rs2Job();

  @TempDir static Path inputs;
  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("out-{version}")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private JobResult run(String... sets) {
    return JOB.run(context(), config(sets));
  }

  private static Set<Long> ids(JobResult result, long round) {
    List<Long> ids =
        spark()
            .read()
            .parquet(result.artifact() + "/round/round=" + round)
            .select("id")
            .as(Encoders.LONG())
            .collectAsList();
    assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
    return new HashSet<>(ids);
  }

  private static Dataset<Row> rows(int partitions) {
    return spark().range(1000).selectExpr("id * 7 as v", "id % 3 as c").repartition(partitions);
  }

  private String parquet(int partitions) {
    String uri = folder.resolve("in" + partitions + ".parquet").toString();
    rows(partitions).write().parquet(uri);
    return uri;
  }

  @Test
  void aRangeGivesRoundsOfExactSizeWithoutAnExchange() {
    JobResult result =
        run(
            "rs2.input=range:100000",
            "rs2.ratio=0.3",
            "rs2.rounds=4",
            "rs2.emit=ids",
            "rs2.positions=true");
    assertThat(result.metrics())
        .containsEntry("rows", 100_000L)
        .containsEntry("roundsPerPass", 3L)
        .containsEntry("exchangeBytes", 0L)
        .containsEntry("round0.size", 30_000L)
        .containsEntry("round3.size", 30_000L);
    Permutation second = PermutationKind.FEISTEL.of(100_000, 42, 1);
    Set<Long> expected = new HashSet<>();
    LongStream.range(0, 30_000).forEach(at -> expected.add(second.id(at)));
    assertThat(ids(result, 3)).isEqualTo(expected);
    List<Row> positions =
        spark()
            .read()
            .parquet(result.artifact() + "/positions")
            .filter("id = 77")
            .orderBy("pass")
            .select("pass", "position")
            .collectAsList();
    assertThat(positions).hasSize(2);
    assertThat(positions.get(1).getLong(1)).isEqualTo(second.position(77));
  }

  @Test
  void theManifestNamesThePermutationAndTheSamplerDrawsTheRound() {
    JobResult small = run("rs2.input=range:1000", "rs2.rounds=2");
    Artifact artifact = Artifact.open(small.artifact(), context().hadoop());
    assertThat(artifact.manifest().config())
        .containsEntry("rs2.permutation", "AUTO")
        .containsEntry("rs2.permutation.used", "TABLE");
    assertThat(artifact.readJson("sampler.json"))
        .containsEntry("permutation", "TABLE")
        .containsEntry("size", 100)
        .containsEntry("seed", 42);
    assertThat(artifact.verify()).isEmpty();
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("sizes are exact", "no byte was exchanged");
    JobResult other = run("rs2.input=range:1000", "rs2.rounds=2", "rs2.permutation=FEISTEL");
    assertThat(other.contentHash()).isNotEqualTo(small.contentHash());
  }

  @Test
  void idsThatAreAssignedAreStoredAndTheContentDoesNotDependOnPartitions() {
    String input = parquet(5);
    List<String> hashes = new ArrayList<>();
    for (boolean whole : new boolean[] {true, false}) {
      spark().conf().set("spark.sql.files.maxPartitionBytes", whole ? "128m" : "1k");
      spark().conf().set("spark.sql.adaptive.enabled", Boolean.toString(whole));
      try {
        JobResult result =
            run(
                "rs2.input=" + input,
                "rs2.ratio=0.4",
                "rs2.rounds=3",
                "run.format=" + (whole ? "parquet" : "json"));
        hashes.add(result.contentHash());
        assertThat(result.metrics()).containsEntry("round2.size", 400L);
        if (whole) {
          assertThat(spark().read().parquet(result.artifact() + "/numbered").columns())
              .containsExactly("id", "v", "c");
          assertThat(spark().read().parquet(result.artifact() + "/round").columns())
              .containsExactly("id", "v", "c", "position", "round");
        }
      } finally {
        spark().conf().unset("spark.sql.files.maxPartitionBytes");
        spark().conf().unset("spark.sql.adaptive.enabled");
      }
    }
    assertThat(hashes).hasSize(2).containsOnly(hashes.get(0));
  }

  @Test
  void stratifiedBalancedKeyedAndStaticRunsPublish() {
    String input = parquet(3);
    assertThat(run("rs2.input=" + input, "rs2.stratify=c", "rs2.rounds=2").metrics())
        .containsEntry("round1.size", 99L); // 33 of 334, 333 and 333
    assertThat(
            run("rs2.input=" + input, "rs2.balanced=true", "rs2.ratio=0.15", "rs2.rounds=7")
                .metrics())
        .containsEntry("round0.size", 143L)
        .containsEntry("round6.size", 142L);
    JobResult fixed = run("rs2.input=" + input, "rs2.mode=static", "rs2.rounds=3");
    assertThat(ids(fixed, 2)).hasSize(100).isEqualTo(ids(fixed, 0));
    JobResult keyed = run("rs2.input=" + input, "rs2.key=v", "rs2.rounds=3", "rs2.emit=ids");
    assertThat(keyed.metrics())
        .containsEntry("round2.size", 100L)
        .containsEntry("exchangeBytes", 0L);
    JobResult drawn =
        run(
            "rs2.input=" + input,
            "rs2.key=v",
            "rs2.mode=with-replacement",
            "rs2.rounds=2",
            "rs2.approximate=true");
    assertThat(drawn.metrics().get("round0.size").longValue()).isBetween(50L, 150L);
  }

  /** Stopped after its first pass; the same command then has the content of an undisturbed run. */
  @Test
  void aStoppedRunStartedAgainDrawsTheSameRounds() {
    JobConfig config = config("rs2.input=range:5000", "rs2.ratio=0.5", "rs2.rounds=4");
    AtomicInteger asked = new AtomicInteger();
    JobContext stopping =
        new JobContext(
            SparkTest::spark,
            context().hadoop(),
            Progress.SILENT,
            () -> asked.incrementAndGet() > 1,
            false,
            "");
    assertThatThrownBy(() -> JOB.run(stopping, config)).isInstanceOf(StoppedException.class);
    assertThat(folder.resolve("out-1/manifest.json")).doesNotExist();
    JobResult resumed = JOB.run(context(), config);
    JobResult whole = JOB.run(context(), config);
    assertThat(resumed.contentHash()).isEqualTo(whole.contentHash());
  }

  @Test
  void thePlanSaysWhatWouldBeDoneAndWritesNothing() {
    assertThat(JOB.plan(context(), config("rs2.input=range:10")))
        .hasSize(5)
        .first()
        .asString()
        .contains("range:10");
    assertThat(folder.resolve("out-1")).doesNotExist();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        broken(ConfigException.class, "rs2.input", "\"ten\"", "rs2.input=range:ten"),
        broken(ConfigException.class, "rs2.input", "at least 1", "rs2.input=range:0"),
        broken(ConfigException.class, "rs2.ratio", "above 0", "rs2.input=range:9", "rs2.ratio=0"),
        broken(
            ConfigException.class,
            "rs2.ratio",
            "between 0 and 1",
            "rs2.input=range:9",
            "rs2.ratio=1.5"),
        broken(
            ConfigException.class,
            "rs2.ratio",
            "less than half a row",
            "rs2.input=range:4",
            "rs2.ratio=0.1"),
        broken(ConfigException.class, "rs2.id", "own column id", "rs2.input=range:9", "rs2.id=id"),
        broken(
            ConfigException.class,
            "rs2.balanced",
            "no such pass",
            "rs2.input=range:9",
            "rs2.balanced=true",
            "rs2.mode=static"),
        broken(
            ConfigException.class,
            "rs2.mode",
            "must be one of",
            "rs2.input=range:9",
            "rs2.mode=with"),
        broken(
            ConfigException.class,
            "rs2.approximate",
            "needs rs2.key",
            "rs2.input=range:9",
            "rs2.approximate=true"),
        broken(
            ConfigException.class,
            "rs2.positions",
            "by hash",
            "rs2.input=IN",
            "rs2.key=v",
            "rs2.positions=true"),
        broken(DataException.class, "absent", "Nothing is at", "rs2.input=FOLDER/absent"),
        broken(DataException.class, "v", "ids from 0 to 6993", "rs2.input=IN", "rs2.id=v"),
        broken(DataException.class, "id", "no column \"id\"", "rs2.input=IN", "rs2.id=id"),
        broken(
            DataException.class, "class", "to stratify by", "rs2.input=IN", "rs2.stratify=class"),
        broken(DataException.class, "table.jsonl", "is json", "rs2.input=FOLDER/table.jsonl"),
        broken(DataException.class, "bad.parquet", "Cannot read", "rs2.input=FOLDER/bad.parquet"),
        broken(DataException.class, "empty.parquet", "no rows", "rs2.input=FOLDER/empty.parquet"));
  }

  private static Arguments broken(
      Class<? extends AccelerantException> type, String names, String says, String... sets) {
    return Arguments.of(type, List.of(names, says), List.of(sets));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatIsWrongIsNamedAndNothingIsPublished(
      Class<? extends AccelerantException> type, List<String> fragments, List<String> sets)
      throws Exception {
    if (!Files.exists(inputs.resolve("bad.parquet"))) {
      Files.writeString(inputs.resolve("bad.parquet"), "PAR1 this is no Parquet");
      Files.writeString(inputs.resolve("table.jsonl"), "{\"v\": 1}\n");
      spark().range(0).toDF("v").write().parquet(inputs.resolve("empty.parquet").toString());
      rows(2).write().parquet(inputs.resolve("in.parquet").toString());
    }
    String[] here =
        sets.stream()
            .map(
                set ->
                    set.replace("IN", inputs + "/in.parquet").replace("FOLDER", inputs.toString()))
            .toArray(String[]::new);
    assertThatThrownBy(() -> run(here))
        .isInstanceOf(type)
        .satisfies(e -> fragments.forEach(f -> assertThat(e.getMessage()).contains(f)));
    assertThat(folder.resolve("out-1")).doesNotExist();
  }
}
