package io.accelerant.jobs.gpu;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.QueryPlanningTracker;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;
import org.apache.spark.sql.columnar.CachedBatchSerializer;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.DoNotCleanup$;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.columnar.CachedRDDBuilder;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;
import org.apache.spark.sql.execution.columnar.InMemoryTableScanExec;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * The RAPIDS Accelerator's own answer. The plug-in takes 1 GB, so it is no dependency: it is found
 * by the thread's class loader, and called by name.
 */
public final class RapidsExplainer implements Explainer {
  /** The plug-in for this version of Spark, on Maven Central. */
  static final String COORDINATES = "com.nvidia:rapids-4-spark_2.13:26.08.1";

  private static final String JAR = "rapids-4-spark_2.13-26.08.1.jar";
  private static final String API = "com.nvidia.spark.rapids.ExplainPlan";

  private static final String PLUGINS = "spark.plugins";
  private static final String PLUGIN = "com.nvidia.spark.SQLPlugin";
  private static final String CACHE = "spark.sql.cache.serializer";
  private static final String GPU_CACHE = "com.nvidia.spark.ParquetCachedBatchSerializer";
  private static final String DEFAULT_CACHE =
      "org.apache.spark.sql.execution.columnar.DefaultCachedBatchSerializer";

  private final Method explain;
  private final Optional<CachedBatchSerializer> cache;

  private RapidsExplainer(Method explain, Optional<CachedBatchSerializer> cache) {
    this.explain = explain;
    this.cache = cache;
  }

  /**
   * The settings of a run on the CPU: without the plug-in, which takes plans over or, if there is
   * no GPU, refuses to start, and without its form of cached tables, which a GPU makes.
   */
  public static JobConfig onCpu(JobConfig config) {
    JobConfig changed = config;
    String plugins = config.spark().getOrDefault(PLUGINS, "");
    if (plugins.contains(PLUGIN)) {
      List<String> others = new ArrayList<>(List.of(plugins.split(",")));
      others.removeIf(name -> name.strip().equals(PLUGIN));
      changed = changed.withSpark(PLUGINS, String.join(",", others), "explain-gpu");
    }
    return cachesOnGpu(config) ? changed.withSpark(CACHE, DEFAULT_CACHE, "explain-gpu") : changed;
  }

  private static boolean cachesOnGpu(JobConfig config) {
    return GPU_CACHE.equals(config.spark().get(CACHE));
  }

  /**
   * Looks for the plug-in.
   *
   * @param config of a run on a GPU
   * @throws ConfigException if it is not there, saying how to add it
   */
  public static RapidsExplainer find(JobConfig config) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try {
      Method explain =
          Class.forName(API, true, loader)
              .getMethod("explainPotentialGpuPlan", Dataset.class, String.class);
      Optional<CachedBatchSerializer> cache = Optional.empty();
      if (cachesOnGpu(config)) {
        Class<?> type = Class.forName(GPU_CACHE, true, loader);
        cache = Optional.of((CachedBatchSerializer) type.getConstructor().newInstance());
      }
      return new RapidsExplainer(explain, cache);
    } catch (ClassNotFoundException e) {
      throw new ConfigException(
          Text.of(
              "The RAPIDS Accelerator is not on the class path: add --rapids %s (under"
                  + " spark-submit: --jars %s). It is %s on Maven Central, 1 GB.",
              JAR, JAR, COORDINATES));
    } catch (ReflectiveOperationException e) {
      throw new ConfigException(
          "This RAPIDS Accelerator cannot explain a plan; use " + COORDINATES + ".", e);
    }
  }

  @Override
  public String explain(SparkPlan plan) {
    try {
      return (String) explain.invoke(null, data(asOnGpu(plan)), "ALL");
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("RAPIDS cannot explain " + plan, e.getCause());
    } catch (IllegalAccessException e) {
      throw new LinkageError("RAPIDS hides its API", e);
    }
  }

  /** The form in which the plug-in takes a plan. */
  static Dataset<Row> data(SparkPlan plan) {
    Encoder<Row> encoder = Encoders.row(new StructType());
    return new org.apache.spark.sql.classic.Dataset<>(new Planned(plan), encoder);
  }

  /** The plan before it adapted to what it met, with cached tables in the form of the settings. */
  private SparkPlan asOnGpu(SparkPlan plan) {
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      return asOnGpu(adaptive.initialPlan());
    }
    if (plan instanceof InMemoryTableScanExec scan && cache.isPresent()) {
      InMemoryRelation kept = scan.relation();
      CachedRDDBuilder of = kept.cacheBuilder();
      CachedRDDBuilder builder =
          of.copy(
              cache.get(), of.storageLevel(), of.cachedPlan(), of.tableName(), of.logicalPlan());
      return scan.copy(
          scan.attributes(),
          scan.predicates(),
          kept.copy(kept.output(), builder, kept.outputOrdering()));
    }
    return plan.mapChildren(this::asOnGpu);
  }

  /**
   * A query whose plan is there already: nothing is planned again, and a command (such as the one
   * that writes a table) is not executed again.
   */
  private static final class Planned extends QueryExecution {
    private final SparkPlan plan;

    Planned(SparkPlan plan) {
      super(
          plan.session(),
          new OneRowRelation(),
          new QueryPlanningTracker(Option.empty()),
          CommandExecutionMode.SKIP(),
          DoNotCleanup$.MODULE$,
          false);
      this.plan = plan;
    }

    @Override
    public SparkPlan executedPlan() {
      return plan;
    }
  }
}
