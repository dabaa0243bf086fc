package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.Test;

class CpuShareTest extends SparkTest {
  @Test
  void workInTasksCountsAndWorkOnTheDriverDoesNot() {
    spark().range(1).count();
    try (CpuShare cpu = new CpuShare(spark().sparkContext())) {
      burn(0.3);
      double before = cpu.executorSeconds();
      spark()
          .range(0, 2, 1, 2)
          .map((MapFunction<Long, Double>) id -> burn(0.2), Encoders.DOUBLE())
          .collect();
      double spent = cpu.executorSeconds() - before;
      assertThat(spent).isBetween(0.4, 5.0);
      assertThat(cpu.totalSeconds()).isGreaterThan(0.3 + spent);
      assertThat(cpu.share()).isBetween(0.01, 0.99);
    }
  }

  @Test
  void closedListenerHearsNothing() {
    CpuShare cpu = new CpuShare(spark().sparkContext());
    cpu.close();
    spark().range(10).count();
    assertThat(cpu.executorSeconds()).isZero();
  }

  /** Spends CPU seconds of this thread. */
  private static double burn(double seconds) {
    var threads = java.lang.management.ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + (long) (seconds * 1e9);
    double x = 0;
    while (threads.getCurrentThreadCpuTime() < end) {
      x = Math.sin(x + 1);
    }
    return x;
  }
}
