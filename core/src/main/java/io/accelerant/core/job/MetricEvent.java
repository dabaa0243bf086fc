package io.accelerant.core.job;

import java.util.SortedMap;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * Numbers of a run in Spark's event log, where they stand between the jobs that made them: one line
 * {@code {"Event":"io.accelerant.core.job.MetricEvent","name":..,"step":..,"values":{..}}}. A
 * history server without our jar passes over it.
 *
 * @param name of what is measured, such as {@code train-teacher: round}, or {@code result}
 * @param step counted from 1; 0 where there are no steps
 */
public record MetricEvent(String name, long step, SortedMap<String, Double> values)
    implements SparkListenerEvent {}
