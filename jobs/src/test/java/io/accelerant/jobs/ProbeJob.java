package io.accelerant.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.CommitUnknownException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.selection.rs2.RandomSubsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/** Behaves as it is told, so that the command line around a job can be tested. */
final class ProbeJob implements Job {
  private static final UserDefinedFunction TWICE =
      udf((UDF1<Long, Long>) id -> 2 * id, DataTypes.LongType);

  static final Key<List<Integer>> STEPS =
      Key.integers("probe.steps", "Step counts").atLeast(1).withDefault(List.of(8, 16));
  static final Key<Double> RATIO =
      Key.number("probe.ratio", "A share").between(0, 1).withDefault(0.5);
  static final Key<String> TEACHER = Key.string("probe.teacher", "Who teaches");
  static final Key<String> SECRET =
      Key.string("probe.secretKey", "Not for anybody's eyes").optional();
  static final Key<String> BEHAVIOUR =
      Key.string("probe.behaviour", "What happens")
          .oneOf(
              "ok",
              "config",
              "data",
              "artifact",
              "commit",
              "crash",
              "task",
              "chatter",
              "tables",
              "rdd",
              "udf",
              "rounds",
              "wait",
              "stubborn")
          .withDefault("ok");

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String summary() {
    return "Does as it is told.";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(List.of(STEPS, RATIO, TEACHER, SECRET, BEHAVIOUR));
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    return List.of("read " + config.get(TEACHER), "publish " + config.get(RunKeys.OUTPUT));
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    context.progress().say("probe: %s", config.get(BEHAVIOUR));
    switch (config.get(BEHAVIOUR)) {
      case "config" -> throw new ConfigException("bad setting");
      case "data" -> throw new DataException("bad row");
      case "artifact" -> throw new ArtifactException("bad artifact");
      case "commit" -> throw new CommitUnknownException("who knows");
      case "crash" -> throw new IllegalStateException("a defect");
      case "task" -> sum(context, true);
      case "chatter" -> {
        System.out.println("chatter of the job");
        context.spark().range(3).show();
        sum(context, false);
      }
      case "tables" -> tables(context, config.get(RunKeys.OUTPUT) + "/table");
      case "rdd" -> parallel(context).count();
      case "udf" -> context.spark().range(10).select(TWICE.apply(col("id"))).collectAsList();
      case "rounds" -> rounds(context, config.get(RunKeys.OUTPUT) + "/round");
      case "wait" -> spin(context, context::checkStop);
      case "stubborn" -> spin(context, Thread::onSpinWait);
      default -> {}
    }
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("ratio", config.get(RATIO));
    metrics.put("third", 1.0 / 3);
    metrics.put("none", Double.NaN);
    return new JobResult(config.get(RunKeys.OUTPUT), "abc", metrics);
  }

  /** Two queries under one name, a cached table, a write, a read, and RDD code of both kinds. */
  private static void tables(JobContext context, String uri) {
    SparkSession spark = context.spark();
    Dataset<Row> kept = spark.range(0, 100, 1, 2).selectExpr("id", "id % 7 AS k").persist();
    spark.sparkContext().setJobDescription("two counts");
    for (String column : List.of("k", "k")) {
      kept.groupBy(column).count().collectAsList();
    }
    spark.sparkContext().setJobDescription(null);
    kept.write().parquet(uri);
    kept.javaRDD().map(row -> row.getLong(0)).reduce(Long::sum);
    parallel(context).count();
    spark.read().parquet(uri).groupBy("k").count().collectAsList();
    kept.unpersist();
  }

  private static JavaRDD<Integer> parallel(JobContext context) {
    return JavaSparkContext.fromSparkContext(context.spark().sparkContext())
        .parallelize(List.of(1, 2, 3), 3);
  }

  /** Rounds of RS2 as a training loop reads them. */
  private static void rounds(JobContext context, String uri) {
    Dataset<Row> table = context.spark().range(1000).selectExpr("id", "id % 10 AS label");
    table.write().parquet(uri);
    try (RandomSubsets subsets =
        RandomSubsets.of(context.spark().read().parquet(uri), "id").open()) {
      for (int e = 0; e < 2; e++) {
        context.spark().sparkContext().setJobDescription("round " + e);
        subsets.round(e).orderBy(RandomSubsets.POSITION).collectAsList();
      }
    }
  }

  private static void sum(JobContext context, boolean fail) {
    context
        .spark()
        .range(10)
        .map(
            (MapFunction<Long, Long>)
                id -> {
                  System.out.println("chatter of a task");
                  if (fail && id == 7) {
                    throw new DataException("row 7 is bad", new java.io.IOException("disk"));
                  }
                  return id;
                },
            Encoders.LONG())
        .collect();
  }

  private static void spin(JobContext context, Runnable step) {
    context.spark().range(1).count();
    context.progress().say("ready");
    while (true) {
      step.run();
    }
  }
}
