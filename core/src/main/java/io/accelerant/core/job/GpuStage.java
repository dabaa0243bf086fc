package io.accelerant.core.job;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Master;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * Whether the tasks of a stage ask Spark for a GPU. Only stages that compute on one do, so that
 * what else the same job runs may use every core of every executor.
 *
 * @param gpus GPUs of one task, less than 1 for a share; 0 asks for none
 */
public record GpuStage(double gpus) implements Serializable {
  /** Asks for none. */
  public static final GpuStage NONE = new GpuStage(0);

  private static final String EXECUTOR_GPUS = "spark.executor.resource.gpu.amount";

  /** Stages that compute on the engine: keys {@code engine.device} and {@code engine.gpus}. */
  public static GpuStage of(JobConfig config) {
    return config.get(RunKeys.DEVICE).equals(RunKeys.CUDA)
        ? new GpuStage(config.get(RunKeys.GPUS))
        : NONE;
  }

  /** Whether there are executors with GPUs that Spark hands out. */
  public static boolean isOffered(Map<String, String> spark) {
    return !Master.of(spark).isOneProcess()
        && !spark.getOrDefault(EXECUTOR_GPUS, "0").strip().matches("0*");
  }

  /**
   * Refuses what Spark could not schedule.
   *
   * @param spark Spark's settings
   * @throws ConfigException naming the settings to give
   */
  public void require(Map<String, String> spark) {
    if (gpus > 0 && !isOffered(spark)) {
      throw new ConfigException(
          Text.of(
              "engine.device = cuda needs executors with GPUs, which %s: submit to a cluster"
                  + " (standalone, YARN, Kubernetes) with %s=1 and"
                  + " spark.executor.resource.gpu.discoveryScript=.../deploy/gpu/discover-gpus.sh;"
                  + " conf/gpu/training.conf has them all.",
              Master.of(spark).isOneProcess()
                  ? "the master " + spark.get("spark.master") + " has not"
                  : "Spark was not asked for",
              EXECUTOR_GPUS));
    }
  }

  /**
   * Makes the tasks of the stage that computes this data set ask for a GPU.
   *
   * @return the data set
   * @throws ConfigException as {@link #require}
   */
  public <T> JavaRDD<T> on(JavaRDD<T> rdd) {
    if (gpus == 0) {
      return rdd;
    }
    SparkConf conf = rdd.context().getConf();
    require(JobContext.settings(conf));
    TaskResourceRequests requests =
        new TaskResourceRequests()
            .cpus(conf.getInt("spark.task.cpus", 1))
            .resource(TaskGpu.RESOURCE, gpus);
    return rdd.withResources(new ResourceProfileBuilder().require(requests).build());
  }
}
