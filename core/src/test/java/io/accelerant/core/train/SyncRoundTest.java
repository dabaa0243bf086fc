package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncRoundTest extends SparkTest {
  private static final int BATCH = 6;

  @TempDir Path temp;

  private Snapshots snapshots() {
    return Snapshots.at(temp.toString(), new Configuration(), "key", Progress.SILENT);
  }

  private PackedShards shards(int workers) {
    StageStore stages =
        StageStore.open(
            temp.toString(), new Configuration(), Map.of("w", workers), "never", Progress.SILENT);
    return PackedShards.open(
        stages, snapshots(), "shards", Regression.rows(spark(), 230, 3), workers, 42, "test");
  }

  private Sums onSpark(PackedShards shards, Precision precision, int round) {
    try (SyncRound sync =
            new SyncRound(
                new JavaSparkContext(spark().sparkContext()),
                new Configuration(),
                shards,
                EngineSettings.cpu(1),
                2,
                42);
        Roles roles = Regression.small().frozen(precision)) {
      return sync.sums(
          new GradientStep(Regression.small()), Draw.shuffled(BATCH, 42), roles, round);
    }
  }

  /** The same examples as one batch in one program, without Spark. */
  private Sums onOneMachine(PackedShards shards, Precision precision, int round) {
    List<byte[]> union = new ArrayList<>();
    for (int w = 0; w < shards.workers(); w++) {
      long[] indexes =
          new DrawOrder(42, w, shards.counts().get(w)).indexes((long) round * BATCH, BATCH);
      union.addAll(
          ShardReader.read(
              shards.files().get(w), shards.recordBytes(), indexes, new Configuration()));
    }
    Regression whole = new Regression(Regression.small().network(), union.size());
    return OneStep.sums(
        new GradientStep(whole),
        whole,
        whole.initial(precision),
        new Batch(union, 0, union.size(), 42, round));
  }

  /** 19 workers are three groups in two levels of the tree. */
  @Test
  void inFloat64ARoundEqualsOneMachineWithTheUnionBatch() {
    PackedShards shards = shards(19);
    for (int round : new int[] {0, 5}) {
      Sums spark = onSpark(shards, Precision.FLOAT64, round);
      Sums one = onOneMachine(shards, Precision.FLOAT64, round);
      assertThat(spark.total("loss")).isEqualTo(one.total("loss"), within(1e-10));
      assertThat(distance(spark, one)).isLessThan(1e-10);
      assertThat(norm(one)).isGreaterThan(1e-3);
    }
  }

  @Test
  void inFloat32TheGradientIsWithinAHundredThousandthOfItsNorm() {
    PackedShards shards = shards(19);
    Sums spark = onSpark(shards, Precision.FLOAT32, 1);
    Sums one = onOneMachine(shards, Precision.FLOAT32, 1);
    assertThat(distance(spark, one)).isLessThan(1e-5 * norm(one));
  }

  @Test
  void aRoundHasTheSameBitsEveryTime() {
    PackedShards shards = shards(19);
    Sums first = onSpark(shards, Precision.FLOAT32, 2);
    assertThat(onSpark(shards, Precision.FLOAT32, 2).gradients().get(Loss.NETWORK).floats())
        .isEqualTo(first.gradients().get(Loss.NETWORK).floats());
    assertThat(onSpark(shards, Precision.FLOAT32, 3).gradients().get(Loss.NETWORK).floats())
        .isNotEqualTo(first.gradients().get(Loss.NETWORK).floats());
  }

  private static Flat gradient(Sums sums) {
    return sums.gradients().get(Loss.NETWORK);
  }

  private static double distance(Sums a, Sums b) {
    double sum = 0;
    for (int i = 0; i < gradient(a).length(); i++) {
      double d = gradient(a).get(i) - gradient(b).get(i);
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  private static double norm(Sums a) {
    double sum = 0;
    for (int i = 0; i < gradient(a).length(); i++) {
      sum += gradient(a).get(i) * gradient(a).get(i);
    }
    return Math.sqrt(sum);
  }
}
