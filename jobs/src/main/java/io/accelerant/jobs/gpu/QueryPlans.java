package io.accelerant.jobs.gpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.columnar.CachedRDDBuilder;
import org.apache.spark.sql.execution.columnar.InMemoryTableScanExec;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The plan of every query that a job executes, with how much of its work is in no query at all: RDD
 * code, which the RAPIDS Accelerator does not touch. Plans are kept, so this is for one job on
 * little data.
 */
public final class QueryPlans extends SparkListener implements AutoCloseable {
  private static final String EXECUTION = "spark.sql.execution.id";

  /** What {@code Dataset.rdd()} hands to RDD code. */
  private static final String PLAN_AS_RDD = "SQLExecutionRDD";

  private static final String CACHED = "cached for: ";
  private static final Pattern OUR_LINE =
      Pattern.compile("io\\.accelerant\\.[\\w.$]+\\((\\w+\\.java:\\d+)\\)");
  private static final long STUCK_AFTER_MILLIS = 60_000;

  /**
   * A plan that was executed.
   *
   * @param name Spark's job description, the action, and the line of ours that called it
   */
  public record Query(String name, SparkPlan plan) {}

  /**
   * Tasks and their run time.
   *
   * @param tasks all of them
   * @param rddTasks those in no query
   * @param planTasks those of {@code rddTasks} that begin with a DataFrame read as an RDD; its plan
   *     is a query
   */
  public record Work(
      long tasks, long rddTasks, long planTasks, double seconds, double rddSeconds) {}

  private final Map<Long, String> running = new HashMap<>();
  private final List<Query> executed = new ArrayList<>();
  private final Set<Integer> rddStages = new HashSet<>();
  private final Set<Integer> planStages = new HashSet<>();
  private long tasks;
  private long rddTasks;
  private long planTasks;
  private long millis;
  private long rddMillis;
  private SparkContext context;

  /** Collects what this session does from now on. */
  public SparkSession listenTo(SparkSession session) {
    context = session.sparkContext();
    drain(); // of what was done before
    context.addSparkListener(this);
    return session;
  }

  @Override
  public synchronized void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof SparkListenerSQLExecutionStart start) {
      Matcher line = OUR_LINE.matcher(start.details());
      String place = line.find() ? " at " + line.group(1) : "";
      running.put(
          start.executionId(),
          start.description().endsWith(place) ? start.description() : start.description() + place);
    } else if (event instanceof SparkListenerSQLExecutionEnd end && end.qe() != null) {
      executed.add(new Query(running.remove(end.executionId()), end.qe().executedPlan()));
    }
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted submitted) {
    if (submitted.properties() != null && submitted.properties().containsKey(EXECUTION)) {
      return;
    }
    int stage = submitted.stageInfo().stageId();
    rddStages.add(stage);
    if (submitted.stageInfo().rddInfos().exists(rdd -> rdd.name().equals(PLAN_AS_RDD))) {
      planStages.add(stage);
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    // metrics are absent when the executor was lost
    long time = end.taskMetrics() == null ? 0 : end.taskMetrics().executorRunTime();
    tasks++;
    millis += time;
    if (rddStages.contains(end.stageId())) {
      rddTasks++;
      rddMillis += time;
    }
    if (planStages.contains(end.stageId())) {
      planTasks++;
    }
  }

  /** The queries so far in order of their ends, each cached plan after the first that reads it. */
  public List<Query> queries() {
    drain();
    List<Query> all = new ArrayList<>();
    Set<CachedRDDBuilder> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    synchronized (this) {
      for (Query query : executed) {
        all.add(query);
        addCached(query.plan(), query.name(), seen, all);
      }
    }
    return all;
  }

  private static void addCached(
      SparkPlan plan, String reader, Set<CachedRDDBuilder> seen, List<Query> all) {
    if (plan instanceof InMemoryTableScanExec scan && seen.add(scan.relation().cacheBuilder())) {
      SparkPlan cached = scan.relation().cachedPlan();
      String name = reader.startsWith(CACHED) ? reader : CACHED + reader;
      all.add(new Query(name, cached));
      addCached(cached, name, seen, all);
    }
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      addCached(adaptive.initialPlan(), reader, seen, all);
    }
    for (Seq<SparkPlan> below : List.of(plan.children(), plan.subqueries())) {
      CollectionConverters.asJava(below).forEach(child -> addCached(child, reader, seen, all));
    }
  }

  public Work work() {
    drain();
    synchronized (this) {
      return new Work(tasks, rddTasks, planTasks, millis / 1e3, rddMillis / 1e3);
    }
  }

  private void drain() {
    if (context == null) {
      return; // the job had no use for Spark
    }
    try {
      context.listenerBus().waitUntilEmpty(STUCK_AFTER_MILLIS); // events arrive late
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's listeners are stuck", e);
    }
  }

  @Override
  public void close() {
    if (context != null) {
      context.removeSparkListener(this);
    }
  }
}
