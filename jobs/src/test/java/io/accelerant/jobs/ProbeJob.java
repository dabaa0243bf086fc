package io.accelerant.jobs;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;

/** Behaves as it is told, so that the command line around a job can be tested. */
final class ProbeJob implements Job {
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
