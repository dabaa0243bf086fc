package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.lsd.CoefficientMode;
import io.accelerant.distill.lsd.Coefficients;
import io.accelerant.distill.lsd.LsdSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleJobTest extends SparkTest {
  private static final int COUNT = 20;
  private static final int LENGTH = 8;
  private static final double[] TIMES = {1, 0.6, 0.2, 1e-3};
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);

  @TempDir Path folder;

  private static JobConfig config(List<String> sets) {
    return JobConfig.load(List.of(), sets, new SampleJob().keys());
  }

  private List<String> sets(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=5",
                "sample.model=markov:countdown",
                "sample.count=" + COUNT,
                "sample.length=" + LENGTH,
                "sample.batch=8"));
    sets.addAll(List.of(more));
    return sets;
  }

  private JobResult sample(String name, String... more) {
    return new SampleJob().run(context(), config(sets(name, more)));
  }

  private static List<Row> rows(JobResult result) {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, "samples").orderBy("id").collectAsList();
  }

  private static int[] tokens(List<Row> rows) {
    return rows.stream()
        .flatMap(row -> row.<Number>getList(1).stream())
        .mapToInt(Number::intValue)
        .toArray();
  }

  private static MarkovSource countdown(DiffusionGraph graph) {
    return new MarkovSource(
        MarkovChain.countdown(32), new DiffusionProcess(graph, NOISE, 32), LENGTH);
  }

  private static int[] drawn(GridSampler sampler, DiffusionGraph graph) {
    int[] drawn = new int[COUNT * LENGTH];
    try (DiscreteModel teacher = countdown(graph).open()) {
      for (int from = 0; from < COUNT; from += 8) {
        long[] ids = LongStream.range(from, Math.min(from + 8, COUNT)).toArray();
        int[] tokens = sampler.sample(teacher, 5, ids).tokens();
        System.arraycopy(tokens, 0, drawn, from * LENGTH, tokens.length);
      }
    }
    return drawn;
  }

  private static LsdSchedule schedule(DiffusionGraph graph) {
    return new LsdSchedule(
        countdown(graph).process(),
        LENGTH,
        "euler",
        TIMES,
        new Coefficients(CoefficientMode.EXPONENT, new double[] {1.2, 1.4, 1.1}),
        true,
        "direct",
        128,
        1024,
        countdown(graph).modelHash(),
        42);
  }

  private String samplerFile(DiffusionGraph graph) throws IOException {
    return Files.write(
            folder.resolve(graph + ".json"), CanonicalJson.bytes(schedule(graph).toJson(Map.of())))
        .toString();
  }

  @Test
  void theTableHoldsIdsTokensAndText() {
    JobResult result = sample("out", "sample.steps=4");
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.manifest().kind()).isEqualTo("samples");
    List<Row> rows = rows(result);
    assertThat(rows.get(0).schema().fieldNames()).containsExactly("id", "tokens", "text");
    assertThat(rows.get(0).schema().apply("id").dataType()).isEqualTo(DataTypes.LongType);
    assertThat(rows.get(0).schema().apply("tokens").dataType().simpleString())
        .isEqualTo("array<int>");
    assertThat(rows).hasSize(COUNT);
    for (int id = 0; id < COUNT; id++) {
      Row row = rows.get(id);
      assertThat(row.getLong(0)).isEqualTo(id);
      assertThat(row.<Integer>getList(1)).hasSize(LENGTH);
      assertThat(row.getString(2))
          .isEqualTo(String.join(" ", row.getList(1).stream().map(String::valueOf).toList()));
    }
    assertThat(result.metrics()).containsEntry("samples", (long) COUNT).containsEntry("nfe", 5);
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains(rows.get(0).getString(2));
    GridSampler euler =
        new GridSampler(
            "euler", new Euler(), GridSampler.uniformTimes(4, 1e-3), ScoreTransform.IDENTITY, true);
    assertThat(tokens(rows)).isEqualTo(drawn(euler, DiffusionGraph.ABSORB));
  }

  @Test
  void partitionsAndFormatChangeNothing() {
    String hash = sample("one", "sample.steps=2", "sample.partitions=1").contentHash();
    assertThat(sample("three", "sample.steps=2", "sample.partitions=3").contentHash())
        .isEqualTo(hash);
    JobResult json = sample("json", "sample.steps=2", "run.format=json");
    assertThat(json.contentHash()).isEqualTo(hash);
    assertThat(Path.of(json.artifact(), "samples.jsonl")).isDirectory();
    assertThat(rows(json)).hasSize(COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ABSORB", "UNIFORM"})
  void aLearnedSamplerIsTheGridSamplerOfItsSchedule(DiffusionGraph graph) throws IOException {
    List<String> sets = sets("out", "sample.sampler=" + samplerFile(graph));
    sets.removeIf(set -> set.startsWith("sample.length")); // the sampler knows it
    JobResult result = new SampleJob().run(context(), config(sets));
    assertThat(tokens(rows(result))).isEqualTo(drawn(schedule(graph).sampler("any"), graph));
    assertThat(result.metrics()).containsEntry("nfe", 4);
    assertThat(Artifact.open(result.artifact(), context().hadoop()).manifest().parents())
        .anyMatch(parent -> parent.role().equals("sampler"));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            List.of("sample.graph=uniform", "sample.method=mdlm", "sample.steps=4"),
            "sample.method (--set) is mdlm, which needs sample.graph = absorb"),
        Arguments.of(
            List.of("sample.graph=uniform", "sample.method=first-hitting"),
            "is first-hitting, which needs sample.graph = absorb"),
        Arguments.of(List.of(), "sample.steps (not set) is required by method euler"),
        Arguments.of(
            List.of("sample.steps=4", "sample.finalDenoise=false"),
            "sample.finalDenoise (--set) is false, but on sample.graph = absorb masks may be left"),
        Arguments.of(List.of("sample.steps=4", "sample.model=gpt2"), "is no model"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aConfigurationThatCannotWorkIsRefusedByPlanAndRun(List<String> more, String message) {
    JobConfig config = config(sets("out", more.toArray(String[]::new)));
    assertThatThrownBy(() -> new SampleJob().run(context(), config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> new SampleJob().plan(context(), config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "sample.smoothing=0.001, modelSha256",
    "sample.steps=4, 'holds no sampler with 4 steps; it holds m3'"
  })
  void aSamplerOfAnotherModelIsRefused(String set, String message) throws IOException {
    String sampler = "sample.sampler=" + samplerFile(DiffusionGraph.ABSORB);
    assertThatThrownBy(() -> sample("out", sampler, set))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aLearnedSamplerIsForOneLength() throws IOException {
    List<String> sets =
        sets("out", "sample.sampler=" + samplerFile(DiffusionGraph.ABSORB), "sample.length=9");
    assertThatThrownBy(() -> new SampleJob().plan(context(), config(sets)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("sample.length (--set) is not 8, for which the sampler was learned.");
  }

  @Test
  void anOutputThatIsThereIsNotOverwritten() {
    sample("out", "sample.steps=1");
    JobConfig again = config(sets("out", "sample.steps=1"));
    for (boolean plan : new boolean[] {true, false}) {
      assertThatThrownBy(
              () -> {
                if (plan) {
                  new SampleJob().plan(context(), again);
                } else {
                  new SampleJob().run(context(), again);
                }
              })
          .isInstanceOf(AccelerantException.class)
          .hasMessageContaining("is an artifact already");
    }
  }

  @Test
  void textReadsAsText() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add("ab".repeat(8 + i));
    }
    Path text = Files.write(folder.resolve("text.txt"), lines);
    Job prepare = new PrepareTextJob();
    String corpus =
        prepare
            .run(
                context(),
                JobConfig.load(
                    List.of(),
                    List.of(
                        "run.output=" + folder.resolve("corpus"),
                        "prepareText.source=" + text,
                        "prepareText.length=" + LENGTH,
                        "prepareText.split=[1.0,0.0,0.0]"),
                    prepare.keys()))
            .artifact();
    JobResult result =
        sample("out", "sample.model=markov:2:" + corpus, "sample.method=first-hitting");
    assertThat(rows(result))
        .filteredOn(row -> row.getString(2).matches("(ab){4}|(ba){4}"))
        .hasSizeGreaterThan(COUNT / 2);
    assertThat(result.metrics()).containsEntry("nfe", LENGTH);
  }
}
