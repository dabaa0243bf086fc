package io.accelerant.jobs.gpu;

import org.apache.spark.sql.execution.SparkPlan;

/** Says which nodes of a plan would run on a GPU. */
@FunctionalInterface
public interface Explainer {
  /** The plan as text of the RAPIDS Accelerator, as {@link Explanation} reads it. */
  String explain(SparkPlan plan);
}
