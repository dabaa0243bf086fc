package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table gives the candidates that memory gives. */
class TableCandidatesTest extends SparkTest {
  private static final int CLUSTERS = 3;
  private static final int TASKS = 3;
  private static final int ROWS = 90;
  private static final int[] CLUSTER_OF_ROUND = {0, 1, 0, 2, 0};
  private static final long SEED = 5;
  private static final long NUMBERS = RandomStream.purpose("test.tableCandidates");

  @TempDir static Path shared;
  private static RankedPool ordered;

  @TempDir Path folder;

  @BeforeAll
  static void write() {
    ordered = ranked(Arm.LEAD, 2, shared);
  }

  static PoolRows pool() {
    return RandomPool.of(ROWS, TASKS, CLUSTERS);
  }

  /** Every seventh row is out. */
  static boolean[] eligible() {
    boolean[] eligible = new boolean[ROWS];
    IntStream.range(0, ROWS).forEach(row -> eligible[row] = row % 7 != 0);
    return eligible;
  }

  private static Candidates inMemory(Arm arm, int most) {
    return new MemoryCandidates(pool(), arm, CLUSTERS, eligible(), most, SEED);
  }

  private static RankedPool ranked(Arm arm, int partitions, Path folder) {
    try (PoolTable table = new PoolTable(context(), pool(), arm, eligible(), SEED)) {
      return RankedPool.write(table.rows().repartition(partitions), folder.toString());
    }
  }

  private Candidates inTable(RankedPool ranked, Arm arm, int most) {
    boolean isOneGroup = arm.draw() == Arm.Draw.NONE;
    return new TableCandidates(
        ranked,
        new IduTable(spark(), at("idu"), 2),
        arm.utility() == Arm.Utility.IDU,
        isOneGroup ? 1 : CLUSTERS,
        isOneGroup ? 1 : TASKS,
        most);
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  /** What a round chose, and what could be chosen before it. */
  private record Chosen(List<Long> available, List<Candidates.Candidate> rows) {}

  private static double idu(Candidates.Candidate row, int round) {
    return Math.floor(new RandomStream(SEED, NUMBERS, row.id(), round).nextDouble() * 8) / 2;
  }

  /** Rounds whose clusters, quotas and losses are drawn by their numbers. */
  private static List<Chosen> rounds(Candidates candidates, int from, int to) {
    List<Chosen> chosen = new ArrayList<>();
    for (int round = from; round < to; round++) {
      RandomStream random = new RandomStream(SEED, NUMBERS, 1, round);
      int cluster = CLUSTER_OF_ROUND[round];
      long[] available = candidates.available(cluster);
      long[] quotas =
          Arrays.stream(available)
              .map(n -> Math.min(n, (long) (random.nextDouble() * 7)))
              .toArray();
      List<Candidates.Candidate> rows = candidates.top(cluster, quotas);
      chosen.add(new Chosen(Arrays.stream(available).boxed().toList(), rows));
      int number = round;
      double[] idu = rows.stream().mapToDouble(row -> idu(row, number)).toArray();
      candidates.trained(round, cluster, rows, idu);
    }
    return chosen;
  }

  @Test
  void rowsThatTrainingChangedMoveToTheirPlaces() {
    Candidates memory = inMemory(Arm.LEAD_FAITHFUL, 2);
    List<Chosen> expected = rounds(memory, 0, 2);
    Map<String, Flat> state = memory.state();
    expected.addAll(rounds(memory, 2, 5));
    assertThat(expected.stream().flatMap(round -> round.rows().stream()))
        .anyMatch(row -> row.uses() == 1);

    assertThat(rounds(inTable(ordered, Arm.LEAD_FAITHFUL, 2), 0, 4))
        .isEqualTo(expected.subList(0, 4));
    Candidates stopped = inTable(ordered, Arm.LEAD_FAITHFUL, 2); // rounds 2 and 3 left folders
    stopped.restore(2, state);
    assertThat(rounds(stopped, 2, 5)).isEqualTo(expected.subList(2, 5));
  }

  @Test
  void aRowOfOneUseIsGone() {
    List<Chosen> rounds = rounds(inTable(ordered, Arm.LEAD, 1), 0, 3);
    assertThat(rounds).isEqualTo(rounds(inMemory(Arm.LEAD, 1), 0, 3));
    assertThat(rounds.stream().flatMap(round -> round.rows().stream()))
        .doesNotHaveDuplicates()
        .allMatch(row -> row.uses() == 0);
  }

  @Test
  void aRandomOrderStaysWhateverTrainingSays() {
    RankedPool ranked = ranked(Arm.LEAD_RANDOM_INSIDE, 7, folder.resolve("random"));
    assertThat(rounds(inTable(ranked, Arm.LEAD_RANDOM_INSIDE, 2), 0, 2))
        .isEqualTo(rounds(inMemory(Arm.LEAD_RANDOM_INSIDE, 2), 0, 2));
  }

  @Test
  void anArmWithoutClustersHasOneGroup() {
    RankedPool ranked = ranked(Arm.TOP_LOSS, 1, folder.resolve("group"));
    long[] budget = {20};
    assertThat(inTable(ranked, Arm.TOP_LOSS, 1).top(0, budget))
        .hasSize(20)
        .isEqualTo(inMemory(Arm.TOP_LOSS, 1).top(0, budget));
  }

  @Test
  void aRoundReadsTheDrawnClusterUpToARank() {
    Dataset<Row> first = ordered.first(1, new long[] {4, 0, 2});
    assertThat(first.queryExecution().executedPlan().toString())
        .containsPattern("PartitionFilters: \\[[^\\]]*cluster#\\d+ = 1")
        .contains("LessThanOrEqual(rank,4)");
  }
}
