package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.util.JsonProtocol;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class RunMetricsTest extends SparkTest {
  private final SparkContext context = spark().sparkContext();

  @Test
  void countersAreCountedInTasksAndShownInSparksMetrics() {
    LongAccumulator counter = RunMetrics.of(context).counter("test.records");
    long before = counter.value();
    new JavaSparkContext(context)
        .parallelize(List.of(1, 2, 3, 4), 4)
        .foreach(number -> counter.add(number));
    assertThat(counter.value()).isEqualTo(before + 10);
    assertThat(RunMetrics.of(context).counter("test.records")).isSameAs(counter);
    assertThat(shown("accelerant.test.records")).isEqualTo(before + 10);
  }

  /** The value that a sink such as Prometheus's reads. */
  private static Object shown(String name) {
    return CollectionConverters.asJava(
            SparkEnv.get().metricsSystem().getSourcesByName("AccumulatorSource"))
        .stream()
        .map(source -> source.metricRegistry().getGauges().get(name))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  @Test
  void numbersOfAStepAreGaugesAndAnEventOfTheLog() throws Exception {
    List<SparkListenerEvent> events = new CopyOnWriteArrayList<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            events.add(event);
          }
        };
    context.addSparkListener(listener);
    try {
      RunMetrics.of(context).log("test: round", 3, Map.of("test.loss", 0.5));
      Listeners.drain(context);
    } finally {
      context.removeSparkListener(listener);
    }
    assertThat(shown("accelerant.test.loss")).isEqualTo(0.5);
    MetricEvent event = new MetricEvent("test: round", 3, new TreeMap<>(Map.of("test.loss", 0.5)));
    assertThat(events).contains(event);
    String json = JsonProtocol.sparkEventToJsonString(event);
    assertThat(json)
        .isEqualTo(
            "{\"Event\":\"io.accelerant.core.job.MetricEvent\",\"name\":\"test: round\",\"step\":3,\"values\":{\"test.loss\":0.5}}");
    assertThat(JsonProtocol.sparkEventFromJson(json)).isEqualTo(event);
  }

  @Test
  void tasksAreCountedWithThoseThatFail() {
    TaskSummary summary = new TaskSummary(context);
    JavaSparkContext java = new JavaSparkContext(context);
    try {
      java.parallelize(List.of(1, 2, 3), 3).count();
      assertThat(summary.line()).startsWith("Spark: 3 tasks, 0 failed, 0 executors lost, ");
      java.parallelize(List.of(1), 1)
          .foreach(
              number -> {
                throw new IllegalStateException("planted");
              });
    } catch (Exception planted) {
      assertThat(summary.line()).startsWith("Spark: 4 tasks, 1 failed, 0 executors lost, ");
    } finally {
      context.removeSparkListener(summary);
    }
  }
}
