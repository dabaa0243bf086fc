package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SharedTest extends SparkTest {
  /** A source that holds what it sent to the executors before. */
  private record Source(Shared<String> weights) implements Serializable {}

  private static Shared<Source> source(JavaSparkContext spark) {
    return Shared.of(spark, new Source(Shared.of(spark, "weights")));
  }

  /** Spark removes a broadcast that the driver no longer knows. */
  @Test
  @Timeout(60)
  void whatASharedValueRefersToLivesAsLongAsIt() throws InterruptedException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(spark().sparkContext());
    try (Shared<Source> shared = source(spark)) {
      WeakReference<Shared<Source>> dropped = new WeakReference<>(source(spark));
      while (dropped.get() != null) {
        System.gc();
        Thread.sleep(200); // gives Spark's cleaner its turn
      }
      assertThat(
              spark.parallelize(List.of(1), 1).map(i -> shared.copy().weights().copy()).collect())
          .containsExactly("weights");
    }
  }
}
