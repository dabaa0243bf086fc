package io.accelerant.rl.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One number of another size takes nothing from the others. */
class OutliersTest extends SparkTest {
  /**
   * Episode 0 with the rewards given; episodes 1 to 12 of two steps with the returns 2, 4, 6, ..
   */
  private static Dataset<Row> table(double size, double... first) {
    List<Row> rows = new ArrayList<>();
    for (int t = 0; t < first.length; t++) {
      rows.add(Tables.row(0, t, first[t], t == first.length - 1, 0.5));
    }
    for (int e = 1; e <= 12; e++) {
      rows.add(Tables.row(e, 0, e * size, false, e % 3 * 0.25));
      rows.add(Tables.row(e, 1, e * size, true, 0.0));
    }
    return spark().createDataFrame(rows, Tables.SCHEMA).repartition(3);
  }

  private static List<Row> weighed(EpisodeWeights weights, WeightSettings settings) {
    return weights.weigh(settings).table().orderBy("episode_id").collectAsList();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e20, -1e9, 1e140})
  void theReturnsOfTheOthersAreExactAndAllWeightsAreNumbers(double outlier) {
    try (EpisodeWeights weights = EpisodeWeights.of(table(1, 0, outlier), "memory", false)) {
      for (Weighting weighting : Weighting.values()) {
        List<Row> rows = weighed(weights, WeightSettings.of(weighting));
        double mass = 0;
        for (Row row : rows) {
          long id = row.getLong(0);
          assertThat(row.<Double>getAs("return")).isEqualTo(id == 0 ? outlier : 2 * id);
          mass += row.<Double>getAs("mass");
        }
        assertThat(mass).as(weighting.label()).isCloseTo(1, within(1e-12));
      }
    }
  }

  @Test
  void theBestShareHasItsOwnMeanBesideALowOutlier() {
    try (EpisodeWeights weights = EpisodeWeights.of(table(1, 0, -1e20), "memory", false)) {
      WeightSettings top = new WeightSettings(Weighting.TOP, 0.1, 0.16, 0);
      assertThat(weights.weigh(top).summary().weightedReturn()).isEqualTo(23); // of 22 and 24
    }
  }

  @Test
  void outliersOfBothSignsLeaveTheMean() {
    List<Row> rows = new ArrayList<>();
    rows.add(Tables.row(100, 0, 1e20, true, 0.0));
    rows.add(Tables.row(101, 0, -1e20, true, 0.0));
    rows.add(Tables.row(102, 0, 6, true, 0.0));
    Dataset<Row> table = spark().createDataFrame(rows, Tables.SCHEMA);
    try (EpisodeWeights weights = EpisodeWeights.of(table, "memory", false)) {
      assertThat(weights.statistics().meanReturn()).isEqualTo(2);
      assertThat(weights.weigh(WeightSettings.of(Weighting.UNIFORM)).summary().uniformReturn())
          .isEqualTo(2);
    }
  }

  @Test
  void anOutlierThatIsClippedLeavesTheScoresOfTheOthers() {
    WeightSettings clipped = new WeightSettings(Weighting.RW, 0.1, 0.1, 0.1);
    try (EpisodeWeights weights = EpisodeWeights.of(table(1, 0, -1e20), "memory", false)) {
      assertThat(weights.weigh(clipped).warnings()).isEmpty();
      List<Row> rows = weighed(weights, clipped);
      assertThat(rows.get(12).<Double>getAs("score")).isEqualTo(1);
      assertThat(rows.get(6).<Double>getAs("score")).isBetween(0.4, 0.6);
    }
  }

  @Test
  void rewardsThatCancelLeaveTheRest() {
    try (EpisodeWeights weights =
        EpisodeWeights.of(table(1, 1e300, 3, -1e300, 0.5), "memory", false)) {
      assertThat(weighed(weights, WeightSettings.of(Weighting.RW)).get(0).<Double>getAs("return"))
          .isEqualTo(3.5);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-200, 1e-310, 1e120})
  void scoresDoNotDependOnTheUnitOfRewards(double unit) {
    List<List<Row>> both = new ArrayList<>();
    List<Double> spread = new ArrayList<>();
    for (double size : new double[] {1, unit}) {
      try (EpisodeWeights weights = EpisodeWeights.of(table(size, 5 * size), "memory", false)) {
        both.add(weighed(weights, WeightSettings.of(Weighting.AW)));
        spread.add(weights.weigh(WeightSettings.of(Weighting.RW)).summary().psvNormalised());
      }
    }
    assertThat(spread.get(1)).isCloseTo(spread.get(0), within(1e-9));
    for (int i = 0; i < both.get(0).size(); i++) {
      assertThat(both.get(1).get(i).<Double>getAs("score"))
          .isCloseTo(both.get(0).get(i).getAs("score"), within(1e-9));
    }
  }

  @Test
  void equalReturnsAreWeighedEquallyAtAnyTemperature() {
    List<Row> rows = List.of(Tables.row(1, 0, 3, true, 0.0), Tables.row(2, 0, 3, true, 1.0));
    Dataset<Row> table = spark().createDataFrame(rows, Tables.SCHEMA);
    try (EpisodeWeights weights = EpisodeWeights.of(table, "memory", false)) {
      for (double alpha : new double[] {1e-3, 0.02}) {
        assertThat(weighed(weights, new WeightSettings(Weighting.RW, alpha, 0.1, 0)))
            .allMatch(row -> row.<Double>getAs("mass") == 0.5);
      }
    }
  }

  private static void refused(Dataset<Row> table, String... fragments) {
    assertThatThrownBy(() -> EpisodeWeights.of(table, "some.jsonl", false))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(fragments);
  }

  @Test
  void whatNoDoubleHoldsIsRefusedWithItsRow() {
    refused(table(1, 0, -1e300), "some.jsonl", "episode_id 0", "step 1", "-1.0E300");
    refused(table(1, 1e308, 2, 1.5e308), "episode_id 0", "Infinity", "step 2", "1.5E308");
  }

  @Test
  void anObservationThatNoSquareHoldsIsRefusedByAdvantageOnly() {
    List<Row> rows = new ArrayList<>();
    for (int e = 0; e < 9; e++) {
      rows.add(Tables.row(e, 0, e, true, e == 4 ? -1e200 : e * 0.5));
    }
    Dataset<Row> table = spark().createDataFrame(rows, Tables.SCHEMA);
    try (EpisodeWeights weights = EpisodeWeights.of(table, "some.jsonl", false)) {
      assertThat(weighed(weights, WeightSettings.of(Weighting.RW))).hasSize(9);
      assertThatThrownBy(() -> weights.weigh(WeightSettings.of(Weighting.AW)))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("episode_id 4, step 0", "-1.0E200", "rw");
    }
  }
}
