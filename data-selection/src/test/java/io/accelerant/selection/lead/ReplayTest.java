package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.job.WithoutSpark;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayTest extends SparkTest {
  private static final Offset<Double> E = within(1e-14);
  private static final int ROWS = 24;
  private static final LeadJob JOB = new LeadJob();
  private static final JobContext WITHOUT_SPARK = WithoutSpark.CONTEXT;

  @TempDir Path place;
  private Path folder;

  private static double loss(int round, int id) {
    return 1 + .1 * ((id * 7 + round * 5) % 11);
  }

  /** 24 rows in 2 clusters and 2 tasks; row 4 repeats row 0; losses of 9 rounds, of all rows. */
  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectory(place.resolve("given"));
    StringBuilder pool = new StringBuilder();
    StringBuilder losses = new StringBuilder();
    StringBuilder gradients = new StringBuilder();
    for (int id = ROWS - 1; id >= 0; id--) {
      pool.append(
          Text.of(
              "{\"id\": %d, \"task\": \"%s\", \"ifd\": %s, \"iu0\": %s, \"cluster\": %d%s}%n",
              id,
              id % 2 == 0 ? "a" : "b",
              id % 3 == 0 ? 0.2 : 0.9,
              initial(id),
              id % 3 == 0 ? 0 : 1,
              id == 4 ? ", \"duplicateOf\": 1" : ""));
      for (int round = 0; round < 9; round++) {
        losses.append(
            Text.of("{\"round\": %d, \"id\": %d, \"loss\": %s}%n", round, id, loss(round, id)));
      }
    }
    for (int round = 0; round < 9; round++) {
      gradients.append(
          Text.of(
              "{\"round\": %d, \"vector\": [%s, %s], \"rate\": %s, \"step\": [-0.5, 0.25]}%n",
              round, gradient(round)[0], gradient(round)[1], rate(round)));
    }
    file("pool.jsonl", pool.toString());
    file("losses.jsonl", losses.toString());
    file("gradients.jsonl", gradients.toString());
  }

  private static double initial(int id) {
    return 1.5 + .25 * (id % 5);
  }

  private static double[] gradient(int round) {
    return new double[] {1 + round, 2 - round * round % 5};
  }

  private static double rate(int round) {
    return .1 - .01 * round;
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("lead.of=" + folder, "lead.budget=12"));
    all.addAll(List.of("lead.rounds=4", "run.format=json", "run.output=" + place + "/o-{version}"));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  private JobResult run(String... sets) {
    return JOB.run(WITHOUT_SPARK, config(sets));
  }

  private Replay.Replayed replayed(String... sets) {
    return Replay.replayed(WITHOUT_SPARK, config(sets));
  }

  /** Each number of a round, from those before it and what was given. */
  @ParameterizedTest
  @CsvSource({"faithful, minNorm", "guarded, minNorm", "guarded, actualStep", "guarded, none"})
  void roundsFollowFromEachOther(String mode, String lossChange) {
    Replay.Replayed found =
        replayed("lead.mode=" + mode, "lead.lossChange=" + lossChange, "lead.guard.quantile=1");
    assertThat(found.rounds()).hasSize(4);
    double[] w = {1, 1};
    Map<Integer, double[]> first = new TreeMap<>();
    Map<Long, Double> idu = new TreeMap<>();
    List<Double> rewards = new ArrayList<>();
    for (RoundTrace round : found.rounds()) {
      int t = round.number();
      int k = round.cluster();
      double change = round.change().value();
      double[] previous = t == 0 ? null : gradient(t - 1);
      assertThat(change).isCloseTo(lossChange(lossChange, t, first.get(k), previous), E);
      assertThat(round.rate()).isEqualTo(rate(t));
      first.putIfAbsent(k, gradient(t));
      assertThat(round.ids()).hasSize(3);
      double reward = 0;
      for (int i = 0; i < 3; i++) {
        long id = round.ids()[i];
        double before = idu.getOrDefault(id, initial((int) id));
        assertThat(id % 3 == 0 ? 0 : 1).isEqualTo(k);
        assertThat(round.losses()[i]).isEqualTo(loss(t, (int) id));
        assertThat(round.before()[i]).isCloseTo(before, E);
        double after = .9 * (round.losses()[i] + change) + .1 * before;
        assertThat(round.after()[i]).isCloseTo(after, E);
        idu.put(id, after);
        reward += (before - after) / 3;
      }
      rewards.add(reward);
      assertThat(round.reward()).isCloseTo(reward, E);
      assertThat(round.usedReward()).isCloseTo(normalised(rewards), within(1e-12));
      assertThat(round.weightsBefore()).containsExactly(w, E);
      assertThat(round.probabilities()).containsExactly(probabilities(w), E);
      w[k] *= Math.exp(.1 / 2 * normalised(rewards) / probabilities(w)[k]);
      double largest = Math.max(w[0], w[1]);
      w[0] /= largest;
      w[1] /= largest;
      assertThat(round.weights()).containsExactly(w, E);
    }
    assertThat(found.selection().uses()).isEqualTo(12);
    assertThat(found.selection().distinct()).isEqualTo(idu.size());
  }

  private static double[] probabilities(double[] w) {
    return new double[] {.9 * w[0] / (w[0] + w[1]) + .05, .9 * w[1] / (w[0] + w[1]) + .05};
  }

  /** As a job; its tables hold the rounds. */
  @Test
  void tablesHoldTheRounds() {
    List<RoundTrace> rounds = replayed().rounds();
    JobResult result = JOB.run(context(), config());
    assertThat(result.metrics().get("uses").intValue()).isEqualTo(12);
    assertThat(result.metrics().get("probability.0").doubleValue()).isBetween(.05, .95);
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    for (RoundTable table : RoundTable.values()) {
      String[] columns =
          Stream.of(table.columns().split(", ?")).map(c -> c.split(" ")[0]).toArray(String[]::new);
      List<String> expected =
          rounds.stream()
              .flatMap(round -> table.rows(round).stream())
              .map(Arrays::toString)
              .toList();
      assertThat(
              ArtifactTables.read(spark(), artifact, table.label())
                  .selectExpr(columns)
                  .collectAsList())
          .extracting(row -> "[" + row.mkString(", ") + "]")
          .as(table.label())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static double normalised(List<Double> rewards) {
    double last = rewards.get(rewards.size() - 1);
    double low = rewards.stream().min(Double::compare).orElseThrow();
    double high = rewards.stream().max(Double::compare).orElseThrow();
    return rewards.size() == 1 ? last : 2 * (last - low) / (high - low) - 1;
  }

  private static double lossChange(String kind, int round, double[] first, double[] previous) {
    if (kind.equals("actualStep")) {
      return -.5 * gradient(round)[0] + .25 * gradient(round)[1];
    }
    if (kind.equals("none") || previous == null) {
      return 0;
    }
    double[] own = first == null ? previous : first;
    double a = dot(own, own);
    double b = dot(previous, previous);
    double c = dot(own, previous);
    double beta = a + b == 2 * c ? 0 : Math.min(1, Math.max(0, (b - c) / (a + b - 2 * c)));
    double[] mix = {
      beta * own[0] + (1 - beta) * previous[0], beta * own[1] + (1 - beta) * previous[1]
    };
    return -rate(round) * dot(mix, mix);
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1];
  }

  private long[] firstIds(String... sets) {
    return replayed(sets).rounds().get(0).ids();
  }

  /**
   * Cluster 1 has ids 1, 2, 4, 5, 7, 8, 10, ..; the largest losses are of 4, 14, 19; 4 repeats 1.
   */
  @Test
  void theGuardTakesCopiesAndTheLargestLossesOut() throws IOException {
    file("arms.json", "{\"round\": [0], \"cluster\": [1]}");
    assertThat(firstIds("lead.mode=faithful", "lead.rounds=6")).containsExactlyInAnyOrder(4, 19);
    assertThat(firstIds("lead.guard.quantile=1", "lead.rounds=6"))
        .containsExactlyInAnyOrder(14, 19);
    assertThat(firstIds("lead.guard.quantile=0.8", "lead.rounds=6"))
        .containsExactlyInAnyOrder(8, 13);
  }

  @Test
  void roundsAreNumberedAsTheyAreGivenAndEndWithTheDraws() throws IOException {
    file("arms.json", "{\"round\": [2, 3, 4], \"cluster\": [0, 1, 0]}");
    file(
        "losses.jsonl",
        Files.readString(folder.resolve("losses.jsonl"))
            .lines()
            .filter(line -> !line.contains("\"round\": 0") && !line.contains("\"round\": 1"))
            .collect(Collectors.joining("\n")));
    Replay.Replayed found = replayed("lead.lossChange=none");
    assertThat(found.rounds()).extracting(RoundTrace::number).containsExactly(2, 3, 4);
    assertThat(found.rounds()).extracting(RoundTrace::cluster).containsExactly(0, 1, 0);
    assertThat(found.selection().uses()).isEqualTo(9);
  }

  @Test
  void aRateThatIsNotGivenIsThatOfTheConfiguration() throws IOException {
    file("gradients.jsonl", "{\"round\": 0, \"vector\": [1]}\n{\"round\": 1, \"vector\": [1]}");
    assertThat(replayed("lead.rounds=2", "train.learningRate=0.5").rounds())
        .allSatisfy(round -> assertThat(round.rate()).isEqualTo(.5));
  }

  /** Four rows of a cluster each, by loss; of the two values of IFD two. */
  @Test
  void clustersAreFoundWhereTheyAreNotGiven() throws IOException {
    file(
        "pool.jsonl",
        Files.readString(folder.resolve("pool.jsonl")).replaceAll(", .cluster.: \\d", ""));
    Replay.Replayed byLoss =
        replayed("lead.clusters=6", "lead.clustering=quantiles", "lead.difficulty=loss");
    assertThat(byLoss.selection().weights()).hasSize(6);
    assertThat(replayed().selection().weights()).hasSize(2);
  }

  /** The table has clusters 0 and 1; what is asked for may have empty ones beside them. */
  @Test
  void clustersThatAreAskedForStandBesideThoseOfTheTable() {
    assertThat(replayed("lead.clusters=5").selection().probabilities()).hasSize(5);
    assertThat(replayed("lead.clusters=1").selection().probabilities()).hasSize(2);
    assertThat(replayed().selection().probabilities()).hasSize(2);
  }

  @Test
  void tablesMayBeParquet() {
    Dataset<Row> losses = spark().read().json(folder + "/losses.jsonl");
    losses.repartition(2).write().parquet(folder + "/other/losses.parquet");
    RowsFile parquet = RowsFile.in(folder + "/other", "losses", context()).orElseThrow();
    RowsFile json = RowsFile.in(folder.toString(), "losses", context()).orElseThrow();
    Optional<RowsFile> none = Optional.empty();
    LossChange.Kind kind = LossChange.Kind.NONE;
    assertThat(GivenRounds.of(parquet, none, none, kind, 1).losses())
        .isEqualTo(GivenRounds.of(json, none, none, kind, 1).losses());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pool.jsonl | {\"id\": 1, \"iu0\": 1, \"cluster\": 0} | row 0: task must be a text or a whole",
        "pool.jsonl | {\"id\": 1, \"task\": 1, \"cluster\": 0} | row 0: iu0 must be a number",
        "pool.jsonl | {\"id\": 1, \"task\": 1, \"iu0\": 1} | row 0: ifd must be a number, is missing",
        "pool.jsonl | {\"id\": 1, \"task\": 1, \"iu0\": 1, \"cluster\": -1} | cluster must be 0 to",
        "pool.jsonl | {\"id\": 1, \"task\": 1, \"iu0\": 1, \"cluster\": 0, \"duplicateOf\": 1}"
            + " | duplicateOf must be the id of another row, is 1",
        "pool.jsonl | '' | holds no rows",
        "losses.jsonl | '' | holds no rows",
        "losses.jsonl | {\"round\": 0, \"id\": 99, \"loss\": 1} | in round 0, which was chosen",
        "gradients.jsonl | {\"round\": 7, \"vector\": [1]} | has no round 0, which was trained",
        "gradients.jsonl | {\"round\": 0, \"vector\": [1], \"rate\": -1} | rate must be a number of",
        "gradients.jsonl | {\"round\": 0, \"vector\": [1], \"step\": [1, 2]} | step has 2 numbers",
        "arms.jsonl | {\"round\": 0, \"cluster\": 5} | round 0: there are clusters 0 to 1, not 5"
      })
  void badRowsAreNamed(String name, String content, String message) throws IOException {
    file(name, content);
    assertThatThrownBy(() -> run()).isInstanceOf(DataException.class).hasMessageContaining(message);
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Files.delete(folder.resolve("gradients.jsonl"));
    assertThatThrownBy(() -> run())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("There is no table gradients")
        .hasMessageContaining("lead.lossChange = none");
    Files.delete(folder.resolve("losses.jsonl"));
    assertThatThrownBy(() -> run())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds no table losses; expected losses.json");
  }

  @Test
  void keysThatAReplayDoesNotReadAreRefused() {
    assertThatThrownBy(() -> run("lead.seeds=[1]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.seeds (--set) is for training");
    assertThatThrownBy(() -> run("lead.mode=faithful", "lead.rate=0.015"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lead.rate (--set) leaves nothing to choose");
  }
}
