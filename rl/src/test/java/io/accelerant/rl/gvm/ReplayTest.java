package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.job.WithoutSpark;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayTest extends SparkTest {
  private static final JobContext WITHOUT_SPARK = WithoutSpark.CONTEXT;

  /** Prompt 4: two of four, mean norm 2; 7: four of four, norm 1; 9: none of four. */
  private static final String COUNTED =
      """
      {"promptId": 9, "samples": 4, "correct": 0}
      {"promptId": 4, "samples": 4, "correct": 2, "gradientNorm": 2}
      {"promptId": 7, "samples": 4, "correct": 4, "gradientNorm": 1}
      """;

  @TempDir Path folder;

  /** As the job of the method opens it. */
  private static final class ReplayJob implements PublishingJob {
    @Override
    public String name() {
      return "gvm-raft";
    }

    @Override
    public String summary() {
      return "";
    }

    @Override
    public List<Key<?>> keys() {
      return RunKeys.and(ReplayKeys.ALL);
    }

    @Override
    public Work open(JobContext context, JobConfig config) {
      assertThat(Replay.isMeant(config)).isTrue();
      return Replay.work(context, config);
    }
  }

  @BeforeEach
  void write() throws IOException {
    file("counted.jsonl", COUNTED);
    file(
        "columns.json",
        """
        {"promptId": [7, 4, 9], "samples": [4, 4, 4], "correct": [4, 2, 0],
         "gradientNorm": [1, 2, null]}
        """);
    file(
        "rates.json",
        """
        [{"promptId": 4, "p": 0.5, "g": 2}, {"promptId": 7, "p": 1, "g": 1},
         {"promptId": 9, "p": 0, "g": 0}]
        """);
    StringBuilder probes = new StringBuilder();
    for (int j = 0; j < 4; j++) {
      probes.append(probe(9, j, false, 8)).append(probe(4, j, j % 2 == 0, 1 + j));
      probes.append(probe(7, j, true, 1));
    }
    Files.createDirectory(folder.resolve("probe.jsonl"));
    file("probe.jsonl/part.json", probes.toString());
  }

  private static String probe(int id, int sample, boolean correct, int norm) {
    return Text.of(
        "{\"iteration\": 3, \"promptId\": %d, \"sample\": %d, \"correct\": %s, \"gradientNorm\": %d}%n",
        id, sample, correct, norm);
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private JobResult run(JobContext context, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.replaceAll(set -> set.replace("@", folder.toString()));
    all.add("run.output=" + folder.resolve("out-{version}"));
    ReplayJob job = new ReplayJob();
    return job.run(context, JobConfig.load(List.of(), all, job.keys()));
  }

  private static double metric(JobResult result, String name) {
    return result.metrics().get(name).doubleValue();
  }

  private Probed probed(String name, boolean laplace) {
    return Probed.of(
        RowsFile.of(folder.resolve(name).toString(), context()), laplace, Estimates.Norm.MEAN);
  }

  @ParameterizedTest
  @CsvSource({"counted.jsonl", "columns.json", "rates.json", "probe.jsonl", "parquet"})
  void allTablesSayTheSame(String name) {
    if (name.equals("parquet")) {
      spark()
          .read()
          .json(folder + "/probe.jsonl")
          .repartition(3)
          .write()
          .parquet(folder + "/parquet");
    }
    Probed found = probed(name, false);
    assertThat(found.ids()).containsExactly(4, 7, 9);
    assertThat(found.p()).containsExactly(0.5, 1, 0);
    assertThat(found.g()).containsExactly(2, 1, 0);
  }

  @Test
  void laplaceIsOfProbes() {
    Probed found = probed("counted.jsonl", true);
    assertThat(found.p()).containsExactly(0.5, 0.9, 0.1);
    assertThat(found.g()).containsExactly(2, 1, 8 / 6.0);
  }

  /** Scores 2 / sqrt(.5) and 1 with alpha = 0: of 20 - 3 samples 12.56 and 4.44. */
  @ParameterizedTest
  @CsvSource({"json", "parquet"})
  void samplesAreSharedOut(String format) {
    JobResult found =
        run(
            context(),
            "gvmRaft.of=@/counted.jsonl",
            "gvmRaft.alpha=0",
            "gvmRaft.floor=1",
            "gvmRaft.total=20",
            "run.format=" + format);
    double score = Math.sqrt(8);
    assertThat(metric(found, "boundRatio"))
        .isCloseTo((score + 1) * (score + 1) / (3 * 9), within(1e-15));
    assertThat(metric(found, "n.4")).isEqualTo(14);
    assertThat(metric(found, "without")).isZero();
    List<Row> rows =
        ArtifactTables.read(
                spark(), Artifact.open(found.artifact(), context().hadoop()), "allocation")
            .select("promptId", "p", "g", "score", "real", "n", "iteration")
            .collectAsList();
    assertThat(rows.stream().map(row -> row.getLong(0))).containsExactly(4L, 7L, 9L);
    assertThat(rows.stream().map(row -> row.getLong(5))).containsExactly(14L, 5L, 1L);
    assertThat(rows.get(0).getDouble(3)).isCloseTo(score, within(1e-15));
    assertThat(rows.get(0).getDouble(4)).isCloseTo(1 + 17 * score / (score + 1), within(1e-12));
  }

  @Test
  void aBatchHasItsLossAndGradient() throws IOException {
    file(
        "batch.json",
        """
        {"new": [[-1, -2], [-0.5]], "old": [[-1, -3], [-0.5]], "rewards": [1, 0],
         "reference": [[-1, -2], [-0.5]], "kl": 0.1}
        """);
    JobResult found = run(WITHOUT_SPARK, "gvmRaft.loss=@/batch.json");
    assertThat(metric(found, "loss")).isCloseTo(-(1 + 1.2) / 3, within(1e-15));
    assertThat(metric(found, "gradient.0.0")).isCloseTo(-1 / 3.0, within(1e-15));
    assertThat(metric(found, "gradient.0.1")).isZero();
    assertThat(metric(found, "clipped")).isEqualTo(1);
    Map<String, Object> result =
        Artifact.open(found.artifact(), WITHOUT_SPARK.hadoop()).readJson("result.json");
    assertThat(result.get("advantages")).isEqualTo(List.of(1.0, 0.0));
  }

  /** Prompt 1 has two samples, one right; prompt 2 one, right. */
  @ParameterizedTest
  @CsvSource({"lemma1, .5, 1", "perPrompt, .5, .5"})
  void aBatchCanBeWeighedByPrompts(String weighting, double first, double last) throws IOException {
    file(
        "batch.json",
        Text.of(
            """
            {"new": [[-1], [-2], [-3]], "plain": true, "rewards": [1, 0, 1], "promptIds": [1, 1, 2],
             "weighting": "%s", "p": [0.5, 0.5, 0.5]}
            """,
            weighting));
    JobResult found = run(WITHOUT_SPARK, "gvmRaft.loss=@/batch.json");
    assertThat(metric(found, "weights.0")).isEqualTo(first);
    assertThat(metric(found, "weights.2")).isEqualTo(last);
    assertThat(metric(found, "loss")).isEqualTo(first * 1 + last * 3);
  }

  /** As above, of four prompts asked; a baseline makes wrong answers count, and p 1. */
  @ParameterizedTest
  @CsvSource({"lemma1, .125, .25", "perPrompt, .125, .25"})
  void underABaselineAllSamplesCount(String weighting, double first, double last)
      throws IOException {
    file(
        "batch.json",
        Text.of(
            """
            {"new": [[-1], [-2], [-3]], "plain": true, "rewards": [1, 0, 1], "promptIds": [1, 1, 2],
             "advantage": "grpo", "weighting": "%s", "prompts": 4}
            """,
            weighting));
    JobResult found = run(WITHOUT_SPARK, "gvmRaft.loss=@/batch.json");
    assertThat(metric(found, "weights.0")).isEqualTo(first);
    assertThat(metric(found, "weights.1")).isEqualTo(first);
    assertThat(metric(found, "weights.2")).isEqualTo(last);
  }

  /** Terms M2/p - mu2 are 7 and 0, with n = 4 and 2. */
  @Test
  void momentsHaveTheirClosedForms() throws IOException {
    file(
        "moments.json",
        "[{\"p\": 0.5, \"M2\": 4, \"mu2\": 1, \"n\": 4}, {\"p\": 1, \"M2\": 1, \"mu2\": 1, \"n\":"
            + " 2}]");
    JobResult found = run(WITHOUT_SPARK, "gvmRaft.variance=@/moments.json");
    assertThat(metric(found, "total")).isEqualTo(6);
    assertThat(metric(found, "closed")).isEqualTo(7 / 4.0);
    assertThat(metric(found, "bound")).isEqualTo(8 / 4.0 + 1 / 2.0);
    assertThat(metric(found, "uniform")).isCloseTo(7 / 3.0, within(1e-15));
    assertThat(metric(found, "uniformBound")).isCloseTo(9 / 3.0, within(1e-15));
    assertThat(metric(found, "minimum")).isCloseTo(7 / 6.0, within(1e-15));
    assertThat(metric(found, "boundMinimum"))
        .isCloseTo((Math.sqrt(8) + 1) * (Math.sqrt(8) + 1) / 6, within(1e-14));
    assertThat(metric(found, "optimum")).isCloseTo(7 / 6.0, within(1e-15));
    assertThat(metric(found, "rule")).isEqualTo(7 / 4.0); // 4.4 and 1.6
    assertThat(metric(found, "dropped")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "of   | [{\"promptId\": 1, \"p\": 2, \"g\": 1}] | row 0: p must be a number of 0 to 1, is 2",
        "of   | [{\"promptId\": 1, \"correct\": 1}] | row 0: correct must be true or false, is 1",
        "of   | [{\"promptId\": 1, \"correct\": true}] | row 0: gradientNorm must be a number",
        "of   | [{\"promptId\": 1, \"samples\": 1, \"correct\": 2}] | must be 0 to samples, which",
        "of   | [{\"correct\": false}] | row 0: promptId must be a number, is missing",
        "of   | [{\"promptId\":1,\"p\":1,\"g\":1},{\"promptId\":1,\"p\":1,\"g\":1}] | promptId 1 occurs",
        "of   | {\"promptId\": [1, 2], \"p\": [1]} | p has 1 values, the first column has 2",
        "of   | [{\"iteration\":1},{\"iteration\":2}] | several values of iteration",
        "of   | [3] | row 0 must be an object",
        "of   | [] | holds no rows",
        "loss | {\"new\": [[1]], \"old\": [[1, 2]], \"advantages\": [1]} | old[0] has not as many",
        "loss | {\"new\": [[1]], \"old\": [[1]], \"advantages\": [1, 2]} | advantages has 2 numbers",
        "loss | {\"new\": [[1]], \"old\": [[1]], \"reward\": [1]} | reward is not known",
        "loss | {\"new\": [[1]], \"old\": [[1]], \"rewards\": [1], \"dual\": 0} | dual above 1",
        "loss | {\"new\": [[1]], \"old\": [[1]], \"rewards\": [1], \"weighting\": \"x\"} | one of",
        "loss | {\"new\": [[1], [1]], \"old\": [[1], [1]], \"rewards\": [1, 1], \"prompts\": 1,"
            + " \"promptIds\": [1, 2], \"weighting\": \"perPrompt\"} | prompts must be at least 2",
        "variance | [{\"p\": 1, \"M2\": 1, \"mu2\": 2}] | row 0: mu2 must be at most M2, which is 1",
        "variance | [{\"p\": 1, \"M2\": 1}] | row 0: mu2 must be a number, is missing"
      })
  void badRowsAreNamed(String key, String content, String message) throws IOException {
    file("bad.json", content);
    assertThatThrownBy(() -> run(WITHOUT_SPARK, "gvmRaft." + key + "=@/bad.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("bad.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gvmRaft.loss=@/rates.json | gvmRaft.loss (--set) is set beside gvmRaft.of",
        "gvmRaft.floor=9 | gvmRaft.floor (--set) is 9 samples for each of 3 prompts, of 24",
        "gvmRaft.threshold=0 | gvmRaft.threshold (--set) must be",
        "gvmRaft.g=median | gvmRaft.g (--set) must be one of mean, rms, one"
      })
  void badConfigurationIsNamed(String set, String message) {
    assertThatThrownBy(() -> run(WITHOUT_SPARK, "gvmRaft.of=@/rates.json", set))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void keysThatAReplayDoesNotReadAreRefused() throws IOException {
    file("n.json", "[{\"p\": 1, \"M2\": 1, \"mu2\": 1, \"n\": 4}]");
    assertThatThrownBy(() -> run(WITHOUT_SPARK, "gvmRaft.loss=@/x.json", "gvmRaft.beta=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gvmRaft.beta (--set) shares samples out");
    assertThatThrownBy(() -> run(WITHOUT_SPARK, "gvmRaft.variance=@/n.json", "gvmRaft.total=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gvmRaft.total (--set) is the sum of n");
    assertThatThrownBy(() -> run(WITHOUT_SPARK, "gvmRaft.of=@/nothing.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("There is no file");
  }
}
