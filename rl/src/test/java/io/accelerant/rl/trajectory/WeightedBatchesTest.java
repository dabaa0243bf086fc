package io.accelerant.rl.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.job.SparkTest;
import io.accelerant.rl.weight.Episode;
import io.accelerant.rl.weight.Episodes;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.Weighting;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WeightedBatchesTest extends SparkTest {
  private static final List<Episode> EPISODES = Episodes.random(60, 2, 5);
  private static final int DRAWS = 100_000;

  private static Dataset<Row> weights;

  /** Flat enough (alpha 1) that every transition is expected often. */
  @BeforeAll
  static void weigh() {
    try (EpisodeWeights episodes =
        EpisodeWeights.of(Tables.of(spark(), EPISODES, 2), "memory", false)) {
      Dataset<Row> table = episodes.weigh(new WeightSettings(Weighting.AW, 1, 0.1, 0)).table();
      weights = spark().createDataFrame(table.collectAsList(), table.schema());
    }
  }

  /** Chi-square statistic of counts by transition, against the probabilities. */
  private static double chiSquare(Dataset<Row> draws, Dataset<Row> weights, double total) {
    double chi = 0;
    List<Row> counts =
        weights
            .selectExpr(
                "episode_id",
                "transition_probability as p",
                "explode(sequence(0, int(length) - 1)) as step")
            .join(
                draws.groupBy("episode_id", "step").count(),
                scala.jdk.javaapi.CollectionConverters.asScala(List.of("episode_id", "step"))
                    .toSeq(),
                "left")
            .collectAsList();
    assertThat(counts).hasSize(EPISODES.stream().mapToInt(Episode::length).sum());
    for (Row row : counts) {
      double expected = total * row.<Double>getAs("p");
      Long seen = row.getAs("count");
      double difference = (seen == null ? 0 : seen) - expected;
      chi += difference * difference / expected;
    }
    return chi;
  }

  /** Below the 0.999 quantile for so many cells (Wilson and Hilferty). */
  private static double limit() {
    double df = EPISODES.stream().mapToInt(Episode::length).sum() - 1;
    double t = 1 - 2 / (9 * df) + 3.09 * Math.sqrt(2 / (9 * df));
    return df * t * t * t;
  }

  @Test
  void multinomialDrawsFollowTheWeightsUnderAnyPartitioning() {
    Set<String> fingerprints = new HashSet<>();
    for (int partitions : new int[] {1, 2, 7}) {
      Dataset<Row> draws =
          WeightedBatches.multinomial(weights.repartition(partitions), DRAWS, 8, 3);
      fingerprints.add(TableFingerprint.of(draws));
    }
    assertThat(fingerprints).hasSize(1);
    Dataset<Row> draws = WeightedBatches.multinomial(weights, DRAWS, 8, 3).cache();
    assertThat(draws.count()).isEqualTo(DRAWS);
    assertThat(draws.select("draw").distinct().count()).isEqualTo(DRAWS);
    assertThat(chiSquare(draws, weights, DRAWS)).isLessThan(limit());
    assertThat(chiSquare(draws.filter("draw < 30000"), weights, 30_000)).isLessThan(limit());
    draws.unpersist();
  }

  @Test
  void anotherSeedGivesOtherDraws() {
    assertThat(TableFingerprint.of(WeightedBatches.multinomial(weights, 1000, 8, 1)))
        .isNotEqualTo(TableFingerprint.of(WeightedBatches.multinomial(weights, 1000, 8, 2)));
  }

  @Test
  void poissonCountsFollowTheWeightsUnderAnyPartitioning() {
    String one = TableFingerprint.of(WeightedBatches.poisson(weights, DRAWS, 0, 3));
    Dataset<Row> draws = WeightedBatches.poisson(weights.repartition(7), DRAWS, 0, 3).cache();
    assertThat(TableFingerprint.of(draws)).isEqualTo(one);
    assertThat((double) draws.count()).isCloseTo(DRAWS, within(4 * Math.sqrt(DRAWS)));
    assertThat(chiSquare(draws, weights, DRAWS)).isLessThan(limit());
    assertThat(TableFingerprint.of(WeightedBatches.poisson(weights, DRAWS, 1, 3)))
        .isNotEqualTo(one);
    draws.unpersist();
  }

  @Test
  void theHeaviestEpisodeAloneIsDrawnAlone() {
    Dataset<Row> one = weights.limit(1).selectExpr("episode_id", "length", "1.0D as mass");
    Dataset<Row> draws = WeightedBatches.multinomial(one, 500, 64, 3);
    assertThat(draws.select("episode_id").distinct().count()).isEqualTo(1);
    assertThat(draws.count()).isEqualTo(500);
  }

  @Test
  void drawsAreJoinedToTheirTransitionsInTrainingOrder() {
    Dataset<Row> transitions = Tables.of(spark(), EPISODES, 3);
    Dataset<Row> draws = WeightedBatches.multinomial(weights, 300, 8, 3);
    List<Row> batch = WeightedBatches.join(draws, transitions).collectAsList();
    assertThat(batch).hasSize(300);
    for (int i = 0; i < 300; i++) {
      Row row = batch.get(i);
      assertThat(row.<Long>getAs("draw")).isEqualTo(i);
      Episode episode = EPISODES.get((int) (long) row.<Long>getAs("episode_id"));
      assertThat(row.<Double>getAs("reward"))
          .isEqualTo(Tables.rewards(episode)[row.<Integer>getAs("step")]);
    }
  }
}
