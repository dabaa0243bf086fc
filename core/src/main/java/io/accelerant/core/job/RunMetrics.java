package io.accelerant.core.job;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.metrics.source.DoubleAccumulatorSource$;
import org.apache.spark.metrics.source.LongAccumulatorSource$;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * What a run says about itself in Spark's own channels: counters that tasks add to and gauges that
 * the driver sets, both in the UI, in the event log and in whatever sink Spark's metrics go to
 * (Prometheus, JMX, ..), and a {@link MetricEvent} a step in the event log.
 */
public final class RunMetrics {
  private static final String PREFIX = "accelerant.";
  private static final Map<SparkContext, RunMetrics> ALL =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final SparkContext context;
  private final Map<String, LongAccumulator> counters = new ConcurrentHashMap<>();
  private final Map<String, DoubleAccumulator> gauges = new ConcurrentHashMap<>();

  private RunMetrics(SparkContext context) {
    this.context = context;
  }

  /** Those of an application. */
  public static RunMetrics of(SparkContext context) {
    return ALL.computeIfAbsent(context, RunMetrics::new);
  }

  /**
   * A counter that tasks may add to, {@code accelerant.<name>}. A task that is run again, after its
   * executor was lost, counts again: it counts work done, not work needed.
   */
  public LongAccumulator counter(String name) {
    return counters.computeIfAbsent(
        name,
        key -> {
          LongAccumulator counter = context.longAccumulator(PREFIX + key);
          LongAccumulatorSource$.MODULE$.register(
              context, new scala.collection.immutable.Map.Map1<>(PREFIX + key, counter));
          return counter;
        });
  }

  /**
   * Sets a gauge {@code accelerant.<key>} for each value and writes them to the event log.
   *
   * @param name of what is measured
   * @param step counted from 1; 0 where there are no steps
   */
  public void log(String name, long step, Map<String, ? extends Number> values) {
    TreeMap<String, Double> numbers = new TreeMap<>();
    values.forEach((key, value) -> numbers.put(key, value.doubleValue()));
    numbers.forEach(this::set);
    context.listenerBus().post(new MetricEvent(name, step, numbers));
  }

  private void set(String name, double value) {
    DoubleAccumulator gauge =
        gauges.computeIfAbsent(
            name,
            key -> {
              DoubleAccumulator made = context.doubleAccumulator(PREFIX + key);
              DoubleAccumulatorSource$.MODULE$.register(
                  context, new scala.collection.immutable.Map.Map1<>(PREFIX + key, made));
              return made;
            });
    gauge.setValue(value);
  }
}
