package io.accelerant.rl.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.rl.weight.Episode;
import io.accelerant.rl.weight.Episodes;
import io.accelerant.rl.weight.TrajectoryWeights;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class EpisodeWeightsTest extends SparkTest {

  /** The episodes as one machine sees them: returns by sequential addition. */
  private static List<Episode> summed(List<Episode> episodes) {
    return episodes.stream()
        .map(e -> new Episode(e.id(), Episode.sum(Tables.rewards(e)), e.length(), e.start()))
        .toList();
  }

  @Test
  void equalsOneMachineOnTenThousandEpisodesUnderAnyPartitioning() {
    List<Episode> episodes = Episodes.random(10_000, 3, 7, 6);
    Set<String> fingerprints = new HashSet<>();
    for (int partitions : new int[] {1, 2, 7}) {
      Dataset<Row> table = Tables.of(spark(), episodes, partitions);
      try (EpisodeWeights weights = EpisodeWeights.of(table, "memory", false)) {
        StringBuilder all = new StringBuilder();
        for (Weighting weighting : Weighting.values()) {
          WeightSettings settings = WeightSettings.of(weighting);
          EpisodeWeights.Weighted weighted = weights.weigh(settings);
          if (fingerprints.isEmpty()) { // the others are the same to the bit
            same(weighted, TrajectoryWeights.of(summed(episodes), settings));
          }
          all.append(TableFingerprint.of(weighted.table()))
              .append(weighted.summary())
              .append(weighted.warnings());
        }
        fingerprints.add(all.toString());
      }
    }
    assertThat(fingerprints).hasSize(1);
  }

  private static void same(EpisodeWeights.Weighted ours, TrajectoryWeights theirs) {
    List<Row> rows = ours.table().orderBy("episode_id").collectAsList();
    assertThat(rows).hasSize(theirs.mass().length);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).<Double>getAs("baseline"))
          .isCloseTo(theirs.baseline()[i], within(1e-10));
      assertThat(rows.get(i).<Double>getAs("score")).isCloseTo(theirs.score()[i], within(1e-12));
      assertThat(rows.get(i).<Double>getAs("mass"))
          .isCloseTo(theirs.mass()[i], within(1e-12 * Math.max(1e-3, theirs.mass()[i])));
      assertThat(rows.get(i).<Double>getAs("transition_probability"))
          .isCloseTo(theirs.transitionProbability()[i], within(1e-12));
    }
    WeightSummary s = ours.summary();
    WeightSummary t = theirs.summary();
    assertThat(s.weightedReturn()).isCloseTo(t.weightedReturn(), within(1e-9));
    assertThat(s.psv()).isCloseTo(t.psv(), within(1e-9 * t.psv()));
    assertThat(s.psvNormalised()).isCloseTo(t.psvNormalised(), within(1e-12));
    assertThat(s.effectiveSampleSize() / t.effectiveSampleSize()).isCloseTo(1, within(1e-10));
    assertThat(ours.warnings()).isEqualTo(theirs.warnings());
  }

  @Test
  void edgeCasesEqualOneMachine() {
    List<List<Episode>> cases = new ArrayList<>();
    cases.add(Episodes.random(8, 3, 1)); // too few for aw
    cases.add(List.of(new Episode(5, -3, 2, List.of(1.0)), new Episode(6, -3, 7, List.of(1.0))));
    cases.add(List.of(new Episode(-1, 0, 1, List.of(0.0)))); // one episode, nothing but zeros
    for (List<Episode> episodes : cases) {
      Dataset<Row> table = Tables.of(spark(), episodes, 2);
      try (EpisodeWeights weights = EpisodeWeights.of(table, "memory", false)) {
        for (Weighting weighting : Weighting.values()) {
          WeightSettings settings = new WeightSettings(weighting, 0.1, 1, 0);
          same(weights.weigh(settings), TrajectoryWeights.of(summed(episodes), settings));
        }
      }
    }
  }

  @Test
  void advantageOfWideObservationsIsTheReturnWithAWarning() {
    List<Episode> episodes = Episodes.random(530, 257, 1, 2);
    try (EpisodeWeights weights =
        EpisodeWeights.of(Tables.of(spark(), episodes, 2), "images", false)) {
      EpisodeWeights.Weighted aw = weights.weigh(WeightSettings.of(Weighting.AW));
      EpisodeWeights.Weighted rw = weights.weigh(WeightSettings.of(Weighting.RW));
      assertThat(aw.warnings()).singleElement().asString().contains("at most 256", "have 257");
      same(aw, TrajectoryWeights.of(summed(episodes), WeightSettings.of(Weighting.AW)));
      assertThat(TableFingerprint.of(aw.table())).isEqualTo(TableFingerprint.of(rw.table()));
    }
  }

  @Test
  void clippingEqualsOneMachine() {
    List<Episode> episodes = Episodes.random(500, 2, 3);
    WeightSettings settings = new WeightSettings(Weighting.AW, 0.2, 0.1, 0.05);
    try (EpisodeWeights weights =
        EpisodeWeights.of(Tables.of(spark(), episodes, 3), "memory", false)) {
      same(weights.weigh(settings), TrajectoryWeights.of(summed(episodes), settings));
    }
  }

  @Test
  void topOfTooFewIsRefused() {
    try (EpisodeWeights weights =
        EpisodeWeights.of(Tables.of(spark(), Episodes.random(9, 1, 1), 1), "memory", false)) {
      assertThatThrownBy(() -> weights.weigh(WeightSettings.of(Weighting.TOP)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("none of 9");
    }
  }

  @Test
  void incompleteEpisodesCountUnlessExcluded() {
    List<Row> rows =
        List.of(
            Tables.row(1, 0, 2, true, 0.0),
            Tables.row(2, 0, 3, false, 0.0),
            Tables.row(2, 1, 4, false, 0.0));
    Dataset<Row> table = spark().createDataFrame(rows, Tables.SCHEMA);
    try (EpisodeWeights all = EpisodeWeights.of(table, "memory", false)) {
      assertThat(all.statistics().episodes()).isEqualTo(2);
      assertThat(all.statistics().incomplete()).isEqualTo(1);
      assertThat(all.statistics().maxReturn()).isEqualTo(7);
    }
    try (EpisodeWeights complete = EpisodeWeights.of(table, "memory", true)) {
      assertThat(complete.statistics().episodes()).isEqualTo(1);
    }
    Dataset<Row> none = table.filter("episode_id = 2");
    assertThatThrownBy(() -> EpisodeWeights.of(none, "memory", true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no complete episode");
  }

  private static void refused(List<Row> rows, String... fragments) {
    Dataset<Row> table = spark().createDataFrame(rows, Tables.SCHEMA);
    assertThatThrownBy(() -> EpisodeWeights.of(table, "some.parquet", false))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(fragments);
  }

  @Test
  void violationsAreCountedAndShown() {
    refused(
        List.of(
            Tables.row(1, 0, Double.NaN, false, 0.0),
            Tables.row(1, 1, 1, true, 0.0, 1.0),
            Tables.row(4, -1, 1, true, 0.0),
            RowFactory.create(2L, 0, new Object[] {0.0}, null, null, null, true, true)),
        "some.parquet",
        "2 x reward is missing or not finite",
        "1 x observation is not 1 finite numbers",
        "1 x no step",
        "episode_id 1, step 0, reward NaN, observation [0.0]");
  }

  private static Row transition(int step, Object[] action, Object[] next) {
    return RowFactory.create(
        9L, step, new Object[] {0.0, 0.0}, action, 1.0, next, false, step == 5);
  }

  @Test
  void actionsAndNextObservationsAreNumbersOrAbsent() {
    Object[] two = {1.0, 2.0};
    refused(
        List.of(
            transition(0, null, null),
            transition(1, two, two),
            transition(2, new Object[] {Double.NaN}, two),
            transition(3, new Object[] {0.0, null}, two),
            transition(4, two, new Object[] {1.0, Double.POSITIVE_INFINITY}),
            transition(5, two, new Object[] {1.0})),
        "2 x action holds what is no finite number",
        "2 x next_observation is not 2 finite numbers",
        "step 2, reward 1.0, observation [0.0, 0.0], action [NaN]",
        "step 5, reward 1.0, observation [0.0, 0.0], action [1.0, 2.0], next_observation [1.0]");
    Dataset<Row> valid =
        spark()
            .createDataFrame(
                List.of(transition(0, null, null), transition(1, two, two)), Tables.SCHEMA);
    EpisodeWeights.of(valid, "some.parquet", false).close();
  }

  @Test
  void terminalGoesBeforeTimeoutAndIsSaid() {
    Row both =
        RowFactory.create(1L, 0, new Object[] {0.0}, new Object[] {0.0}, 1.0, null, true, true);
    Dataset<Row> table =
        spark().createDataFrame(List.of(both, Tables.row(2, 0, 1, true, 0.0)), Tables.SCHEMA);
    try (EpisodeWeights weights = EpisodeWeights.of(table, "memory", false)) {
      assertThat(weights.notes())
          .containsExactly("1 transitions are both terminal and timeout: they count as terminal.");
      assertThat(weights.statistics().incomplete()).isZero();
    }
    Dataset<Row> ended = new Transitions(table, "memory", () -> "").ended();
    assertThat(ended.filter("terminal and not timeout").count()).isEqualTo(1);
    assertThat(ended.filter("timeout and not terminal").count()).isEqualTo(1);
  }

  @Test
  void brokenEpisodesAreCountedAndShown() {
    refused(
        List.of(Tables.row(7, 0, 1, false, 0.0), Tables.row(7, 2, 1, true, 0.0)),
        "1 x steps are not 0, 1, 2",
        "episode_id 7, length 2, last 2");
    refused(
        List.of(
            Tables.row(7, 0, 1, false, 0.0),
            Tables.row(7, 1, 1, false, 0.0),
            Tables.row(7, 1, 1, true, 0.0)),
        "1 x steps are not 0, 1, 2");
    refused(
        List.of(Tables.row(3, 0, 1, true, 0.0), Tables.row(3, 1, 1, false, 0.0)),
        "1 x goes on after a terminal or timeout");
    refused(List.of(), "holds no transitions");
  }

  @Test
  void thePlanHasNoUserFunctions() {
    List<Episode> episodes = Episodes.random(50, 2, 3);
    try (EpisodeWeights weights =
        EpisodeWeights.of(Tables.of(spark(), episodes, 2), "memory", false)) {
      for (Weighting weighting : Weighting.values()) {
        String plan =
            weights.weigh(WeightSettings.of(weighting)).table().queryExecution().toString();
        assertThat(plan)
            .doesNotContain("UDF", "MapElements", "MapPartitions", "DeserializeToObject");
      }
    }
  }
}
