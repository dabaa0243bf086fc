package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules on {@code markov:cycle}, replayed by products of its matrix. */
class RuleSamplingTest extends SparkTest {
  private static final int COUNT = 12;
  private static final int LENGTH = 8;
  private static final double THRESHOLD = .75;
  private static final double ROUNDING = 1e-9;
  private static final double[] START = {.5, .3, .2};
  private static final double[][] NEXT = {{.05, .9, .05}, {.05, .05, .9}, {.9, .05, .05}};

  @TempDir Path folder;

  private JobResult sample(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=5",
                "sample.model=markov:cycle",
                "sample.count=" + COUNT,
                "sample.length=" + LENGTH));
    sets.addAll(List.of(more));
    SampleJob job = new SampleJob();
    return job.run(context(), JobConfig.load(List.of(), sets, job.keys()));
  }

  private static List<Row> rows(JobResult result) {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    return ArtifactTables.read(spark(), artifact, "samples").orderBy("id").collectAsList();
  }

  private static int[] ints(Row row, String column) {
    return row.<Number>getList(row.fieldIndex(column)).stream()
        .mapToInt(Number::intValue)
        .toArray();
  }

  /** Law of every position given the tokens that were committed before an evaluation. */
  private static double[][] laws(int[] tokens, int[] committedAt, int evaluation) {
    double[][] before = new double[LENGTH][];
    double[][] laws = new double[LENGTH][3];
    for (int i = 0; i < LENGTH; i++) {
      before[i] = new double[3];
      for (int b = 0; b < 3; b++) {
        before[i][b] = i == 0 ? START[b] : 0;
        for (int a = 0; i > 0 && a < 3; a++) {
          before[i][b] += before[i - 1][a] * NEXT[a][b];
        }
        before[i][b] *= seen(tokens, committedAt, evaluation, i, b);
      }
    }
    double[] behind = {1, 1, 1};
    for (int i = LENGTH - 1; i >= 0; i--) {
      double[] further = new double[3];
      double mass = 0;
      for (int a = 0; a < 3; a++) {
        laws[i][a] = before[i][a] * behind[a];
        mass += laws[i][a];
        for (int b = 0; b < 3; b++) {
          further[b] += NEXT[b][a] * behind[a] * seen(tokens, committedAt, evaluation, i, a);
        }
      }
      for (int a = 0; a < 3; a++) {
        laws[i][a] /= mass;
      }
      behind = further;
    }
    return laws;
  }

  private static int seen(int[] tokens, int[] committedAt, int evaluation, int i, int token) {
    return committedAt[i] >= evaluation || tokens[i] == token ? 1 : 0;
  }

  @Test
  void positionsAreThoseWhoseConfidenceIsEnough() {
    List<Row> rows =
        rows(
            sample(
                "out",
                "sample.method=confidence",
                "sample.threshold=" + THRESHOLD,
                "sample.temperature=1"));
    assertThat(rows).hasSize(COUNT);
    for (Row row : rows) {
      int[] tokens = ints(row, "tokens");
      int[] committedAt = ints(row, "committedAt");
      int evaluations = row.getAs("evaluations");
      assertThat(Arrays.stream(committedAt).max()).hasValue(evaluations);
      double logProbability = 0;
      for (int evaluation = 1; evaluation <= evaluations; evaluation++) {
        int now = evaluation;
        double[][] laws = laws(tokens, committedAt, now);
        double[] confidence =
            Arrays.stream(laws)
                .mapToDouble(law -> Arrays.stream(law).max().orElseThrow())
                .toArray();
        int[] chosen = IntStream.range(0, LENGTH).filter(i -> committedAt[i] == now).toArray();
        int[] open = IntStream.range(0, LENGTH).filter(i -> committedAt[i] >= now).toArray();
        int[] enough = Arrays.stream(open).filter(i -> confidence[i] >= THRESHOLD).toArray();
        if (enough.length > 0) {
          assertThat(chosen).containsExactly(enough);
        } else {
          assertThat(chosen).hasSize(1);
          assertThat(confidence[chosen[0]])
              .isCloseTo(
                  Arrays.stream(open).mapToDouble(i -> confidence[i]).max().orElseThrow(),
                  within(ROUNDING));
        }
        logProbability +=
            Arrays.stream(chosen).mapToDouble(i -> Math.log(laws[i][tokens[i]])).sum();
      }
      assertThat(row.<Double>getAs("logProbability")).isCloseTo(logProbability, within(ROUNDING));
      assertThat(row.<String>getAs("text")).startsWith(tokens[0] + " " + tokens[1]);
    }
    assertThat(rows).anyMatch(row -> row.<Integer>getAs("evaluations") < LENGTH);
  }

  @Test
  void batchesAndPartitionsChangeNothing() {
    String[] rule = {"sample.method=info-gain", "sample.temperature=1", "sample.rule.candidates=3"};
    JobResult one = sample("one", with(rule, "sample.partitions=1", "sample.batch=5"));
    JobResult seven = sample("seven", with(rule, "sample.partitions=7", "sample.batch=2"));
    assertThat(rows(seven)).isEqualTo(rows(one));
    assertThat(one.metrics().get("rowsReadPerRow").doubleValue())
        .isGreaterThan(one.metrics().get("evaluationsPerRow").doubleValue());
  }

  private static String[] with(String[] some, String... more) {
    return IntStream.range(0, some.length + more.length)
        .mapToObj(i -> i < some.length ? some[i] : more[i - some.length])
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "sample.steps=4, sample.steps (--set) is not for rules of unmasking",
    "sample.graph=uniform, sample.graph (--set) is not for rules of unmasking",
    "sample.rule.count=2, sample.rule.count (--set) is no parameter of sample.method = entropy",
    "sample.model=onnx:x.onnx, sample.method (--set) is entropy",
  })
  void whatIsNotForRulesIsRefused(String set, String message) {
    assertThatThrownBy(() -> sample("out", "sample.method=entropy", set))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
